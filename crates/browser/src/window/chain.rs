//! What a backup without a page hangs on, as far as a window can see it; and a test of it.

use web_sys::{Notification, NotificationPermission};

use super::background::{kept_registration, registration};
use crate::bindings::{has_global, is_storage_kept};
use crate::json::property;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Chain {
    /// This window is that of an installed app. A tab cannot tell whether there is one.
    pub is_app: bool,
    /// The browser throws nothing away by itself; none if it does not say.
    pub is_storage_kept: Option<bool>,
    pub has_service_worker: bool,
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

pub async fn chain() -> Chain {
    let standalone =
        web_sys::window().and_then(|window| window.match_media("(display-mode: standalone)").ok().flatten());
    Chain {
        is_app: standalone.is_some_and(|query| query.matches()),
        is_storage_kept: is_storage_kept().await.ok().and_then(|kept| kept.as_bool()),
        has_service_worker: kept_registration()
            .await
            .is_some_and(|kept| property(&kept, "active").is_object()),
        notifications: notifications(),
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

/// The service worker then waits until every page is closed, and backs up as if it had been woken. False if there is none.
pub async fn test_background() -> bool {
    let Ok(registration) = registration().await else { return false };
    let active = registration.active();
    active.is_some_and(|worker| worker.post_message(&"test-backup".into()).is_ok())
}
