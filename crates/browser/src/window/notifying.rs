//! Tells a person who does not look at the page.

use wasm_bindgen::JsCast;

use crate::bindings::object;
use crate::window::background::active_worker;

/// The service worker does it, which knows whether any page is looked at. Where nothing is allowed, nothing is shown.
pub async fn notify_unless_seen(body: &str) {
    let Some(worker) = active_worker().await else { return };
    // The one failure is a message that cannot be cloned; text can.
    _ = worker.post_message(&object(&[("tell", &body.into())]).unchecked_into());
}
