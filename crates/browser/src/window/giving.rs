//! Output for the person: files to save, text to paste, a number on the icon, and times in their own format.

use super::library::PhotoTime;
use crate::spawn;
use engine::Moment;
use js_sys::{Array, Date, Intl, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, BlobPropertyBag, HtmlAnchorElement, Url};

use crate::Fault;
use crate::bindings::{has_global, object, set_app_badge};

/// Saves a text as a file by downloading it.
pub fn save_as(name: &str, kind: &str, text: &str) {
    if let Err(fault) = offer(name, kind, text) {
        web_sys::console::error_1(&fault.to_string().into());
    }
}

fn offer(name: &str, kind: &str, text: &str) -> Result<(), Fault> {
    let options = BlobPropertyBag::new();
    options.set_type(kind);
    let blob = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options)?;
    let url = Url::create_object_url_with_blob(&blob)?;
    let document = web_sys::window().and_then(|window| window.document());
    if let Some(document) = document {
        let link: HtmlAnchorElement = document.create_element("a")?.unchecked_into();
        link.set_href(&url);
        link.set_download(name);
        link.click();
    }
    Ok(Url::revoke_object_url(&url)?)
}

/// Shows a number on the icon of the installed app, if the system can.
pub fn set_badge(count: u64) {
    let Some(window) = web_sys::window() else { return };
    if Reflect::has(&window.navigator(), &"setAppBadge".into()).unwrap_or(false) {
        // Refused if the app is not installed; then there is no icon either.
        spawn(async move { _ = set_app_badge(count as f64).await });
    }
}

/// Copies a text to the clipboard. True if the browser allowed it.
pub async fn copy(text: &str) -> bool {
    let Some(window) = web_sys::window() else { return false };
    JsFuture::from(window.navigator().clipboard().write_text(text)).await.is_ok()
}

fn date(at: Moment) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

/// ISO 8601, UTC.
pub fn iso_time(at: Moment) -> String {
    date(at).to_iso_string().into()
}

/// Day and time, in the format of the person's language.
pub fn local_time(at: Moment) -> String {
    written(at, [Some("medium"), Some("short")])
}

/// A month such as `2024-05`, by the clock of this place: its first moment, and that of the next month. None if it is no
/// month, or before 1970.
pub fn month_between(month: &str) -> Option<(Moment, Moment)> {
    let (year, month) = month.split_once('-')?;
    let (year, month): (u32, i32) = (year.parse().ok()?, month.parse().ok()?);
    let first = |month: i32| {
        let at = Date::new_with_year_month_day(year, month - 1, 1).get_time();
        (at >= 0.0).then_some(Moment(at as u64))
    };
    Some((first(month)?, first(month + 1)?))
}

/// A text as a part of an address.
pub fn encoded(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// When a photo was taken: day and time, in the format of the person's language.
pub fn photo_time(PhotoTime(ms): PhotoTime) -> String {
    written_date(&Date::new(&ms.into()), [Some("medium"), Some("short")])
}

/// The time of day.
pub fn clock_time(at: Moment) -> String {
    written(at, [None, Some("medium")])
}

/// "7:00 AM", in the format of the browser's language.
pub fn hour_and_minute(at: Moment) -> String {
    written(at, [None, Some("short")])
}

fn written(at: Moment, styles: [Option<&str>; 2]) -> String {
    written_date(&date(at), styles)
}

fn written_date(date: &Date, [day, time]: [Option<&str>; 2]) -> String {
    let or_none = |style: Option<&str>| style.map_or(JsValue::UNDEFINED, JsValue::from);
    let style = object(&[("dateStyle", &or_none(day)), ("timeStyle", &or_none(time))]).unchecked_into();
    let format = Intl::DateTimeFormat::new(&Array::new(), &style).format();
    let text = format.call1(&JsValue::NULL, date);
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}

/// The browser features that a backup can use, and whether this browser has them.
pub fn abilities() -> Vec<(&'static str, bool)> {
    const NAMES: [&str; 7] = [
        "showDirectoryPicker",
        "FileSystemObserver",
        "SyncManager",
        "PeriodicSyncManager",
        "BackgroundFetchManager",
        "PushManager",
        "LaunchQueue",
    ];
    NAMES.map(|name| (name, has_global(name))).to_vec()
}
