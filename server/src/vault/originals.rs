//! The originals, as ordinary files in one folder. Everything else in the vault names them by their path inside it and
//! never touches them itself. `place` adds files here.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use jiff::Timestamp;
use protocol::Digest;
use protocol::media::{Named, named};
use sha1::{Digest as _, Sha1};

use super::error::Doing;
use super::{AssetKind, VaultError, disk, names};

const FOLDER: &str = "originals";
/// The folder for damaged originals.
const DAMAGED: &str = "damaged";
/// Large enough that hashing takes the time, and not the read calls.
const READ_BYTES: usize = 256 * 1024;

pub(super) struct Originals {
    data: PathBuf,
    pub(super) root: PathBuf,
    /// Day folders that are known to be synced to the disk.
    pub(super) synced_days: Mutex<HashSet<String>>,
}

/// What is known about a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Facts {
    /// In bytes.
    pub size: u64,
    /// `None` if the disk does not tell.
    pub modified: Option<Timestamp>,
}

/// Sizes of the files below the originals, by path.
pub(super) type Found = BTreeMap<String, u64>;

impl Originals {
    /// The originals of a data folder.
    pub(super) fn of(data: &Path) -> Originals {
        Originals { data: data.to_owned(), root: data.join(FOLDER), synced_days: Mutex::default() }
    }

    /// Where a file is on the disk.
    pub(super) fn absolute(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    pub(super) fn are_there(&self) -> bool {
        self.root.is_dir()
    }

    /// The error for originals that the index knows and that are not there.
    pub(super) fn missing(&self, known: usize) -> VaultError {
        VaultError::NoOriginals { known, originals: self.root.clone() }
    }

    pub(super) fn create(&self) -> Result<(), VaultError> {
        fs::create_dir_all(&self.root).doing("create", &self.root)
    }

    /// `None` if there is no such file.
    pub(super) fn facts(&self, path: &str) -> Result<Option<Facts>, VaultError> {
        let file = self.absolute(path);
        match fs::metadata(&file) {
            Ok(facts) if facts.is_file() => {
                let modified = facts.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
                Ok(Some(Facts { size: facts.len(), modified }))
            }
            Ok(_) => Ok(None),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error).doing("inspect", &file),
        }
    }

    pub(super) fn open(&self, path: &str) -> Result<File, VaultError> {
        let file = self.absolute(path);
        File::open(&file).doing("open", &file)
    }

    /// `None` if it is neither a photo nor a video, or cannot be read.
    pub(super) fn kind(&self, path: &str) -> Option<AssetKind> {
        let head = match named(path) {
            Named::Undecided => disk::head(&self.absolute(path)).ok()?,
            Named::Media(_) | Named::Sidecar | Named::Other => Vec::new(),
        };
        // A film that was taken in by its name alone stays one.
        AssetKind::of(path, &head).or_else(|| AssetKind::by_ending(path))
    }

    pub(super) fn digest(&self, path: &str) -> Result<Digest, VaultError> {
        let mut file = self.open(path)?;
        let mut hash = Sha1::new();
        let mut buffer = vec![0; READ_BYTES];
        loop {
            match file.read(&mut buffer).doing("read", &self.absolute(path))? {
                0 => return Ok(Digest(hash.finalize().into())),
                read => hash.update(&buffer[..read]),
            }
        }
    }

    /// Whether the file is certainly not there. The walk skips links and forbidden folders, so it may not have found
    /// everything.
    pub(super) fn is_absent(&self, path: &str) -> bool {
        self.absolute(path).try_exists().is_ok_and(|exists| !exists)
    }

    /// Syncs a file that somebody else wrote: its bytes, its name and the names of its folders.
    pub(super) fn sync(&self, path: &str) -> Result<(), VaultError> {
        let file = self.absolute(path);
        // Windows syncs only files that are open for writing. On other systems the file may be read-only.
        let open = File::options().read(cfg!(unix)).write(!cfg!(unix)).open(&file);
        disk::change("sync", &file, || open.and_then(|open| open.sync_all()))?;
        self.folders_above(&file).try_for_each(disk::sync_folder)
    }

    /// The folders that hold a file, up to the root.
    pub(super) fn folders_above<'a>(&'a self, file: &'a Path) -> impl Iterator<Item = &'a Path> {
        file.ancestors().skip(1).take_while(|above| above.starts_with(&self.root))
    }

    pub(super) fn remove(&self, path: &str) -> Result<(), VaultError> {
        disk::remove_if_there(&self.absolute(path))
    }

    /// Moves a damaged original out of the way, so that its bytes count as lost. Returns its new path.
    pub(super) fn put_aside(&self, path: &str) -> Result<PathBuf, VaultError> {
        let place = (1..)
            .map(|number| self.data.join(DAMAGED).join(names::numbered(path, number)))
            .find(|place| !place.exists())
            .unwrap_or_default();
        let folder = place.parent().unwrap_or(&self.data);
        disk::change("create", folder, || fs::create_dir_all(folder))?;
        let file = self.absolute(path);
        disk::change("set aside", &file, || fs::rename(&file, &place))?;
        Ok(place)
    }

    pub(super) fn list(&self) -> Result<Found, VaultError> {
        let mut found = Found::new();
        walk(&self.root, "", &mut found)?;
        Ok(found)
    }
}

/// Hidden files, and folders that a NAS adds beside photos, belong to other programs.
fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name == "@eaDir"
}

fn walk(folder: &Path, prefix: &str, found: &mut Found) -> Result<(), VaultError> {
    for entry in fs::read_dir(folder).doing("list", folder)? {
        let entry = entry.doing("list", folder)?;
        let path: PathBuf = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            tracing::warn!(path = %path.display(), "a name that is not UTF-8 was skipped");
            continue;
        };
        let kind = entry.file_type().doing("inspect", &path)?;
        if is_passed_over(&name) {
            continue;
        } else if kind.is_dir() {
            pass_over_forbidden(walk(&path, &format!("{prefix}{name}/"), found))?;
        } else if kind.is_file() {
            found.insert(format!("{prefix}{name}"), entry.metadata().doing("inspect", &path)?.len());
        }
    }
    Ok(())
}

/// A folder that this program may not read, such as `lost+found`, contains none of its files.
fn pass_over_forbidden(walked: Result<(), VaultError>) -> Result<(), VaultError> {
    match walked {
        Err(VaultError::Io { source, path, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
            tracing::warn!(path = %path.display(), "an unreadable folder was skipped");
            Ok(())
        }
        walked => walked,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unreadable_folder_is_skipped() {
        let table = [
            (io::ErrorKind::PermissionDenied, true),
            (io::ErrorKind::Other, false),
            (io::ErrorKind::NotFound, false),
        ];
        for (kind, passed_over) in table {
            let walked = Err(io::Error::from(kind)).doing("list", Path::new("lost+found"));
            assert_eq!(pass_over_forbidden(walked).is_ok(), passed_over, "{kind}");
        }
    }
}
