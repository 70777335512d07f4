//! The service worker's own adapters: its pages, its notifications, and files shared by other apps.

use std::fmt;

use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    ClientQueryOptions, ClientType, File, FormData, Notification, NotificationOptions, Request, Response,
    ServiceWorkerGlobalScope, VisibilityState, WindowClient,
};

use super::SyncTag;
use super::message::{FromServiceWorker, write};
use crate::Fault;
use crate::bindings::WakingRegistration;

/// Each notification replaces the one before.
const NOTIFICATION_TAG: &str = "safelight-backup";
/// The field name in the manifest's `share_target`.
const SHARED_FIELD: &str = "media";

fn scope() -> ServiceWorkerGlobalScope {
    js_sys::global().unchecked_into()
}

/// The open pages, of any version. A tab that shows a single original does not count.
pub async fn pages() -> Result<Vec<WindowClient>, Fault> {
    let options = ClientQueryOptions::new();
    options.set_include_uncontrolled(true);
    options.set_type(ClientType::Window);
    let windows: Array =
        JsFuture::from(scope().clients().match_all_with_options(&options)).await?.unchecked_into();
    let windows = windows.iter().map(JsCast::unchecked_into::<WindowClient>);
    Ok(windows.filter(|window| !window.url().contains("/api/")).collect())
}

pub fn is_visible(page: &WindowClient) -> bool {
    page.visibility_state() == VisibilityState::Visible
}

pub async fn pause(ms: u32) {
    TimeoutFuture::new(ms).await;
}

pub fn warn(what: &dyn fmt::Display) {
    web_sys::console::warn_1(&what.to_string().into());
}

pub async fn tell_pages(message: &FromServiceWorker) -> Result<(), Fault> {
    let message = write(message)?;
    for page in pages().await? {
        page.post_message(&message)?;
    }
    Ok(())
}

/// Brings an open page to the front, or opens one.
pub async fn open_app() -> Result<(), Fault> {
    let shown = match pages().await?.first() {
        Some(page) => page.focus()?,
        None => scope().clients().open_window("/"),
    };
    JsFuture::from(shown).await?;
    Ok(())
}

pub async fn notify(sentence: &str) -> Result<(), Fault> {
    let options = NotificationOptions::new();
    options.set_body(sentence);
    options.set_tag(NOTIFICATION_TAG);
    options.set_icon("/icons/icon-192.png");
    options.set_badge("/icons/badge-96.png");
    let shown = scope().registration().show_notification_with_options("Safelight", &options)?;
    JsFuture::from(shown).await?;
    Ok(())
}

pub async fn withdraw_notification() -> Result<(), Fault> {
    let shown = JsFuture::from(scope().registration().get_notifications()?).await?;
    Array::from(&shown).iter().for_each(|old| old.unchecked_into::<Notification>().close());
    Ok(())
}

/// The browser refuses this unless a page is open (measured).
pub async fn ask_for_sync(tag: SyncTag) -> Result<(), Fault> {
    let registration: WakingRegistration = scope().registration().unchecked_into();
    registration.sync().register(tag.name()).await?;
    Ok(())
}

/// The files shared by another app.
pub async fn shared_files(request: &Request) -> Result<Vec<File>, Fault> {
    let form: FormData = JsFuture::from(request.form_data()?).await?.unchecked_into();
    let files = form.get_all(SHARED_FIELD);
    let files = files.iter().filter_map(|file| file.dyn_into::<File>().ok());
    // A form in which nothing was chosen sends an empty file without a name.
    Ok(files.filter(|file| !file.name().is_empty() || file.size() > 0.0).collect())
}

/// Whether one of our own pages sent the request. A website that sends it can hide its name, but cannot take ours.
pub fn comes_from_us(request: &Request) -> bool {
    // Ours is the address of the root, with a slash.
    request.referrer().starts_with(&scope().registration().scope())
}

/// Redirects to the page, whose address tells what became of the files.
pub fn share_answer(page: &str) -> Result<JsValue, Fault> {
    Ok(Response::redirect_with_status(page, 303)?.into())
}
