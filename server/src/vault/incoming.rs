//! Bytes that have arrived but are not yet kept. Uploads write here, `place` moves a finished file out.
//!
//! Invariant: a part that is not moved out is removed when it is dropped (but for one that came in pieces, see
//! `uploads`), and whatever a crash left is
//! removed at the next start, so no part is ever needed. What is not a part is left alone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::Digest;
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use super::VaultError;
use super::error::Doing;
use super::place::OnDrop;

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
    fn create(folder: &Path) -> Result<Self, VaultError> {
        let path = folder.join(format!("{}.{EXTENSION}", Uuid::new_v4()));
        let file = File::create_new(&path).doing("create", &path)?;
        Ok(Self { path, file, on_drop: OnDrop::Remove })
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
        self.file.sync_all().doing("sync", &self.path)
    }

    /// Replaces the empty file that holds the place.
    pub(super) fn move_over(self, place: &Path) -> Result<(), VaultError> {
        fs::rename(&self.path, place).doing("move into place", place)
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if self.on_drop == OnDrop::Stay {
            return;
        }
        match fs::remove_file(&self.path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                tracing::error!(path = %self.path.display(), %error, "could not remove a part");
            }
            Ok(()) | Err(_) => {}
        }
    }
}

/// Writes and hashes the chunks as they come. The caller drops the result if they broke off.
pub(super) fn receive<B: AsRef<[u8]>>(
    folder: &Path,
    chunks: impl Iterator<Item = B>,
) -> Result<Received, VaultError> {
    let mut part = Part::create(folder)?;
    let mut hash = Sha1::new();
    let mut size = 0;
    for chunk in chunks {
        let bytes = chunk.as_ref();
        part.file.write_all(bytes).doing("write", &part.path)?;
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
        fs::remove_file(&path).doing("remove", &path)?;
        removed += 1;
    }
    Ok(removed)
}
