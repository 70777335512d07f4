//! A wake-up without a page: the service worker runs the same engine for as long as the browser allows.

use engine::{FileId, ShiftReport, Wake, Woken};
use gloo::timers::future::TimeoutFuture;

use crate::bindings::set_app_badge;
use crate::host::{NoPage, run_shift};
use crate::lock::{self, Held};
use crate::registration::{fetch_ids, fetched_by, registration};
use crate::service_worker::pages;
use crate::{Fault, now};

/// The browser ends a sync after about 190 s and a periodic sync after 185 s (measured).
const SHIFT_MS: u64 = 150_000;
/// The browser ends a push after 95 s (measured), and the person is waiting for a notification.
const PUSH_SHIFT_MS: u64 = 25_000;
/// A page that was just closed keeps the lock for a moment.
const LOCK_PATIENCE_MS: u64 = 10_000;
const LOCK_LOOK_MS: u32 = 250;

/// Backs up until everything is done, the time is up, or a page opens. Call it in a service worker. `ended_fetch` is a
/// background fetch that has ended but may still be listed by the browser.
pub async fn wake(by: Wake, ended_fetch: Option<&str>) -> Result<Woken, Fault> {
    let fetching = fetching(ended_fetch).await?;
    let until = now() + if by == Wake::Push { PUSH_SHIFT_MS } else { SHIFT_MS };
    // Start listening before checking for open pages, so that a page that opens later is noticed by its message.
    let pages = NoPage::listening()?;
    let _held = match lock_of_no_page().await? {
        Ok(held) => held,
        Err(woken) => return Ok(woken),
    };
    match run_shift(by, until, pages, fetching).await {
        Ok(ShiftReport { handed_over: true, .. }) => Ok(Woken::PageOpen),
        Ok(left) => {
            // The call fails if the app is not installed; then there is no icon either.
            _ = set_app_badge(left.remaining as f64).await;
            Ok(Woken::Over(left))
        }
        Err(_) => Ok(Woken::Failed),
    }
}

/// The engine's lock, or why we did not get it.
async fn lock_of_no_page() -> Result<Result<Held, Woken>, Fault> {
    let began = now();
    loop {
        if !pages().await?.is_empty() {
            return Ok(Err(Woken::PageOpen));
        }
        if let Some(held) = lock::try_acquire().await? {
            return Ok(Ok(held));
        }
        if now().since(began) > LOCK_PATIENCE_MS {
            return Ok(Err(Woken::Busy));
        }
        TimeoutFuture::new(LOCK_LOOK_MS).await;
    }
}

/// The files that the browser is uploading itself.
async fn fetching(ended: Option<&str>) -> Result<Vec<FileId>, Fault> {
    let ids = fetch_ids(&*registration().await?).await?;
    let going_on = ids.iter().filter(|id| Some(id.as_str()) != ended);
    Ok(going_on.flat_map(|id| fetched_by(id)).collect())
}
