//! A folder in memory.

use std::collections::BTreeMap;

use protocol::Digest;
use sha1::Digest as _;

use crate::command::Read;
use crate::event::{HashEnd, Look};
use crate::folder::Access;
use crate::row::{SkipReason, Stamp};
use crate::time::Moment;

pub struct Disk {
    pub files: BTreeMap<String, DiskFile>,
    pub access: Access,
    /// Files whose names are not valid text.
    pub nameless: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskFile {
    pub bytes: Vec<u8>,
    pub modified: Moment,
    pub readable: bool,
}

impl Default for Disk {
    fn default() -> Disk {
        Disk { files: BTreeMap::new(), access: Access::Granted, nameless: 0 }
    }
}

impl Disk {
    pub fn of(files: &[(&str, &str)], modified: Moment) -> Disk {
        let mut disk = Disk::default();
        files.iter().for_each(|(path, bytes)| disk.write(path, bytes, modified));
        disk
    }

    pub fn write(&mut self, path: &str, bytes: &str, modified: Moment) {
        let file = DiskFile { bytes: bytes.as_bytes().to_vec(), modified, readable: true };
        self.files.insert(path.into(), file);
    }

    pub fn rename(&mut self, from: &str, to: &str) {
        if let Some(file) = self.files.remove(from) {
            self.files.insert(to.into(), file);
        }
    }

    pub fn set_readable(&mut self, path: &str, readable: bool) {
        if let Some(file) = self.files.get_mut(path) {
            file.readable = readable;
        }
    }

    pub(super) fn bytes(&self, path: &str) -> &[u8] {
        self.files.get(path).map_or(&[], |file| &file.bytes)
    }

    pub(super) fn look(&self, path: &str, left_out: impl Fn(&str) -> Option<SkipReason>) -> Look {
        match self.files.get(path) {
            Some(file) if left_out(path).is_none() => Look::Seen(file.stamp()),
            Some(_) | None => Look::LeftOut,
        }
    }

    /// Reads the file as a host does: first the look of it, then its bytes.
    pub(super) fn hash(&self, read: &Read) -> HashEnd {
        if let Access::Barred(barrier) = self.access {
            return HashEnd::OutOfReach(barrier);
        }
        match self.files.get(&*read.path) {
            None => HashEnd::Vanished,
            Some(file) if file.stamp() != read.stamp => HashEnd::Moved(Look::Seen(file.stamp())),
            Some(file) if !file.readable => HashEnd::Unreadable,
            Some(file) => HashEnd::Digested(digest_of(&file.bytes)),
        }
    }
}

impl DiskFile {
    fn stamp(&self) -> Stamp {
        Stamp { size: self.bytes.len() as u64, modified: self.modified }
    }
}

/// The SHA-1 of these bytes.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(sha1::Sha1::digest(bytes).into())
}
