//! The browser's offer to install Safelight as an app.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;

use crate::bindings::InstallPrompt;

/// An offer to install. It can be shown once.
pub struct InstallOffer(InstallPrompt);

impl InstallOffer {
    /// Asks the person. Needs a fresh user gesture.
    pub fn show(&self) {
        // Whatever the person answers, the browser reports when the app is installed.
        _ = self.0.prompt();
    }
}

/// Calls back with an offer, and with none once Safelight is installed.
pub fn when_installable(tell: impl Fn(Option<InstallOffer>) + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    let offered = tell.clone();
    let preventable = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "beforeinstallprompt", preventable, move |event| {
        // Otherwise the browser may show its own prompt at any time.
        event.prevent_default();
        offered(Some(InstallOffer(event.clone().unchecked_into())));
    })
    .forget();
    EventListener::new(&window, "appinstalled", move |_| tell(None)).forget();
}
