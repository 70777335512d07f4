//! What other apps shared: the service worker puts it into the browser's own storage (OPFS), where any context can read it.

use engine::INBOX;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;

use crate::Fault;
use crate::bindings::{DirectoryHandle, opfs};
use crate::source::next_entry;

const TRIES: u32 = 5;
const AGAIN_MS: u32 = 200;

/// Where shared files arrive, if any ever did.
pub async fn inbox() -> Option<DirectoryHandle> {
    let root: DirectoryHandle = opfs().await.ok()?.unchecked_into();
    root.directory(INBOX).await.ok().map(JsCast::unchecked_into)
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
