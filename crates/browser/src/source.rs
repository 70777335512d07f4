//! The source of a folder's files: a directory handle that lasts, or files that were handed over once.

use std::cell::RefCell;
use std::collections::BTreeMap;

use engine::{Barrier, INBOX, Look, Moment, Stamp};
use js_sys::Uint8Array;
use protocol::media::{self, HEAD_BYTES, MediaKind, Named};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use crate::Fault;
use crate::bindings::{DirectoryHandle, FileHandle, Handle, IteratorResult};

pub enum Source {
    /// Keeping the handle alive keeps the permission of a dropped folder alive.
    Directory(Directory),
    Files(Files),
}

pub struct Directory {
    pub handle: DirectoryHandle,
    /// The most recently opened directories, latest first.
    opened: RefCell<Vec<(String, DirectoryHandle)>>,
}

/// Working newest first jumps between the folders of a few months, and opening a directory is a round trip to the
/// browser's process.
const KEPT_OPEN: usize = 24;

/// Files that were handed over once, sorted by path.
#[derive(Default)]
pub struct Files(BTreeMap<String, File>);

impl Files {
    /// Two files with the same path are different files; the second one gets a number.
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

/// A snapshot of a file at the time it was opened. It can be read as long as the file does not change.
pub struct Opened {
    pub file: File,
    /// Used to open the file again; none for a file that was handed over once.
    handle: Option<FileHandle>,
}

impl Opened {
    /// A file that cannot change any more.
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

    /// Recognised by its name. It does no harm if one of the person's folders has the same name.
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

    /// Opens the file again, in its current state.
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

    /// The current file or directory at this path.
    pub(crate) async fn entry(&self, path: &str) -> Result<Handle, Fault> {
        // The cached directories may have been replaced in the meantime.
        self.opened.take();
        let (parent, name) = path.rsplit_once('/').unwrap_or(("", path));
        let directory = match self.parent(parent).await {
            // A directory of the path is now a file.
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

    /// "Not found" for a file on an unplugged drive does not mean that it was deleted, so the directory itself is
    /// checked.
    async fn explain(&self, fault: &Fault) -> OpenFault {
        self.opened.take();
        match self.barrier().await {
            Some(barrier) => OpenFault::OutOfReach(barrier),
            // The last is a name that the browser hides.
            None if ["NotFoundError", "TypeMismatchError", "TypeError"].iter().any(|name| fault.is(name)) => {
                OpenFault::Vanished
            }
            None => OpenFault::Unreadable,
        }
    }

    /// Why the directory cannot be reached, if it cannot.
    pub async fn barrier(&self) -> Option<Barrier> {
        if self.handle.permission().await != "granted" {
            return Some(Barrier::NeedsPermission);
        }
        self.handle.values().step().await.err().map(|thrown| barrier_of(&Fault::from(thrown)))
    }
}

/// What a failure to list a directory means.
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
    let step: IteratorResult = entries.step().await?.unchecked_into();
    Ok((!step.done()).then(|| step.value().unchecked_into()))
}

pub fn stamp_of(file: &File) -> Stamp {
    Stamp { size: file.size() as u64, modified: Moment(file.last_modified().max(0.0) as u64) }
}

pub fn look_at(file: &File) -> Look {
    Look::Seen(stamp_of(file))
}

/// The kind of a file by its name or, where that does not decide, by its first bytes.
pub async fn kind_of(path: &str, file: &File) -> Result<Option<MediaKind>, Fault> {
    let head = match media::named(path) {
        Named::Undecided => first_bytes(file, HEAD_BYTES).await?,
        Named::Media(_) | Named::Sidecar | Named::Other => Vec::new(),
    };
    Ok(media::kind_of(path, &head))
}

/// At most this many bytes from the start of the file.
pub async fn first_bytes(file: &File, most: usize) -> Result<Vec<u8>, Fault> {
    let start = file.slice_with_f64_and_f64(0.0, most as f64)?;
    Ok(Uint8Array::new(&JsFuture::from(start.array_buffer()).await?).to_vec())
}
