//! Files shared by other apps. The service worker puts them into the browser's own storage (OPFS), where any context
//! can read them: into the inbox, which is backed up, or into a place where they are held until the person agrees.

use engine::INBOX;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemRemoveOptions, FileSystemWritableFileStream,
};

use crate::Fault;
use crate::bindings::{DirectoryHandle, FileHandle, opfs, random_uuid};
use crate::source::next_entry;

/// The directory of what is held. Like the inbox, it has a directory for each share.
const HELD: &str = "safelight-held";
const TRIES: u32 = 5;
const AGAIN_MS: u32 = 200;

/// The directory of shared files, if anything was ever shared.
pub async fn inbox() -> Option<DirectoryHandle> {
    let root: DirectoryHandle = opfs().await.ok()?.unchecked_into();
    root.directory(INBOX).await.ok().map(JsCast::unchecked_into)
}

/// Where a share goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    Inbox,
    Held,
}

/// The files of one share that is held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parcel {
    pub id: String,
    pub files: Vec<String>,
}

/// Saves the files of one share: all of them, or none. Returns the share's id.
pub async fn keep(place: Place, files: &[(String, File)]) -> Result<String, Fault> {
    let root: FileSystemDirectoryHandle = opfs().await?.unchecked_into();
    let place = match place {
        Place::Inbox => INBOX,
        Place::Held => HELD,
    };
    let place = made(&root, place).await?;
    let parcel = random_uuid();
    if let Err(fault) = fill(&made(&place, &parcel).await?, files).await {
        // Report this failure, not one of the cleanup.
        _ = remove_all(&place, &parcel).await;
        return Err(fault);
    }
    Ok(parcel)
}

async fn remove_all(at: &FileSystemDirectoryHandle, name: &str) -> Result<(), Fault> {
    let recursive = FileSystemRemoveOptions::new();
    recursive.set_recursive(true);
    JsFuture::from(at.remove_entry_with_options(name, &recursive)).await?;
    Ok(())
}

async fn held_directory() -> Option<DirectoryHandle> {
    let root: DirectoryHandle = opfs().await.ok()?.unchecked_into();
    root.directory(HELD).await.ok().map(JsCast::unchecked_into)
}

/// Everything that is held.
pub async fn held() -> Vec<Parcel> {
    let Some(held) = held_directory().await else { return Vec::new() };
    let mut parcels = Vec::new();
    for id in names_in(&held).await.unwrap_or_default() {
        if let Ok(parcel) = held.directory(&id).await {
            let files = names_in(parcel.unchecked_ref()).await.unwrap_or_default();
            parcels.push(Parcel { id, files });
        }
    }
    parcels
}

/// Moves a held share to the inbox. After a failure, the rest of it is still held.
pub async fn let_in(parcel: &Parcel) -> Result<(), Fault> {
    let root: FileSystemDirectoryHandle = opfs().await?.unchecked_into();
    let from = made(&made(&root, HELD).await?, &parcel.id).await?;
    let to = made(&made(&root, INBOX).await?, &parcel.id).await?;
    let (from, to): (DirectoryHandle, DirectoryHandle) = (from.unchecked_into(), to.unchecked_into());
    for name in &parcel.files {
        let file: FileHandle = from.file(name).await?.unchecked_into();
        file.move_to(&to, name).await?;
    }
    discard_held(parcel).await;
    Ok(())
}

/// Deletes a held share.
pub async fn discard_held(parcel: &Parcel) {
    if let Some(held) = held_directory().await {
        // If the browser refuses, it is still held, and the person is asked again.
        _ = remove_all(held.unchecked_ref(), &parcel.id).await;
    }
}

async fn names_in(directory: &DirectoryHandle) -> Result<Vec<String>, Fault> {
    let entries = directory.values();
    let mut names = Vec::new();
    while let Some(entry) = next_entry(&entries).await? {
        names.push(entry.name());
    }
    Ok(names)
}

async fn made(at: &FileSystemDirectoryHandle, name: &str) -> Result<FileSystemDirectoryHandle, Fault> {
    let options = FileSystemGetDirectoryOptions::new();
    options.set_create(true);
    Ok(JsFuture::from(at.get_directory_handle_with_options(name, &options)).await?.unchecked_into())
}

async fn fill(parcel: &FileSystemDirectoryHandle, files: &[(String, File)]) -> Result<(), Fault> {
    let options = FileSystemGetFileOptions::new();
    options.set_create(true);
    for (name, file) in files {
        let made = JsFuture::from(parcel.get_file_handle_with_options(name, &options)).await?;
        let writing = JsFuture::from(made.unchecked_into::<FileSystemFileHandle>().create_writable()).await?;
        let writing: FileSystemWritableFileStream = writing.unchecked_into();
        JsFuture::from(writing.write_with_blob(file)?).await?;
        JsFuture::from(writing.close()).await?;
    }
    Ok(())
}

/// The names in the inbox: each share has a directory of its own.
pub async fn parcels(inbox: &DirectoryHandle) -> Result<Vec<Box<str>>, Fault> {
    Ok(names_in(inbox).await?.into_iter().map(Into::into).collect())
}

/// Deletes a file of the inbox, never one of the person's folders. A failed deletion is retried after the inbox is
/// listed again.
pub async fn discard(path: &str) {
    let Some(inbox) = inbox().await else { return };
    let Some((parcel, name)) = path.split_once('/') else { return };
    let Ok(directory) = inbox.directory(parcel).await else { return };
    let directory: DirectoryHandle = directory.unchecked_into();
    // The browser refuses while another file of the same directory is being removed.
    for _ in 0..TRIES {
        if directory.remove(name).await.is_ok() {
            break;
        }
        TimeoutFuture::new(AGAIN_MS).await;
    }
    // Fails while the directory still has files.
    _ = inbox.remove(parcel).await;
}
