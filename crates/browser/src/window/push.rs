//! Pushes from the server: whether it offers them to this browser, and how to begin and end them.

use engine::RequestEnd;
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

/// What is known of pushing to this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushLook {
    /// The browser or the server has none.
    Missing,
    NoAnswer,
    /// What the server says, where the browser knows of the subscription too.
    State(PushState),
}

pub async fn push_state() -> PushLook {
    if !has_global("PushManager") {
        return PushLook::Missing;
    }
    let end = http::get::<PushState>(path::PUSH).await;
    if matches!(&end, RequestEnd::Replied(reply) if reply.status == 404) {
        return PushLook::Missing;
    }
    match understood(end) {
        Some(state) => {
            let here = current().await.is_ok_and(|found| found.is_some());
            PushLook::State(PushState { subscribed: state.subscribed && here, ..state })
        }
        None => PushLook::NoAnswer,
    }
}

/// A browser that was paired anew still has its subscription, of which the server then knows nothing.
pub async fn renew_pushes() {
    let Ok(Some(kept)) = current().await else { return };
    let known = understood(http::get::<PushState>(path::PUSH).await);
    if known.is_some_and(|state| !state.subscribed)
        && let Ok(json) = kept.to_json()
        && let Some(subscription) = given(&json, None)
    {
        // What came of it is shown where the chain is.
        _ = tell(&subscription).await;
    }
}

/// Has the server push every day at this minute (UTC), or no more.
pub async fn push_daily(minute: Option<u16>) -> bool {
    let Ok(Some(kept)) = current().await else { return false };
    let subscription = kept.to_json().ok().and_then(|json| given(&json, minute));
    match subscription {
        Some(subscription) => tell(&subscription).await,
        None => false,
    }
}

async fn tell(subscription: &PushSubscription) -> bool {
    http::was_done(&http::put::<Anything>(path::PUSH, subscription).await)
}

/// Asks the person for notifications, the browser for a subscription, and tells the server. Needs a fresh gesture.
pub async fn begin_pushes(state: &PushState) -> Result<(), PushFault> {
    if !may_notify(true).await {
        return Err(PushFault::NotAllowed);
    }
    let subscription = subscribe(state).await.map_err(|fault| PushFault::NoService(fault.to_string()))?;
    if tell(&subscription).await { Ok(()) } else { Err(PushFault::NoAnswer) }
}

/// True if the server pushes to this browser no more.
pub async fn end_pushes() -> bool {
    let ended = http::was_done(&http::delete(path::PUSH).await);
    // Without one the browser is not woken, whatever the server believes.
    if let Ok(Some(old)) = current().await {
        _ = old.unsubscribe();
    }
    ended
}

/// Has the server push in ten seconds.
pub async fn try_push() -> bool {
    http::was_done(&http::post::<Anything>(path::PUSH_TEST, &()).await)
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

async fn subscribe(state: &PushState) -> Result<PushSubscription, Fault> {
    let key = bytes_of(&state.public_key)?;
    let wanted = PushSubscriptionOptionsInit::new();
    wanted.set_user_visible_only(true);
    wanted.set_application_server_key(&key);
    // One that was made for another server's key stands in the way.
    if let Some(old) = current().await? {
        JsFuture::from(old.unsubscribe()?).await?;
    }
    let subscribed = JsFuture::from(manager().await?.subscribe_with_options(&wanted)?).await?;
    let json = subscribed.unchecked_into::<web_sys::PushSubscription>().to_json()?;
    given(&json, state.daily_at).ok_or_else(|| Fault::new("DataError", "the browser gave out no keys"))
}

/// What of a subscription matters to us.
fn given(json: &JsValue, daily_at: Option<u16>) -> Option<PushSubscription> {
    let keys = property(json, "keys");
    let keys = PushKeys { p256dh: text(&keys, "p256dh")?, auth: text(&keys, "auth")? };
    Some(PushSubscription { endpoint: text(json, "endpoint")?, keys, daily_at })
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
