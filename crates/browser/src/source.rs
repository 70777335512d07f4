//! Where a folder's files come from: a directory handle that lasts, or files that were handed over once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use engine::{Barrier, INBOX, Look, Moment, Stamp};
use wasm_bindgen::JsCast;
use web_sys::File;

use crate::Fault;
use crate::bindings::{DirectoryHandle, FileHandle, Handle, Step};

pub enum Source {
    /// Keeping the handle alive keeps the grant of a dropped folder alive.
    Directory(Directory),
    Files(Files),
}

pub struct Directory {
    pub handle: DirectoryHandle,
    /// The directories that were opened last, the latest first.
    opened: RefCell<Vec<(String, DirectoryHandle)>>,
}

/// Newest first jumps between the folders of some months; opening one is a round trip to the browser's process.
const KEPT_OPEN: usize = 24;

/// Files that were handed over once, in the order of their paths.
#[derive(Default)]
pub struct Files(BTreeMap<String, File>);

impl Files {
    /// Two files of one name from two places are two files: the second gets a number.
    pub fn add(&mut self, path: &str, file: File) {
        let numbered = (2..).map(|number| with_number(path, number));
        let mut names = std::iter::once(path.to_owned()).chain(numbered);
        if let Some(free) = names.find(|name| !self.0.contains_key(name)) {
            self.0.insert(free, file);
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = (&String, &File)> {
        self.0.iter()
    }

    fn get(&self, path: &str) -> Option<File> {
        self.0.get(path).cloned()
    }
}

/// `a/b.jpg` becomes `a/b (2).jpg`.
fn with_number(path: &str, number: u32) -> String {
    let name = path.rfind('/').map_or(0, |slash| slash + 1);
    let dot = path[name..].rfind('.').map_or(path.len(), |dot| name + dot);
    let (stem, extension) = path.split_at(dot);
    format!("{stem} ({number}){extension}")
}

/// A file as it was when it was opened: a snapshot that can be read for as long as the file does not change.
pub struct Opened {
    pub file: File,
    /// By which it is opened again; what was handed over once has none.
    handle: Option<FileHandle>,
}

impl Opened {
    /// What cannot change any more.
    pub fn snapshot(file: File) -> Opened {
        Opened { file, handle: None }
    }
}

/// Why a file cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OpenFault {
    Vanished,
    Unreadable,
    OutOfReach(Barrier),
}

impl Source {
    pub fn directory(handle: DirectoryHandle) -> Source {
        Source::Directory(Directory::of(handle))
    }

    /// By its name: a folder of the person that has the same one loses nothing by it.
    pub fn is_inbox(&self) -> bool {
        match self {
            Source::Directory(directory) => directory.handle.name() == INBOX,
            Source::Files(_) => false,
        }
    }

    pub async fn open(&self, path: &str) -> Result<Opened, OpenFault> {
        match self {
            Source::Files(files) => files.get(path).map(Opened::snapshot).ok_or(OpenFault::Vanished),
            Source::Directory(directory) => directory.explained(directory.open(path).await).await,
        }
    }

    /// What was opened, as it is now.
    pub async fn open_again(&self, opened: &Opened) -> Result<Opened, OpenFault> {
        match (self, &opened.handle) {
            (Source::Directory(directory), Some(handle)) => {
                directory.explained(opened_by(handle.clone()).await).await
            }
            (Source::Directory(_) | Source::Files(_), _) => Ok(Opened::snapshot(opened.file.clone())),
        }
    }
}

async fn opened_by(handle: FileHandle) -> Result<Opened, Fault> {
    let file = handle.get_file().await?.unchecked_into();
    Ok(Opened { file, handle: Some(handle) })
}

impl Directory {
    pub fn of(handle: DirectoryHandle) -> Directory {
        Directory { handle, opened: RefCell::default() }
    }

    pub(crate) async fn open(&self, path: &str) -> Result<Opened, Fault> {
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let directory = self.parent(parent).await?;
        opened_by(directory.file(name).await?.unchecked_into()).await
    }

    async fn explained(&self, opened: Result<Opened, Fault>) -> Result<Opened, OpenFault> {
        match opened {
            Ok(opened) => Ok(opened),
            Err(fault) => Err(self.explain(&fault).await),
        }
    }

    /// The file or directory of this path, as it is now.
    pub(crate) async fn entry(&self, path: &str) -> Result<Handle, Fault> {
        // What was opened last may have been replaced meanwhile.
        self.opened.take();
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let directory = match self.parent(parent).await {
            // A part of the way became a file.
            Err(fault) if fault.is("TypeMismatchError") => Err(Fault::new("NotFoundError", path)),
            directory => directory,
        }?;
        match directory.file(name).await.map_err(Fault::from) {
            Err(fault) if fault.is("TypeMismatchError") => {
                Ok(directory.directory(name).await?.unchecked_into())
            }
            file => Ok(file?.unchecked_into()),
        }
    }

    async fn parent(&self, path: &str) -> Result<DirectoryHandle, Fault> {
        if let Some(handle) = self.opened_before(path) {
            return Ok(handle);
        }
        let mut handle = self.handle.clone();
        for part in path.split('/').filter(|part| !part.is_empty()) {
            handle = handle.directory(part).await?.unchecked_into();
        }
        let mut opened = self.opened.borrow_mut();
        opened.truncate(KEPT_OPEN - 1);
        opened.insert(0, (path.into(), handle.clone()));
        Ok(handle)
    }

    fn opened_before(&self, path: &str) -> Option<DirectoryHandle> {
        let mut opened = self.opened.borrow_mut();
        let at = opened.iter().position(|(known, _)| known == path)?;
        let latest = opened.remove(at);
        let handle = latest.1.clone();
        opened.insert(0, latest);
        Some(handle)
    }

    /// "Not found" of a file on a drive that was unplugged is not a deletion: the directory itself is asked.
    async fn explain(&self, fault: &Fault) -> OpenFault {
        self.opened.take();
        match self.barrier().await {
            Some(barrier) => OpenFault::OutOfReach(barrier),
            None if fault.is("NotFoundError") || fault.is("TypeMismatchError") => OpenFault::Vanished,
            None => OpenFault::Unreadable,
        }
    }

    /// What stands between us and the directory, if anything.
    pub async fn barrier(&self) -> Option<Barrier> {
        if self.handle.permission().await != "granted" {
            return Some(Barrier::NeedsPermission);
        }
        self.handle.values().step().await.err().map(|thrown| barrier_of(&Fault::from(thrown)))
    }
}

/// What a directory that cannot be listed means.
pub fn barrier_of(fault: &Fault) -> Barrier {
    if fault.is("NotAllowedError") || fault.is("SecurityError") {
        Barrier::NeedsPermission
    } else {
        Barrier::Unreachable
    }
}

/// The next entry of a directory; `None` at its end.
pub(crate) async fn next_entry(
    entries: &crate::bindings::Entries,
) -> Result<Option<crate::bindings::Handle>, Fault> {
    let step: Step = entries.step().await?.unchecked_into();
    Ok((!step.done()).then(|| step.value().unchecked_into()))
}

pub fn stamp_of(file: &File) -> Stamp {
    Stamp { size: file.size() as u64, modified: Moment(file.last_modified().max(0.0) as u64) }
}

pub fn look_at(file: &File) -> Look {
    Look::Seen(stamp_of(file))
}
