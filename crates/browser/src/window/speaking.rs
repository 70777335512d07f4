//! Speaks to screen readers: by the ARIA Notify API (<https://www.w3.org/TR/wai-aria-1.3/#ARIANotifyMixin>) where there
//! is one, else by a live region, which is emptied once it was read, so that nobody comes across the words later.

use gloo::timers::callback::Timeout;
use web_sys::Element;

use crate::bindings::aria_notify;

/// Long enough for a screen reader to notice.
const READ_MS: u32 = 1_000;

/// `region` has `aria-live`.
pub fn speak(region: &Element, words: &str) {
    if aria_notify(words).is_ok() {
        return;
    }
    region.set_text_content(Some(words));
    let region = region.clone();
    Timeout::new(READ_MS, move || region.set_text_content(None)).forget();
}
