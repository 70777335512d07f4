//! Pushes from the server: whether it offers them to this browser, and how to begin and end them.

use js_sys::Uint8Array;
use protocol::safelight::{PushKeys, PushState, PushSubscription, path};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationPermission, PushManager, PushSubscriptionOptionsInit};

use super::background::registration;
use super::library::understood;
use crate::bindings::{atob, has_global};
use crate::json::{Anything, FromJson, flag, property, text};
use crate::{Fault, http};

/// Why pushes could not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushFault {
    /// The person, or a rule of theirs, allows no notifications.
    NotAllowed,
    /// The browser has no push service at hand; its own words.
    NoService(String),
    /// The server did not take it.
    NoAnswer,
}

/// What the server says of pushing to this browser; none if one of them cannot.
pub async fn push_state() -> Option<PushState> {
    if !has_global("PushManager") {
        return None;
    }
    understood(http::get::<PushState>(path::PUSH).await)
}

/// Asks the person for notifications, the browser for a subscription, and tells the server. Needs a fresh gesture.
pub async fn begin_pushes(state: &PushState) -> Result<(), PushFault> {
    if !may_notify(true).await {
        return Err(PushFault::NotAllowed);
    }
    let subscription =
        subscribe(&state.public_key).await.map_err(|fault| PushFault::NoService(fault.to_string()))?;
    let answer = http::put::<Anything>(path::PUSH, &subscription).await;
    understood(answer).map(drop).ok_or(PushFault::NoAnswer)
}

/// True if the server pushes to this browser no more.
pub async fn end_pushes() -> bool {
    let ended = understood(http::delete(path::PUSH).await).is_some();
    // Without one the browser is not woken, whatever the server believes.
    if let Ok(Some(old)) = current().await {
        _ = old.unsubscribe();
    }
    ended
}

/// Has the server push in ten seconds.
pub async fn try_push() -> bool {
    understood(http::post::<Anything>(path::PUSH_TEST, &()).await).is_some()
}

/// Whether notifications are allowed, after asking for them if wanted.
pub async fn may_notify(ask: bool) -> bool {
    if !has_global("Notification") {
        return false;
    }
    let asked = ask && Notification::permission() == NotificationPermission::Default;
    if let Some(answer) = asked.then(Notification::request_permission).and_then(Result::ok) {
        // Whatever it says, the permission is what counts.
        _ = JsFuture::from(answer).await;
    }
    Notification::permission() == NotificationPermission::Granted
}

async fn subscribe(public_key: &str) -> Result<PushSubscription, Fault> {
    let key = bytes_of(public_key)?;
    let wanted = PushSubscriptionOptionsInit::new();
    wanted.set_user_visible_only(true);
    wanted.set_application_server_key(&key);
    // One that was made for another server's key stands in the way.
    if let Some(old) = current().await? {
        JsFuture::from(old.unsubscribe()?).await?;
    }
    let subscribed = JsFuture::from(manager().await?.subscribe_with_options(&wanted)?).await?;
    let json = subscribed.unchecked_into::<web_sys::PushSubscription>().to_json()?;
    given(&json).ok_or_else(|| Fault::new("DataError", "the browser gave out no keys"))
}

/// What of a subscription matters to us.
fn given(json: &JsValue) -> Option<PushSubscription> {
    let keys = property(json, "keys");
    let keys = PushKeys { p256dh: text(&keys, "p256dh")?, auth: text(&keys, "auth")? };
    Some(PushSubscription { endpoint: text(json, "endpoint")?, keys, daily_at: None })
}

async fn current() -> Result<Option<web_sys::PushSubscription>, Fault> {
    let found = JsFuture::from(manager().await?.get_subscription()?).await?;
    Ok((!found.is_null()).then(|| found.unchecked_into()))
}

async fn manager() -> Result<PushManager, Fault> {
    Ok(registration().await?.push_manager()?)
}

impl FromJson for PushState {
    fn from_json(json: &JsValue) -> Option<Self> {
        Some(PushState {
            public_key: text(json, "publicKey")?,
            subscribed: flag(json, "subscribed")?,
            daily_at: property(json, "dailyAt").as_f64().map(|minute| minute as u16),
            pushed_at: text(json, "pushedAt"),
            outcome: text(json, "outcome"),
        })
    }
}

/// Of base64 with the alphabet of addresses.
fn bytes_of(text: &str) -> Result<Uint8Array, Fault> {
    let binary = atob(&text.replace('-', "+").replace('_', "/"))?;
    Ok(Uint8Array::from(&*binary.chars().map(|byte| byte as u8).collect::<Vec<_>>()))
}
