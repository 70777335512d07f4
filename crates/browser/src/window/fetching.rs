//! Hands large files to the browser (Background Fetch, WICG). The browser uploads them even if Safelight is closed,
//! shows its own progress, and wakes the service worker when it is done. Only a page can start it, with a fresh user
//! gesture (measured).

use engine::{FileId, FolderId, Large};
use futures::future::{Either, select};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use protocol::immich;
use wasm_bindgen::JsCast;
use web_sys::{EventTarget, Headers, MessageEvent, Request, RequestInit};

use super::KNOWN;
use super::background::kept_registration;
use crate::Fault;
use crate::bindings::{has_global, object, storage_estimate};
use crate::properties::property;
use crate::registration::{fetch_ids, fetched_by, fetches, registration};
use crate::service_worker::{FromServiceWorker, read};
use crate::source::{Directory, stamp_of};
use crate::upload::Cargo;
use crate::upload::form::form;

const PATIENCE_MS: u32 = 2_000;
/// The part of the free storage that may be used: the browser first copies what it uploads.
const ROOM_PART: f64 = 0.5;

pub fn can_leave_to_browser() -> bool {
    has_global("BackgroundFetchManager")
}

/// The files handed to the browser that it is still uploading.
pub async fn left_to_browser() -> Vec<FileId> {
    if !can_leave_to_browser() {
        return Vec::new();
    }
    let ids = async { fetch_ids(&kept_registration().await?).await.ok() };
    futures::pin_mut!(ids);
    // Nothing is uploaded until this is known, so the wait is limited.
    let ids = match select(ids, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((ids, _)) => ids.unwrap_or_default(),
        Either::Right(_) => Vec::new(),
    };
    ids.iter().flat_map(|id| fetched_by(id)).collect()
}

/// Hands files to the browser: those that fit into the free storage and are unchanged since they were read. Returns
/// their number.
pub async fn leave_to_browser(files: &[Large]) -> Result<usize, Fault> {
    let mut room = room().await;
    let requests = Array::new();
    let mut ids = Vec::new();
    for large in files {
        // A file that changed or vanished in the meantime is noticed elsewhere.
        if large.stamp.size as f64 <= room
            && let Ok(Some(request)) = request(large).await
        {
            room -= large.stamp.size as f64;
            requests.push(&request);
            ids.push(large.file.0.to_string());
        }
    }
    if ids.is_empty() {
        return Ok(0);
    }
    let title = if ids.len() == 1 {
        "1 file for your server".into()
    } else {
        format!("{} files for your server", ids.len())
    };
    let icon = object(&[
        ("src", &"/icons/icon-192.png".into()),
        ("sizes", &"192x192".into()),
        ("type", &"image/png".into()),
    ]);
    let options = object(&[("title", &title.into()), ("icons", &Array::of1(&icon))]);
    let registration = registration().await?;
    let fetches =
        fetches(&registration).ok_or_else(|| Fault::new("NotSupportedError", "no background fetch"))?;
    fetches.fetch(&ids.join("-"), &requests, &options).await?;
    Ok(ids.len())
}

async fn room() -> f64 {
    let Ok(estimate) = storage_estimate().await else { return f64::INFINITY };
    let number = |name| property(&estimate, name).as_f64();
    number("quota").zip(number("usage")).map_or(f64::INFINITY, |(quota, usage)| (quota - usage) * ROOM_PART)
}

/// None if the file has changed.
async fn request(large: &Large) -> Result<Option<Request>, Fault> {
    let Some(directory) = directory(large.folder) else { return Ok(None) };
    let Ok(opened) = directory.open(&large.path).await else { return Ok(None) };
    if stamp_of(&opened.file) != large.stamp {
        return Ok(None);
    }
    let (modified, digest) = (large.stamp.modified, large.digest);
    let cargo = Cargo { file: &opened.file, path: &large.path, modified, digest };
    let headers = Headers::new()?;
    headers.set(immich::CHECKSUM_HEADER, &digest.to_string())?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&form(cargo)?.into());
    Ok(Some(Request::new_with_str_and_init(immich::path::ASSETS, &init)?))
}

fn directory(folder: FolderId) -> Option<Directory> {
    let known = KNOWN.with_borrow(|known| known.iter().find(|(id, _)| *id == folder).cloned());
    known.map(|(_, handle)| Directory::of(handle.unchecked_into()))
}

/// Calls back when a background fetch ends: the service worker tells every page.
pub fn when_fetched(tell: impl Fn() + 'static) {
    // An insecure page has no service workers.
    let workers = property(&property(&js_sys::global(), "navigator"), "serviceWorker");
    if let Some(workers) = workers.dyn_ref::<EventTarget>() {
        EventListener::new(workers, "message", move |event| {
            match read(event.unchecked_ref::<MessageEvent>().data()) {
                Ok(FromServiceWorker::FetchEnded) => tell(),
                // Answers arrive through a port.
                Ok(FromServiceWorker::Version(_) | FromServiceWorker::NotUnderstood) => {}
                Err(unreadable) => web_sys::console::warn_1(&unreadable.to_string().into()),
            }
        })
        .forget();
    }
}
