//! Notifies a person who is not looking at the page.

use engine::Notice;

use crate::service_worker::{ToServiceWorker, post};
use crate::window::background::active_worker;

/// The service worker shows the notification, because it knows whether any page is visible. If notifications are not
/// allowed, nothing is shown.
pub async fn notify_unless_seen(notice: Notice) {
    let Some(worker) = active_worker().await else { return };
    if let Err(fault) = post(&worker, &ToServiceWorker::Notify(notice)) {
        web_sys::console::warn_1(&fault.to_string().into());
    }
}
