//! Bytes that have arrived but are not yet kept. Uploads write here, `place` moves a finished file out.
//!
//! Invariant: a part that is not moved out is removed when it is dropped (but for one that came in pieces, see
//! `uploads`), and whatever a crash left is
//! removed at the next start, so no part is ever needed. What is not a part is left alone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::Digest;
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use super::error::Doing;
use super::place::OnDrop;
use super::{VaultError, disk};
use crate::error::causes;

const EXTENSION: &str = "part";

/// A file on its way.
pub struct Part {
    path: PathBuf,
    file: File,
    on_drop: OnDrop,
}

/// A whole file, hashed while it was written, not yet synced.
pub struct Received {
    pub(super) part: Part,
    pub digest: Digest,
    /// Bytes.
    pub size: u64,
}

impl Part {
    pub(super) fn create(path: PathBuf) -> Result<Self, VaultError> {
        let file = disk::change("create", &path, || File::create_new(&path))?;
        Ok(Self { path, file, on_drop: OnDrop::Remove })
    }

    /// From now on its owner removes it.
    pub(super) fn stay(mut self) {
        self.on_drop = OnDrop::Stay;
    }

    /// One whose owner removes it.
    pub(super) fn lasting(path: PathBuf, file: File) -> Self {
        Self { path, file, on_drop: OnDrop::Stay }
    }

    /// Gives the file its time and puts its bytes on the disk.
    pub(super) fn settle(&self, modified: Timestamp) -> Result<(), VaultError> {
        if let Err(error) = self.file.set_modified(modified.into()) {
            tracing::warn!(%modified, %error, "this file system cannot hold a file's time");
        }
        disk::change("sync", &self.path, || self.file.sync_all())
    }

    /// Replaces the empty file that holds the place. Tells where a lasting one belongs if it cannot stay there.
    pub(super) fn move_over(mut self, place: &Path) -> Result<Option<PathBuf>, VaultError> {
        disk::change("move into place", place, || fs::rename(&self.path, place))?;
        let is_lasting = self.on_drop == OnDrop::Stay;
        // Nothing lies under the old name any more.
        self.on_drop = OnDrop::Stay;
        Ok(is_lasting.then(|| self.path.clone()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.on_drop == OnDrop::Stay {
            return;
        }
        if let Err(error) = disk::remove_if_there(&self.path) {
            tracing::error!(error = causes(&error), "a part stays behind until the next start");
        }
    }
}

/// Writes and hashes the chunks as they come. The caller drops the result if they broke off.
pub(super) fn receive<B: AsRef<[u8]>>(
    folder: &Path,
    chunks: impl Iterator<Item = B>,
) -> Result<Received, VaultError> {
    let part = Part::create(folder.join(format!("{}.{EXTENSION}", Uuid::new_v4())))?;
    let mut hash = Sha1::new();
    let mut size = 0;
    for chunk in chunks {
        let bytes = chunk.as_ref();
        disk::write(&part.path, &part.file, bytes)?;
        hash.update(bytes);
        size += bytes.len() as u64;
    }
    Ok(Received { part, digest: Digest(hash.finalize().into()), size })
}

/// Removes what a crash left behind; returns how many files that were.
pub(super) fn remove_leftovers(folder: &Path) -> Result<usize, VaultError> {
    let mut removed = 0;
    for entry in fs::read_dir(folder).doing("list", folder)? {
        let path = entry.doing("list", folder)?.path();
        if path.extension().is_none_or(|extension| extension != EXTENSION) {
            continue;
        }
        disk::change("remove", &path, || fs::remove_file(&path))?;
        removed += 1;
    }
    Ok(removed)
}
