//! The service worker's registration, for any context.

use engine::FileId;
use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorkerGlobalScope, ServiceWorkerRegistration};

use crate::Fault;
use crate::bindings::{FetchManager, WakingRegistration};
use crate::properties::property;

/// The first visit installs it, which downloads some 600 KB.
const PATIENCE_MS: u32 = 20_000;

/// Waits for the registration with a timeout: if no service worker is available, the browser would let us wait for
/// ever.
pub(crate) async fn registration() -> Result<WakingRegistration, Fault> {
    if let Ok(scope) = js_sys::global().dyn_into::<ServiceWorkerGlobalScope>() {
        return Ok(scope.registration().unchecked_into());
    }
    let window = web_sys::window().ok_or_else(|| Fault::new("InvalidStateError", "there is no window"))?;
    let ready = JsFuture::from(window.navigator().service_worker().ready()?);
    match select(ready, TimeoutFuture::new(PATIENCE_MS)).await {
        Either::Left((ready, _)) => Ok(ready?.unchecked_into()),
        Either::Right(_) => Err(Fault::new("InvalidStateError", "there is no service worker")),
    }
}

/// The background fetch manager, if the browser has one.
pub(crate) fn fetches(registration: &ServiceWorkerRegistration) -> Option<FetchManager> {
    let manager = property(registration, "backgroundFetch");
    manager.is_object().then(|| manager.unchecked_into())
}

/// The ids of the background fetches that are still running.
pub(crate) async fn fetch_ids(registration: &ServiceWorkerRegistration) -> Result<Vec<String>, Fault> {
    let Some(fetches) = fetches(registration) else { return Ok(Vec::new()) };
    let ids: JsValue = fetches.ids().await?;
    Ok(Array::from(&ids).iter().filter_map(|id| id.as_string()).collect())
}

/// The files of a background fetch. Its id names them.
pub(crate) fn fetched_by(id: &str) -> impl Iterator<Item = FileId> {
    id.split('-').filter_map(|number| number.parse().ok()).map(FileId)
}
