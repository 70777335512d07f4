//! Asks the browser to wake the service worker while no page is open, and finds out whether it will.

use crate::spawn;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerRegistration};

use crate::Fault;
use crate::bindings::{has_global, object, query_permission_of};
use crate::properties::text;
use crate::registration::registration;
use crate::service_worker::{SyncTag, ToServiceWorker, post};

/// As often as the browser allows; it waits for half a day or more.
const OFTEN_MS: f64 = 3_600_000.0;

/// Whether this browser can wake us at all.
pub fn can_be_woken() -> bool {
    has_global("SyncManager")
}

/// Whether the browser refuses to wake us for this site.
pub async fn may_not_be_woken() -> bool {
    let what = object(&[("name", &"background-sync".into())]);
    query_permission_of(&what)
        .await
        .is_ok_and(|status| text(&status, "state").is_some_and(|state| state == "denied"))
}

/// Call it when work is left: the browser wakes the service worker as soon as the network is available. While a page is
/// open, the service worker does nothing except arrange to be woken again later.
pub fn ask_for_sync() {
    ask_for(SyncTag::Backup);
}

/// The network is gone. The browser wakes the service worker when the network is back, and the backup continues if no
/// page is open by then.
pub fn ask_for_sync_when_online() {
    ask_for(SyncTag::Offline);
}

/// This page may be about to close; the service worker continues once no page is left. It is told by a message, because
/// a sync that a closing page registers stops the browser from waking anything at all until the browser is restarted
/// (measured in Chromium 156, every second time).
pub fn leave() {
    let Some(window) = web_sys::window() else { return };
    if !has_global("ServiceWorkerContainer") {
        return;
    }
    if let Some(worker) = window.navigator().service_worker().controller() {
        // A closing page can do nothing about a failure, and the sync that it asked for earlier is still registered.
        _ = post(&worker, &ToServiceWorker::Left);
    }
}

fn ask_for(tag: SyncTag) {
    if !can_be_woken() {
        return;
    }
    spawn(async move {
        let asked = async { Ok::<_, Fault>(registration().await?.sync().register(tag.name()).await?) };
        if let Err(fault) = asked.await {
            // Refused in private windows and where the person forbade it. The backup continues when the app is next
            // opened.
            web_sys::console::warn_1(&fault.to_string().into());
        }
    });
}

/// Asks the browser to wake us from time to time to look for new files, or to stop doing so. True if it will; browsers
/// do it only for installed apps.
pub async fn be_woken_now_and_then(wanted: bool) -> bool {
    if !has_global("PeriodicSyncManager") {
        return false;
    }
    let asked = async {
        let periodic = registration().await?.periodic_sync();
        let tag = SyncTag::Backup.name();
        if wanted {
            let options = object(&[("minInterval", &OFTEN_MS.into())]);
            periodic.register_periodic(tag, &options).await?;
        } else {
            periodic.unregister(tag).await?;
        }
        Ok::<_, Fault>(())
    };
    wanted && asked.await.is_ok()
}

/// Calls back when this page closes.
pub fn when_left(tell: impl Fn() + 'static) {
    listen("pagehide", tell);
}

/// Calls back when the network is lost.
pub fn when_offline(tell: impl Fn() + 'static) {
    listen("offline", tell);
}

fn listen(name: &'static str, tell: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        EventListener::new(&window, name, move |_| tell()).forget();
    }
}

/// The existing registration, if any. An insecure page has no service workers.
pub(super) async fn kept_registration() -> Option<ServiceWorkerRegistration> {
    if !has_global("ServiceWorkerContainer") {
        return None;
    }
    let workers = web_sys::window()?.navigator().service_worker();
    let kept = JsFuture::from(workers.get_registration()).await.ok().filter(JsValue::is_object)?;
    Some(kept.unchecked_into())
}

/// The active service worker, if any.
pub(super) async fn active_worker() -> Option<ServiceWorker> {
    kept_registration().await?.active()
}
