//! The requirements for a backup without a page, as far as a window can check them, and a test of such a backup.

use futures::channel::oneshot;
use futures::future::{Either, select};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::JsCast;
use web_sys::{MessageChannel, MessageEvent, Notification, NotificationPermission, ServiceWorker};

use super::background::active_worker;
use crate::bindings::{has_global, is_storage_kept};
use crate::service_worker::{FromServiceWorker, ToServiceWorker, post, read, write};

const ANSWER_MS: u32 = 2_000;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    /// This window belongs to an installed app. A tab cannot tell whether the app is installed.
    pub is_app: bool,
    /// The browser does not clear our storage by itself; none if it does not say.
    pub is_storage_kept: Option<bool>,
    pub has_service_worker: bool,
    /// The version that the service worker reports.
    pub version: Option<String>,
    pub notifications: Notifications,
}

/// Whether notifications are allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notifications {
    Allowed,
    Refused,
    NotAsked,
    Missing,
}

/// Whether this is the window of an installed app.
pub fn is_app() -> bool {
    let standalone = "(display-mode: standalone)";
    let query = web_sys::window().and_then(|window| window.match_media(standalone).ok().flatten());
    query.is_some_and(|query| query.matches())
}

pub async fn chain() -> Chain {
    let worker = active_worker().await;
    Chain {
        is_app: is_app(),
        is_storage_kept: is_storage_kept().await.ok().and_then(|kept| kept.as_bool()),
        has_service_worker: worker.is_some(),
        version: match &worker {
            Some(worker) => version(worker).await,
            None => None,
        },
        notifications: notifications(),
    }
}

/// None if it does not answer in time, or does not understand the question because it is of another version.
async fn version(worker: &ServiceWorker) -> Option<String> {
    let channel = MessageChannel::new().ok()?;
    let (tell, told) = oneshot::channel();
    let answered = EventListener::once(&channel.port1(), "message", move |event| {
        // The receiver may be gone.
        _ = tell.send(read(event.unchecked_ref::<MessageEvent>().data()));
    });
    channel.port1().start();
    let question = write(&ToServiceWorker::TellVersion).ok()?;
    worker.post_message_with_transferable(&question, &Array::of1(&channel.port2())).ok()?;
    let said = match select(told, TimeoutFuture::new(ANSWER_MS)).await {
        Either::Left((said, _)) => said.ok(),
        Either::Right(_) => None,
    };
    drop(answered);
    match said? {
        Ok(FromServiceWorker::Version(version)) => Some(version),
        Ok(FromServiceWorker::NotUnderstood | FromServiceWorker::FetchEnded) | Err(_) => None,
    }
}

fn notifications() -> Notifications {
    if !has_global("Notification") {
        return Notifications::Missing;
    }
    match Notification::permission() {
        NotificationPermission::Granted => Notifications::Allowed,
        NotificationPermission::Denied => Notifications::Refused,
        NotificationPermission::Default | _ => Notifications::NotAsked,
    }
}

/// Asks the service worker to wait until every page is closed, and then to back up as if it had been woken. False if
/// there is no service worker.
pub async fn test_background() -> bool {
    active_worker().await.is_some_and(|worker| post(&worker, &ToServiceWorker::TestBackup).is_ok())
}
