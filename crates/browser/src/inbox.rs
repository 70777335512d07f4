//! What other apps shared: the service worker puts it into the browser's own storage (OPFS), where any context can read it.

use engine::INBOX;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    File, FileSystemDirectoryHandle, FileSystemFileHandle, FileSystemGetDirectoryOptions,
    FileSystemGetFileOptions, FileSystemRemoveOptions, FileSystemWritableFileStream,
};

use crate::Fault;
use crate::bindings::{DirectoryHandle, opfs, random_uuid};
use crate::source::next_entry;

const TRIES: u32 = 5;
const AGAIN_MS: u32 = 200;

/// Where shared files arrive, if any ever did.
pub async fn inbox() -> Option<DirectoryHandle> {
    let root: DirectoryHandle = opfs().await.ok()?.unchecked_into();
    root.directory(INBOX).await.ok().map(JsCast::unchecked_into)
}

/// Keeps what was shared at one time: all of it, or nothing.
pub async fn keep(files: &[(String, File)]) -> Result<(), Fault> {
    let root: FileSystemDirectoryHandle = opfs().await?.unchecked_into();
    let inbox = made(&root, INBOX).await?;
    let parcel = random_uuid();
    let kept = fill(&made(&inbox, &parcel).await?, files).await;
    if kept.is_err() {
        let recursive = FileSystemRemoveOptions::new();
        recursive.set_recursive(true);
        // The failure that is told is the one that came first.
        _ = JsFuture::from(inbox.remove_entry_with_options(&parcel, &recursive)).await;
    }
    kept
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

/// What was shared at one time lies in one directory.
pub async fn parcels(inbox: &DirectoryHandle) -> Result<Vec<Box<str>>, Fault> {
    let entries = inbox.values();
    let mut names = Vec::new();
    while let Some(entry) = next_entry(&entries).await? {
        names.push(entry.name().into());
    }
    Ok(names)
}

/// Of the inbox alone, never of a folder of the person. What cannot be removed now is when it was looked through next.
pub async fn discard(path: &str) {
    let Some(inbox) = inbox().await else { return };
    let Some((parcel, name)) = path.split_once('/') else { return };
    let Ok(directory) = inbox.directory(parcel).await else { return };
    let directory: DirectoryHandle = directory.unchecked_into();
    // While another one of the same directory is removed, the browser refuses.
    for _ in 0..TRIES {
        if directory.remove(name).await.is_ok() {
            break;
        }
        TimeoutFuture::new(AGAIN_MS).await;
    }
    // Refused while it holds more.
    _ = inbox.remove(parcel).await;
}
