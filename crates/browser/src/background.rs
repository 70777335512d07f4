//! A wake-up without a page: the service worker runs the same engine for as long as the browser lets it.

use engine::{FileId, Left, Wake};
use gloo::timers::future::TimeoutFuture;
use js_sys::Array;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Client, ServiceWorkerGlobalScope};

use crate::bindings::{object, set_app_badge};
use crate::host::{NoPage, run_shift};
use crate::lock::{Held, become_the_one_if_free};
pub use crate::surroundings::fetched_by;
use crate::{Fault, now};

/// The browser ends a sync after about 190 s, a periodic one after 185 (measured).
const SHIFT_MS: u64 = 150_000;
/// And a push after 95; its person waits for a word.
const PUSH_SHIFT_MS: u64 = 25_000;
/// A page that was just closed keeps the lock for a moment.
const LOCK_PATIENCE_MS: u64 = 10_000;
const LOCK_LOOK_MS: u32 = 250;

/// How a wake-up ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Woken {
    Over(Left),
    /// The storage failed, or a newer Safelight upgrades it: the browser should try again.
    Failed,
    /// Another wake-up is at it: the browser should try again.
    Busy,
    /// A page is open and has an engine of its own: the browser should try again when it may be closed.
    PageOpen,
}

/// Backs up until all is done, the time is up, or a page opens. Call it in a service worker. `fetching` is what the browser
/// itself sends meanwhile.
pub async fn wake(by: Wake, fetching: Vec<FileId>) -> Result<Woken, Fault> {
    let until = now() + if by == Wake::Push { PUSH_SHIFT_MS } else { SHIFT_MS };
    // Before it is looked whether a page is open: one that opens later speaks.
    let pages = NoPage::listening()?;
    let _held = match lock_of_no_page().await? {
        Ok(held) => held,
        Err(woken) => return Ok(woken),
    };
    match run_shift(by, until, pages, fetching).await {
        Ok(Left { handed_over: true, .. }) => Ok(Woken::PageOpen),
        Ok(left) => {
            // Refused where the app is not installed; then there is no icon either.
            _ = set_app_badge(left.remaining as f64).await;
            Ok(Woken::Over(left))
        }
        Err(_) => Ok(Woken::Failed),
    }
}

/// The engine's lock, or why it is not ours.
async fn lock_of_no_page() -> Result<Result<Held, Woken>, Fault> {
    let began = now();
    loop {
        if a_page_is_open().await? {
            return Ok(Err(Woken::PageOpen));
        }
        if let Some(held) = become_the_one_if_free().await? {
            return Ok(Ok(held));
        }
        if now().since(began) > LOCK_PATIENCE_MS {
            return Ok(Err(Woken::Busy));
        }
        TimeoutFuture::new(LOCK_LOOK_MS).await;
    }
}

async fn a_page_is_open() -> Result<bool, Fault> {
    let scope: ServiceWorkerGlobalScope = js_sys::global().unchecked_into();
    let all = object(&[("includeUncontrolled", &true.into())]);
    let windows = JsFuture::from(scope.clients().match_all_with_options(all.unchecked_ref())).await?;
    let windows: Array = windows.unchecked_into();
    Ok(windows.iter().any(|window| is_page(&window.unchecked_into::<Client>().url())))
}

/// An original that is looked at in a tab of its own is none.
fn is_page(url: &str) -> bool {
    !url.contains("/api/")
}
