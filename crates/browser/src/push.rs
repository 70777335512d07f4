//! Pushes from the server: whether it offers them to this browser, and how to start and stop them.

use js_sys::Uint8Array;
use protocol::safelight::{PushState, PushSubscription};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Notification, NotificationPermission, PushManager, PushSubscriptionOptionsInit};

use crate::Fault;
use crate::bindings::{self, has_global};
use crate::registration::registration;
use crate::server::{Pushing, SERVER};

/// Why pushes could not begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushFault {
    /// The person, or a policy of their browser, does not allow notifications.
    NotAllowed,
    /// The browser has no push service available; its own words.
    NoService(String),
    /// The server did not accept the subscription.
    NoAnswer,
}

/// What is known about pushes to this browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PushLook {
    /// The browser or the server offers no pushes.
    Missing,
    NoAnswer,
    /// The server's state, with `subscribed` only if the browser has the same subscription.
    State(PushState),
}

pub async fn push_state() -> PushLook {
    if !has_global("PushManager") {
        return PushLook::Missing;
    }
    match SERVER.pushing().await {
        Pushing::State(state) => {
            // If the browser has a different subscription or none, the server's pushes reach nobody.
            let here = current().await.ok().flatten().map(|kept| kept.endpoint());
            let subscribed = state.subscribed && here.is_some() && here == state.endpoint;
            PushLook::State(PushState { subscribed, ..state })
        }
        Pushing::Missing => PushLook::Missing,
        Pushing::NoAnswer => PushLook::NoAnswer,
    }
}

/// Brings the subscriptions of the server and the browser back in line. They differ if one of the two was paired or set
/// up again, or if the push service ended the subscription. `held`: the app is not allowed to do anything without a
/// page at the moment, so a notification could only say that.
pub async fn keep_pushes(held: bool) {
    if has_global("PushManager")
        && let Pushing::State(state) = SERVER.pushing().await
    {
        agree(&state, held).await;
    }
}

/// The push service gave the browser a new address. Pushes that the person turned off stay off.
pub async fn renew_pushes() {
    if let Pushing::State(state) = SERVER.pushing().await
        && state.endpoint.is_some()
    {
        agree(&state, state.held).await;
    }
}

async fn agree(state: &PushState, held: bool) {
    let Ok(kept) = current().await else { return };
    let subscription = match &kept {
        Some(kept) if !is_gone(state) && is_for(kept, &state.public_key) => {
            if state.endpoint == Some(kept.endpoint()) && state.held == held {
                return;
            }
            given(kept, state.daily_at).ok()
        }
        None if state.endpoint.is_none() => return,
        // Without permission for notifications the browser refuses, and the list of requirements says so.
        Some(_) | None => subscribe(state).await.ok(),
    };
    if let Some(subscription) = subscription {
        // The page shows the result with the other requirements.
        _ = SERVER.subscribe(&PushSubscription { held, ..subscription }).await;
    }
}

fn is_gone(state: &PushState) -> bool {
    state.endpoint.is_some() && !state.subscribed
}

/// A subscription made for another server's key is useless.
fn is_for(kept: &web_sys::PushSubscription, public_key: &str) -> bool {
    let key = kept.options().application_server_key().ok().flatten();
    let key = key.map(|key| Uint8Array::new(&key).to_vec());
    key.is_some() && key == bytes_of(public_key).ok()
}

/// Has the server push every day at this minute (UTC); `None` stops the daily push.
pub async fn push_daily(minute: Option<u16>) -> bool {
    let Ok(Some(kept)) = current().await else { return false };
    match given(&kept, minute) {
        Ok(subscription) => SERVER.subscribe(&subscription).await,
        Err(_) => false,
    }
}

/// Asks the person for notifications and the browser for a subscription, then tells the server. Needs a fresh user
/// gesture.
pub async fn begin_pushes(state: &PushState) -> Result<(), PushFault> {
    if !may_notify(true).await {
        return Err(PushFault::NotAllowed);
    }
    let subscription = subscribe(state).await.map_err(|fault| PushFault::NoService(fault.to_string()))?;
    if SERVER.subscribe(&subscription).await { Ok(()) } else { Err(PushFault::NoAnswer) }
}

/// True if the server no longer pushes to this browser.
pub async fn end_pushes() -> bool {
    let ended = SERVER.unsubscribe().await;
    // As long as the server keeps the subscription, it is renewed. So it must end on both sides or on neither.
    if ended
        && let Ok(Some(old)) = current().await
        && let Ok(ending) = old.unsubscribe()
    {
        _ = JsFuture::from(ending).await;
    }
    ended
}

/// Has the server push in ten seconds.
pub async fn try_push() -> bool {
    SERVER.try_push().await
}

/// Whether notifications are allowed. `ask` asks the person first.
pub async fn may_notify(ask: bool) -> bool {
    if !has_global("Notification") {
        return false;
    }
    let asked = ask && Notification::permission() == NotificationPermission::Default;
    if let Some(answer) = asked.then(Notification::request_permission).and_then(Result::ok) {
        // Whatever the prompt returns, the permission decides.
        _ = JsFuture::from(answer).await;
    }
    Notification::permission() == NotificationPermission::Granted
}

async fn subscribe(state: &PushState) -> Result<PushSubscription, Fault> {
    let key = bytes_of(&state.public_key)?;
    let wanted = PushSubscriptionOptionsInit::new();
    wanted.set_user_visible_only(true);
    wanted.set_application_server_key(&Uint8Array::from(key.as_slice()));
    // A subscription made for another server's key blocks a new one.
    if let Some(old) = current().await? {
        JsFuture::from(old.unsubscribe()?).await?;
    }
    let subscribed = JsFuture::from(manager().await?.subscribe_with_options(&wanted)?).await?;
    given(&subscribed.unchecked_into(), state.daily_at)
}

/// What the server needs to know about a subscription.
fn given(kept: &web_sys::PushSubscription, daily_at: Option<u16>) -> Result<PushSubscription, Fault> {
    let subscription: PushSubscription = serde_wasm_bindgen::from_value(kept.to_json()?.into())
        .map_err(|_| Fault::new("DataError", "the browser gave out no keys"))?;
    Ok(PushSubscription { daily_at, held: false, ..subscription })
}

async fn current() -> Result<Option<web_sys::PushSubscription>, Fault> {
    let found = JsFuture::from(manager().await?.get_subscription()?).await?;
    Ok((!found.is_null()).then(|| found.unchecked_into()))
}

async fn manager() -> Result<PushManager, Fault> {
    Ok(registration().await?.push_manager()?)
}

/// Decodes base64url.
fn bytes_of(text: &str) -> Result<Vec<u8>, Fault> {
    let standard = text.replace('-', "+").replace('_', "/");
    Ok(bindings::atob(&standard)?.chars().map(|byte| byte as u8).collect())
}
