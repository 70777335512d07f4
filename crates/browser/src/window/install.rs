//! The browser's offer to install Safelight as an app.

use gloo::events::{EventListener, EventListenerOptions};
use wasm_bindgen::JsCast;

use crate::bindings::InstallPrompt;

/// An offer that the person can be asked about, once.
pub struct InstallOffer(InstallPrompt);

impl InstallOffer {
    /// Asks the person. Needs a fresh gesture.
    pub fn show(&self) {
        // Whatever they answer, the browser tells when it is installed.
        _ = self.0.prompt();
    }
}

/// Hears of an offer, and of none once Safelight is installed.
pub fn when_installable(tell: impl Fn(Option<InstallOffer>) + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    let offered = tell.clone();
    let preventable = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window, "beforeinstallprompt", preventable, move |event| {
        // Without this the browser may ask at a moment of its own.
        event.prevent_default();
        offered(Some(InstallOffer(event.clone().unchecked_into())));
    })
    .forget();
    EventListener::new(&window, "appinstalled", move |_| tell(None)).forget();
}
