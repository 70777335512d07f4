//! A wake-up without a page: the service worker runs the same engine for as long as the browser lets it.

use engine::Wake;
use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{ClientQueryOptions, ServiceWorkerGlobalScope};

use crate::bindings::set_app_badge;
use crate::channel::Stopped;
use crate::host::run_shift;
use crate::lock::{Held, become_the_one_if_free};
use crate::{Fault, now};

/// The browser ends a sync after about 190 s, a periodic one after 185 (measured).
const SHIFT_MS: u64 = 150_000;
/// A page that was just closed keeps the lock for a moment.
const LOCK_PATIENCE_MS: u64 = 10_000;
const LOCK_LOOK_MS: u32 = 250;

/// How a wake-up ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Woken {
    /// Nothing is left that could be done.
    Done,
    /// Work is left: the browser should try again.
    Unfinished,
    /// A page is open and has an engine of its own.
    PageOpen,
    Failed(Stopped),
}

/// Backs up until all is done, the time is up, or a page opens. Call it in a service worker.
pub async fn wake(by: Wake) -> Result<Woken, Fault> {
    let until = now() + SHIFT_MS;
    let Some(_held) = lock_of_no_page().await? else { return Ok(Woken::PageOpen) };
    Ok(match run_shift(by, until).await {
        Ok(left) => {
            // Refused where the app is not installed; then there is no icon either.
            _ = set_app_badge(left.remaining as f64).await;
            if left.work { Woken::Unfinished } else { Woken::Done }
        }
        // A newer Safelight upgrades the storage; its own wake-up comes.
        Err(Stopped::Outdated) => Woken::Unfinished,
        Err(why) => Woken::Failed(why),
    })
}

/// The engine's lock; none if a page has it.
async fn lock_of_no_page() -> Result<Option<Held>, Fault> {
    let began = now();
    loop {
        if let Some(held) = become_the_one_if_free().await? {
            return Ok(Some(held));
        }
        if a_page_is_open().await? || now().since(began) > LOCK_PATIENCE_MS {
            return Ok(None);
        }
        TimeoutFuture::new(LOCK_LOOK_MS).await;
    }
}

async fn a_page_is_open() -> Result<bool, Fault> {
    let scope: ServiceWorkerGlobalScope = js_sys::global().unchecked_into();
    let all = ClientQueryOptions::new();
    all.set_include_uncontrolled(true);
    let pages: Array = JsFuture::from(scope.clients().match_all_with_options(&all)).await?.unchecked_into();
    Ok(pages.length() > 0)
}
