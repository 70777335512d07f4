//! Asks the browser to wake the service worker while no page is open, and tells what came of it.

use crate::spawn;
use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorker, ServiceWorkerRegistration};

use crate::Fault;
use crate::bindings::{has_global, object, query_permission_of};
use crate::json::text;
use crate::registration::registration;
use crate::service_worker::{SyncTag, ToServiceWorker, post};

/// As often as the browser will; it waits for half a day and more.
const OFTEN_MS: f64 = 3_600_000.0;

/// Whether this browser can wake us at all.
pub fn can_be_woken() -> bool {
    has_global("SyncManager")
}

/// The browser refuses to wake us for this site.
pub async fn may_not_be_woken() -> bool {
    let what = object(&[("name", &"background-sync".into())]);
    query_permission_of(&what)
        .await
        .is_ok_and(|status| text(&status, "state").is_some_and(|state| state == "denied"))
}

/// Work is left: the service worker is woken as soon as the network is there. With a page open it does nothing, and sees
/// to it that it is woken again later.
pub fn ask_for_sync() {
    ask_for(SyncTag::Backup);
}

/// The network went: the service worker is woken when it comes back, and goes on if no page is open by then.
pub fn ask_for_sync_when_online() {
    ask_for(SyncTag::Offline);
}

/// This page may be going: the service worker goes on once no page is left. It is told by a message, for a sync that a dying
/// page asks for keeps the browser from waking anybody at all until it is started anew (measured in Chromium 156, every
/// second time).
pub fn leave() {
    let Some(window) = web_sys::window() else { return };
    if !has_global("ServiceWorkerContainer") {
        return;
    }
    if let Some(worker) = window.navigator().service_worker().controller() {
        // A page that goes can do nothing about a failure; the sync that it asked for before is there.
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
            // Refused in private windows, and where the person forbade it. The next opening goes on.
            web_sys::console::warn_1(&fault.to_string().into());
        }
    });
}

/// Lets the browser wake us now and then to look for new files, or no longer. True if it will: it does for installed
/// apps.
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

/// Hears of the end of this page.
pub fn when_left(tell: impl Fn() + 'static) {
    listen("pagehide", tell);
}

/// Hears of the end of the network.
pub fn when_offline(tell: impl Fn() + 'static) {
    listen("offline", tell);
}

fn listen(name: &'static str, tell: impl Fn() + 'static) {
    if let Some(window) = web_sys::window() {
        EventListener::new(&window, name, move |_| tell()).forget();
    }
}

/// The one that is there by now, if any. A page that is not secure has no service workers.
pub(super) async fn kept_registration() -> Option<ServiceWorkerRegistration> {
    if !has_global("ServiceWorkerContainer") {
        return None;
    }
    let workers = web_sys::window()?.navigator().service_worker();
    let kept = JsFuture::from(workers.get_registration()).await.ok().filter(JsValue::is_object)?;
    Some(kept.unchecked_into())
}

/// The service worker that is in place, if any.
pub(super) async fn active_worker() -> Option<ServiceWorker> {
    kept_registration().await?.active()
}
