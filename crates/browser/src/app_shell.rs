//! Registers the service worker that serves the app shell. A new version takes over only when the person agrees.

use std::cell::Cell;

use crate::spawn;
use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration, ServiceWorkerState, Window};

use crate::Fault;
use crate::bindings::{Handle, object};
use crate::service_worker::{ToServiceWorker, post};

const SCRIPT: &str = "/sw.js";
/// Hourly, so that a page that stays open for weeks still learns about new versions.
const LOOK_EVERY_MS: u32 = 3_600_000;

/// A new version that is installed and waiting.
#[derive(Clone)]
pub struct NewVersion(ServiceWorkerRegistration);

impl NewVersion {
    /// Lets it take over. The page reloads itself once it has.
    pub fn take_over(&self) {
        if let Some(waiting) = self.0.waiting() {
            warn(post(&waiting, &ToServiceWorker::UseNewVersion));
        }
    }
}

/// Gives handles to the service worker, which holds them until the next page opens.
pub(crate) fn hold(handles: &[Handle]) {
    let controller = web_sys::window().and_then(|window| window.navigator().service_worker().controller());
    if let Some(controller) = controller {
        let handles = handles.iter().collect();
        // Without them, the next page asks for permission again.
        warn(post(&controller, &ToServiceWorker::HoldHandles { handles }));
    }
}

/// Registers the service worker. `offer` is called with each new version that is waiting.
pub fn keep(offer: impl Fn(NewVersion) + Clone + 'static) {
    let Some(window) = web_sys::window() else { return };
    spawn(async move {
        // Without it the app still works online; private windows of some browsers refuse it.
        warn(register(&window, offer).await);
    });
}

fn warn(done: Result<(), Fault>) {
    if let Err(fault) = done {
        web_sys::console::warn_1(&fault.to_string().into());
    }
}

async fn register(window: &Window, offer: impl Fn(NewVersion) + Clone + 'static) -> Result<(), Fault> {
    let container = window.navigator().service_worker();
    reload_when_replaced(&container, window.clone());
    let options = object(&[("type", &"module".into())]).unchecked_into();
    let registering = container.register_with_options(SCRIPT, &options);
    let registration: ServiceWorkerRegistration = JsFuture::from(registering).await?.unchecked_into();
    if registration.waiting().is_some() && container.controller().is_some() {
        offer(NewVersion(registration.clone()));
    }
    let found = registration.clone();
    EventListener::new(&registration, "updatefound", move |_| offer_when_installed(&found, offer.clone()))
        .forget();
    Interval::new(LOOK_EVERY_MS, move || {
        // It fails offline; the next hour tries again.
        _ = registration.update();
    })
    .forget();
    Ok(())
}

/// When the first version takes over a page that had none, there is no reason to reload.
fn reload_when_replaced(container: &ServiceWorkerContainer, window: Window) {
    let controlled = Cell::new(container.controller().is_some());
    EventListener::new(container, "controllerchange", move |_| {
        if controlled.replace(true) {
            // It can fail only when the page is already being unloaded.
            _ = window.location().reload();
        }
    })
    .forget();
}

fn offer_when_installed(registration: &ServiceWorkerRegistration, offer: impl Fn(NewVersion) + 'static) {
    let Some(installing) = registration.installing() else { return };
    let registration = registration.clone();
    let worker = installing.clone();
    EventListener::new(&installing, "statechange", move |_| {
        let replaces = registration.active().is_some();
        if worker.state() == ServiceWorkerState::Installed && replaces {
            offer(NewVersion(registration.clone()));
        }
    })
    .forget();
}
