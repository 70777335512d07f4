//! Bytes that have arrived but are not yet kept. Uploads write here, and `place` moves finished files out.
//!
//! Invariant: a part that was not moved out is removed when it is dropped, except one that came in pieces (see
//! `uploads`). Whatever a crash left is removed at the next start, so no part is ever needed. Files that are not parts
//! are left alone.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::Digest;
use protocol::media::HEAD_BYTES;
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use super::error::Doing;
use super::place::OnDrop;
use super::{VaultError, disk};
use crate::error::causes;

const EXTENSION: &str = "part";

/// A file that is still being received.
pub struct Part {
    path: PathBuf,
    file: File,
    on_drop: OnDrop,
}

/// A complete file that was hashed while it was written, but is not yet synced.
pub struct Received {
    pub(super) part: Part,
    pub digest: Digest,
    /// In bytes.
    pub size: u64,
    /// Its first bytes, at most [`HEAD_BYTES`].
    pub(super) head: Vec<u8>,
}

impl Part {
    pub(super) fn create(path: PathBuf) -> Result<Self, VaultError> {
        let file = disk::change("create", &path, || File::create_new(&path))?;
        Ok(Self { path, file, on_drop: OnDrop::Remove })
    }

    /// From now on, the caller is responsible for removing the file.
    pub(super) fn stay(mut self) {
        self.on_drop = OnDrop::Stay;
    }

    /// A part that is not removed when it is dropped; the caller removes it.
    pub(super) fn lasting(path: PathBuf, file: File) -> Self {
        Self { path, file, on_drop: OnDrop::Stay }
    }

    /// Sets the file's modification time and syncs it to the disk.
    pub(super) fn settle(&self, modified: Timestamp) -> Result<(), VaultError> {
        if let Err(error) = self.file.set_modified(modified.into()) {
            tracing::warn!(%modified, %error, "this file system cannot store a file's modification time");
        }
        disk::change("sync", &self.path, || self.file.sync_all())
    }

    /// Opens it to read what has been written.
    pub(super) fn read(&self) -> Result<File, VaultError> {
        File::open(&self.path).doing("open", &self.path)
    }

    /// Replaces the empty file that reserves the name. For a lasting part, returns the old path, so that it can be
    /// moved back.
    pub(super) fn move_over(mut self, place: &Path) -> Result<Option<PathBuf>, VaultError> {
        disk::change("move into place", place, || fs::rename(&self.path, place))?;
        let is_lasting = self.on_drop == OnDrop::Stay;
        // The old path no longer exists.
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
            tracing::error!(error = causes(&error), "a partial file remains until the next start");
        }
    }
}

/// Writes and hashes the chunks as they arrive. If they broke off, the caller drops the result.
pub(super) fn receive<B: AsRef<[u8]>>(
    folder: &Path,
    chunks: impl Iterator<Item = B>,
) -> Result<Received, VaultError> {
    let part = Part::create(folder.join(format!("{}.{EXTENSION}", Uuid::new_v4())))?;
    let mut hash = Sha1::new();
    let (mut size, mut head) = (0, Vec::new());
    for chunk in chunks {
        let bytes = chunk.as_ref();
        head.extend_from_slice(&bytes[..bytes.len().min(HEAD_BYTES - head.len())]);
        disk::write(&part.path, &part.file, bytes)?;
        hash.update(bytes);
        size += bytes.len() as u64;
    }
    Ok(Received { part, digest: Digest(hash.finalize().into()), size, head })
}

/// Removes the parts that a crash left behind, and returns their number.
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
