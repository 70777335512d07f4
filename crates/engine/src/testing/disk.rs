//! A folder in memory.

use std::collections::BTreeMap;

use protocol::Digest;
use protocol::media::{Named, named};
use sha1::Digest as _;

use crate::command::Read;
use crate::event::{HashEnd, ListedFile, Look};
use crate::folder::{Access, Scope};
use crate::row::Stamp;
use crate::rules;
use crate::time::Moment;

pub struct Disk {
    pub files: BTreeMap<String, DiskFile>,
    pub access: Access,
    /// Files whose names are not valid text.
    pub nameless: usize,
    /// Paths that changed since the watch last reported.
    pub touched: Vec<Box<str>>,
    last_inode: u64,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiskFile {
    pub bytes: Vec<u8>,
    pub modified: Moment,
    pub readable: bool,
    /// Stays the same while the file is written in place. A replaced file has another.
    inode: u64,
}

impl Default for Disk {
    fn default() -> Disk {
        Disk {
            files: BTreeMap::new(),
            access: Access::Granted,
            nameless: 0,
            touched: Vec::new(),
            last_inode: 0,
        }
    }
}

impl Disk {
    pub fn of(files: &[(&str, &str)], modified: Moment) -> Disk {
        let mut disk = Disk::default();
        files.iter().for_each(|(path, bytes)| disk.write(path, bytes, modified));
        disk
    }

    /// Writes a file in place, or creates it.
    pub fn write(&mut self, path: &str, bytes: &str, modified: Moment) {
        let inode = self.files.get(path).map_or_else(|| self.new_inode(), |file| file.inode);
        self.put(path, bytes, modified, inode);
    }

    /// Replaces a file with a new one, as careful programs do.
    pub fn replace(&mut self, path: &str, bytes: &str, modified: Moment) {
        let inode = self.new_inode();
        self.put(path, bytes, modified, inode);
    }

    fn new_inode(&self) -> u64 {
        self.last_inode + 1
    }

    fn put(&mut self, path: &str, bytes: &str, modified: Moment, inode: u64) {
        self.last_inode = self.last_inode.max(inode);
        let file = DiskFile { bytes: bytes.as_bytes().to_vec(), modified, readable: true, inode };
        self.files.insert(path.into(), file);
        self.touched.push(path.into());
    }

    pub fn remove(&mut self, path: &str) {
        if self.files.remove(path).is_some() {
            self.touched.push(path.into());
        }
    }

    pub fn touch(&mut self, path: &str, modified: Moment) {
        if let Some(file) = self.files.get_mut(path) {
            file.modified = modified;
        }
    }

    /// Renames a file, or a folder with all that is in it.
    pub fn rename(&mut self, from: &str, to: &str) {
        let inside: Vec<String> = self.files.keys().filter(|path| is_at(path, from)).cloned().collect();
        for path in inside {
            if let Some(file) = self.files.remove(&path) {
                self.files.insert(format!("{to}{}", &path[from.len()..]), file);
            }
        }
        self.touched.extend([from.into(), to.into()]);
    }

    pub fn set_readable(&mut self, path: &str, readable: bool) {
        if let Some(file) = self.files.get_mut(path) {
            file.readable = readable;
        }
    }

    /// The paths of the files within a scope.
    pub(super) fn within(&self, scope: &Scope) -> Vec<String> {
        let wanted = |path: &String| match scope {
            Scope::Everything => true,
            Scope::Paths(paths) => paths.iter().any(|wanted| is_at(path, wanted)),
        };
        self.files.keys().filter(|path| wanted(path) && !is_hidden(path)).cloned().collect()
    }

    /// The files that the browser leaves out of its listings.
    pub(crate) fn hidden(&self) -> Vec<ListedFile> {
        let hidden = self.files.keys().filter(|path| is_hidden(path));
        hidden.filter_map(|path| Some(ListedFile::new(path.as_str(), self.look(path)?))).collect()
    }

    /// What a listing sees of a file; `None` if it is no longer there.
    pub(super) fn look(&self, path: &str) -> Option<Look> {
        let file = self.files.get(path)?;
        Some(rules::judged(path).unwrap_or_else(|| Look::Seen(file.stamp())))
    }

    /// What a listing that reads ahead tells of a file.
    pub(super) fn digest_ahead(&self, path: &str) -> Option<Digest> {
        let file = self.files.get(path).filter(|file| file.readable)?;
        matches!(named(path), Named::Media(_)).then(|| digest_of(&file.bytes))
    }

    /// The file, if it can be opened and still looks as it was listed.
    pub(super) fn open(&self, read: &Read) -> Result<DiskFile, HashEnd> {
        if let Access::Barred(barrier) = self.access {
            return Err(HashEnd::OutOfReach(barrier));
        }
        match self.files.get(&*read.path) {
            None => Err(HashEnd::Vanished),
            Some(file) if file.stamp() != read.stamp => Err(HashEnd::Moved(Look::Seen(file.stamp()))),
            Some(file) if !file.readable => Err(HashEnd::Unreadable),
            Some(file) => Ok(file.clone()),
        }
    }

    /// The bytes that a reader gets now if it opened the file earlier. For a replaced or deleted file these are still
    /// the old bytes, for a file written in place the current ones. `None` if there are too few.
    pub(super) fn bytes_under_reader(&self, path: &str, opened: &DiskFile) -> Option<Vec<u8>> {
        match self.files.get(path) {
            Some(file) if file.inode == opened.inode => {
                file.bytes.get(..opened.bytes.len()).map(<[u8]>::to_vec)
            }
            Some(_) | None => Some(opened.bytes.clone()),
        }
    }
}

impl DiskFile {
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { size: self.bytes.len() as u64, modified: self.modified }
    }
}

/// Whether the browser leaves a file out of its listings.
pub(crate) fn is_hidden(path: &str) -> bool {
    path.contains(':')
}

/// Whether a path is this file, or is inside this folder.
fn is_at(path: &str, place: &str) -> bool {
    path.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The SHA-1 of these bytes.
pub fn digest_of(bytes: &[u8]) -> Digest {
    Digest(sha1::Sha1::digest(bytes).into())
}
