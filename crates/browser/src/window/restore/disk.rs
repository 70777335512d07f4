//! The folder on the disk that files are restored into.

use std::cell::RefCell;

use protocol::inventory::Entry;
use protocol::{AssetId, Digest};
use sha1::{Digest as _, Sha1};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemWritableFileStream,
};

use super::WriteFault;
use super::download::{Came, Download};
use crate::Fault;
use crate::bindings::{DirectoryHandle, FileHandle};

/// Neighbouring files are usually in the same directory, and opening a directory is a round trip to the browser's
/// process.
const KEPT_OPEN: usize = 64;

pub(super) struct Disk {
    root: DirectoryHandle,
    /// The most recently opened directories, latest last.
    opened: RefCell<Vec<(String, DirectoryHandle)>>,
}

/// What a path on the disk holds.
pub(super) enum Met {
    Nothing,
    File(File),
    /// Not a file.
    Something,
    /// This system does not allow such a name.
    Forbidden,
}

/// How much of a file was written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Filled {
    Whole,
    /// The restore was stopped; nothing of the file is left.
    Stopped,
}

impl Disk {
    pub(super) fn at(root: DirectoryHandle) -> Disk {
        Disk { root, opened: RefCell::default() }
    }

    pub(super) fn name(&self) -> String {
        self.root.name()
    }

    pub(super) async fn meet(&self, path: &str) -> Result<Met, Fault> {
        let (folders, name) = split(path);
        let file = async {
            let directory = self.directory(folders, Absent::IsAnError).await?;
            let handle: FileHandle = directory.file(name).await?.unchecked_into();
            Ok::<File, Fault>(handle.get_file().await?.unchecked_into())
        };
        match file.await {
            Ok(file) => Ok(Met::File(file)),
            Err(fault) => match fault.name.as_str() {
                "NotFoundError" => Ok(Met::Nothing),
                "TypeMismatchError" => Ok(Met::Something),
                "TypeError" => Ok(Met::Forbidden),
                _ => Err(fault),
            },
        }
    }

    /// Writes a missing file. `count` is called for every chunk and returns whether to continue.
    pub(super) async fn write(
        &self,
        entry: &Entry,
        asset: AssetId,
        count: impl Fn(u64) -> bool,
    ) -> Result<Filled, WriteFault> {
        let is_new = match self.meet(&entry.path).await? {
            Met::Nothing => true,
            Met::File(file) if file.size() == 0.0 && entry.bytes > 0 => false,
            Met::File(_) | Met::Something | Met::Forbidden => return Err(WriteFault::Taken),
        };
        let (folders, name) = split(&entry.path);
        let directory = self.directory(folders, Absent::IsMade).await?;
        let directory: &FileSystemDirectoryHandle = directory.unchecked_ref();
        let options = FileSystemGetFileOptions::new();
        options.set_create(true);
        let file = JsFuture::from(directory.get_file_handle_with_options(name, &options)).await?;
        let file: FileSystemFileHandle = file.unchecked_into();
        let written = fill(&file, entry, asset, count).await;
        if !matches!(written, Ok(Filled::Whole)) && is_new && is_empty(&file).await.unwrap_or(false) {
            // The file only held the name. If it stays, the next restore still treats it as missing.
            _ = JsFuture::from(directory.remove_entry(name)).await;
        }
        written
    }

    async fn directory(&self, path: &str, absent: Absent) -> Result<DirectoryHandle, Fault> {
        let mut at = self.root.clone();
        let ends = path.match_indices('/').map(|(end, _)| end).chain([path.len()]);
        let mut from = 0;
        for end in ends.filter(|end| *end > 0) {
            let known = self.opened.borrow().iter().find(|(known, _)| known == &path[..end]).cloned();
            at = match known {
                Some((_, known)) => known,
                None => {
                    let opened = open(&at, &path[from..end], absent).await?;
                    let mut kept = self.opened.borrow_mut();
                    kept.push((path[..end].to_owned(), opened.clone()));
                    if kept.len() > KEPT_OPEN {
                        kept.remove(0);
                    }
                    opened
                }
            };
            from = end + 1;
        }
        Ok(at)
    }
}

/// What to do about a missing directory.
#[derive(Clone, Copy, PartialEq)]
enum Absent {
    IsAnError,
    IsMade,
}

async fn open(parent: &DirectoryHandle, name: &str, absent: Absent) -> Result<DirectoryHandle, Fault> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(absent == Absent::IsMade);
    let parent: &FileSystemDirectoryHandle = parent.unchecked_ref();
    let opened = parent.get_directory_handle_with_options(name, &options);
    Ok(JsFuture::from(opened).await?.unchecked_into())
}

/// The path of the directory, and the file name.
fn split(path: &str) -> (&str, &str) {
    path.rsplit_once('/').unwrap_or(("", path))
}

/// Streams the original into the file. The browser puts the content in place only on close, and the stream is closed
/// only if the digest is right.
async fn fill(
    file: &FileSystemFileHandle,
    entry: &Entry,
    asset: AssetId,
    count: impl Fn(u64) -> bool,
) -> Result<Filled, WriteFault> {
    let writable: FileSystemWritableFileStream =
        JsFuture::from(file.create_writable()).await?.unchecked_into();
    let mut filled = stream_into(&writable, entry, asset, count).await;
    // Something else may have written the file in the meantime.
    if matches!(filled, Ok(Filled::Whole)) && !is_empty(file).await? {
        filled = Err(WriteFault::Taken);
    }
    if matches!(filled, Ok(Filled::Whole)) {
        JsFuture::from(writable.close()).await?;
    } else {
        // It may have failed by itself.
        _ = JsFuture::from(writable.abort()).await;
    }
    filled
}

async fn is_empty(file: &FileSystemFileHandle) -> Result<bool, Fault> {
    let file: File = JsFuture::from(file.get_file()).await?.unchecked_into();
    Ok(file.size() == 0.0)
}

async fn stream_into(
    writable: &FileSystemWritableFileStream,
    entry: &Entry,
    asset: AssetId,
    count: impl Fn(u64) -> bool,
) -> Result<Filled, WriteFault> {
    let goes_on = || count(0);
    let Some(download) = Download::begin(asset, &goes_on).await? else { return Ok(Filled::Stopped) };
    let mut hasher = Sha1::new();
    loop {
        let chunk = match download.next(&goes_on).await? {
            Came::Bytes(chunk) => chunk,
            Came::End => break,
            Came::Stopped => return Ok(Filled::Stopped),
        };
        hasher.update(chunk.to_vec());
        let written = writable.write_with_buffer_source(&chunk)?;
        JsFuture::from(written).await?;
        if !count(chunk.length().into()) {
            return Ok(Filled::Stopped);
        }
    }
    let is_right = Digest(hasher.finalize().into()) == entry.digest;
    is_right.then_some(Filled::Whole).ok_or(WriteFault::DigestMismatch)
}

impl From<JsValue> for WriteFault {
    fn from(thrown: JsValue) -> WriteFault {
        Fault::from(thrown).into()
    }
}

impl From<Fault> for WriteFault {
    fn from(fault: Fault) -> WriteFault {
        match fault.name.as_str() {
            "QuotaExceededError" => WriteFault::DiskFull,
            "NotAllowedError" | "SecurityError" => WriteFault::NotAllowed,
            _ => WriteFault::Disk(fault),
        }
    }
}
