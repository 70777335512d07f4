//! Files shared by other apps. The service worker puts them into the browser's own storage (OPFS), where any context
//! can read them.

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

/// The directory of shared files, if anything was ever shared.
pub async fn inbox() -> Option<DirectoryHandle> {
    let root: DirectoryHandle = opfs().await.ok()?.unchecked_into();
    root.directory(INBOX).await.ok().map(JsCast::unchecked_into)
}

/// Saves the files of one share: all of them, or none.
pub async fn keep(files: &[(String, File)]) -> Result<(), Fault> {
    let root: FileSystemDirectoryHandle = opfs().await?.unchecked_into();
    let inbox = made(&root, INBOX).await?;
    let parcel = random_uuid();
    let kept = fill(&made(&inbox, &parcel).await?, files).await;
    if kept.is_err() {
        let recursive = FileSystemRemoveOptions::new();
        recursive.set_recursive(true);
        // Report the first failure, not one of the cleanup.
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

/// The names in the inbox: each share has a directory of its own.
pub async fn parcels(inbox: &DirectoryHandle) -> Result<Vec<Box<str>>, Fault> {
    let entries = inbox.values();
    let mut names = Vec::new();
    while let Some(entry) = next_entry(&entries).await? {
        names.push(entry.name().into());
    }
    Ok(names)
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
