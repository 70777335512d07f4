//! Tells a person who does not look at the page.

use engine::Notice;

use crate::service_worker::{ToServiceWorker, post};
use crate::window::background::active_worker;

/// The service worker does it, which knows whether any page is looked at. Where nothing is allowed, nothing is shown.
pub async fn notify_unless_seen(notice: Notice) {
    let Some(worker) = active_worker().await else { return };
    if let Err(fault) = post(&worker, &ToServiceWorker::Notify(notice)) {
        web_sys::console::warn_1(&fault.to_string().into());
    }
}
