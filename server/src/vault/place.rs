//! Gives new originals their place: `YYYY/YYYY-MM-DD/NAME`, by the day on which a photo was taken, where it was taken.
//!
//! Invariant: existing files are never overwritten. A name is reserved by creating an empty file, and only
//! that empty file is replaced.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::PoisonError;

use jiff::civil::Date;

use super::incoming::Part;
use super::originals::Originals;
use super::{VaultError, disk, names};
use crate::error::causes;

/// Whether the index has an original of this name. Even if its file is gone, the name is not free.
pub(super) type IsKnown<'a> = dyn Fn(&str) -> Result<bool, VaultError> + 'a;

/// A photo and its sidecar at their final paths. If dropped before `stay`, they are removed again.
pub(super) struct Placed {
    original: Slot,
    sidecar: Option<Slot>,
}

impl Originals {
    /// Moves the file and its sidecar to the first free name of its day, and syncs the folder.
    ///
    /// The sidecar is moved first. If a crash comes between the two, the original is still empty, which shows
    /// that neither was kept.
    pub(super) fn place(
        &self,
        original: Part,
        sidecar: Option<Part>,
        name: &str,
        day: Date,
        is_known: &IsKnown<'_>,
    ) -> Result<Placed, VaultError> {
        let day = folder_of(day);
        self.make_day(&day)?;
        let mut placed = self.reserve(&day, &names::clean(name), sidecar.is_some(), is_known)?;
        if let (Some(part), Some(slot)) = (sidecar, &placed.sidecar) {
            part.move_over(&slot.path)?;
        }
        placed.original.came_from = original.move_over(&placed.original.path)?;
        disk::sync_folder(&self.absolute(&day))?;
        Ok(placed)
    }

    fn reserve(
        &self,
        day: &str,
        name: &str,
        with_sidecar: bool,
        is_known: &IsKnown<'_>,
    ) -> Result<Placed, VaultError> {
        let mut number = 1;
        loop {
            let relative = format!("{day}/{}", names::numbered(name, number));
            if !is_known(&relative)?
                && let Some(placed) = self.take_both(relative, with_sidecar)?
            {
                return Ok(placed);
            }
            number += 1;
        }
    }

    fn take_both(&self, relative: String, with_sidecar: bool) -> Result<Option<Placed>, VaultError> {
        let sidecar = sidecar_of(&relative);
        let Some(original) = self.take(relative)? else {
            return Ok(None);
        };
        if !with_sidecar {
            return Ok(Some(Placed { original, sidecar: None }));
        }
        Ok(self.take(sidecar)?.map(|sidecar| Placed { original, sidecar: Some(sidecar) }))
    }

    /// Creates the empty file that reserves a name; `None` if the name is taken.
    fn take(&self, relative: String) -> Result<Option<Slot>, VaultError> {
        let path = self.absolute(&relative);
        let created = disk::change("create", &path, || match File::create_new(&path) {
            Ok(_) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
            Err(error) => Err(error),
        })?;
        // Lazy, so that no slot exists for a taken name: dropping it would remove somebody else's file.
        Ok(created.then(|| Slot { relative, path, on_drop: OnDrop::Remove, came_from: None }))
    }

    /// Creates the folder of a day and the year above it, and syncs their parents. This runs under a lock, so
    /// that nobody commits a file in a folder that another upload has created but not yet synced.
    fn make_day(&self, day: &str) -> Result<(), VaultError> {
        let mut synced = self.synced_days.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = self.absolute(day);
        if synced.contains(day) && folder.is_dir() {
            return Ok(());
        }
        disk::change("create", &folder, || fs::create_dir_all(&folder))?;
        self.folders_above(&folder).try_for_each(disk::sync_folder)?;
        synced.insert(day.to_owned());
        Ok(())
    }
}

impl Placed {
    pub(super) fn path(&self) -> &str {
        &self.original.relative
    }

    pub(super) fn sidecar(&self) -> Option<&str> {
        self.sidecar.as_ref().map(|slot| slot.relative.as_str())
    }

    /// Makes the files permanent; called once the index has them.
    pub(super) fn stay(mut self) {
        self.original.on_drop = OnDrop::Stay;
        if let Some(sidecar) = &mut self.sidecar {
            sidecar.on_drop = OnDrop::Stay;
        }
    }
}

/// A name that this upload reserved, so the file belongs to nobody else.
struct Slot {
    /// Relative to the originals folder, with `/` on every system.
    relative: String,
    path: PathBuf,
    on_drop: OnDrop,
    /// Where a file that came in pieces is moved back to, instead of being removed.
    came_from: Option<PathBuf>,
}

/// What happens to a file when its `Part` or `Slot` is dropped.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum OnDrop {
    Remove,
    Stay,
}

impl Drop for Slot {
    fn drop(&mut self) {
        let removed = match (self.on_drop, &self.came_from) {
            (OnDrop::Stay, _) => Ok(()),
            (OnDrop::Remove, None) => disk::remove_if_there(&self.path),
            (OnDrop::Remove, Some(part)) => disk::change("move back", part, || fs::rename(&self.path, part)),
        };
        if let Err(error) = removed {
            tracing::error!(error = causes(&error), "could not release a reserved name");
        }
    }
}

/// The path of an original's sidecar.
pub(super) fn sidecar_of(original: &str) -> String {
    format!("{original}.xmp")
}

/// The folder of the day, relative to the originals.
fn folder_of(day: Date) -> String {
    format!("{:04}/{day}", day.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_photo_is_stored_in_the_folder_of_its_day() {
        for (day, folder) in [("2024-05-01", "2024/2024-05-01"), ("0812-03-04", "0812/0812-03-04")] {
            assert_eq!(folder_of(day.parse().unwrap()), folder);
        }
    }
}
