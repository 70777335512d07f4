//! What to do on each wake-up: when to run the engine, what to tell the browser and the person, and whether the browser
//! should try again.
//!
//! Every method handles one event of the service worker. The browser keeps the service worker alive until the method
//! ends. On an error it retries a sync, up to three tries in all.

#[cfg(test)]
mod tests;

use std::cell::{Cell, RefCell};
use std::fmt;
use std::pin::pin;

use engine::{Notice, ShiftReport, Wake, Woken};
use futures::FutureExt;
use futures::channel::oneshot;
use futures::future::{Either, Shared, select};
use protocol::safelight::PushReason;

/// The browser needs a moment to withdraw its permissions from a page that is gone.
const LOOK_MS: u32 = 500;
const LOOKS_WITHOUT_PAGE: u32 = 3;
/// A page that closed, or whose network is back, may be reloading.
const PATIENCE_AFTER_LEAVING_MS: u32 = 10_000;
/// A person who tests this closes the app first.
const PATIENCE_FOR_PUSH_MS: u32 = 40_000;
const PATIENCE_FOR_TEST_MS: u32 = 60_000;
/// Both are well after the engine's deadlines: a run that has not ended by then never will.
const LATE_MS: u32 = 175_000;
const LATE_FOR_PUSH_MS: u32 = 50_000;

/// What the wake-ups need from the browser.
#[expect(async_fn_in_trait, reason = "a service worker has one thread")]
pub trait Scope {
    type Fault: fmt::Display;

    /// The pages that are open.
    async fn pages(&self) -> Result<Vec<Page>, Self::Fault>;
    async fn pause(&self, ms: u32);
    /// Runs the engine. The run continues even if nobody waits for it any more. `ended_fetch` is a background fetch
    /// that has ended but may still be listed by the browser.
    async fn back_up(&self, by: Wake, ended_fetch: Option<&str>) -> Result<Woken, Self::Fault>;
    /// Shows a notification that replaces the previous one.
    async fn notify(&self, sentence: &str) -> Result<(), Self::Fault>;
    async fn withdraw_notification(&self) -> Result<(), Self::Fault>;
    /// The browser refuses this unless a page is open.
    async fn ask_for_sync(&self) -> Result<(), Self::Fault>;
    async fn tell_pages_that_a_fetch_ended(&self) -> Result<(), Self::Fault>;
    /// Writes a warning for developers.
    fn warn(&self, what: &dyn fmt::Display);
}

/// A page that is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    Visible,
    Hidden,
}

/// What the browser says about a sync.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Chance {
    OneOfSeveral,
    /// The browser will not retry after this one.
    Last,
}

/// Why an event failed.
#[derive(Debug, PartialEq, Eq)]
pub enum NotDone<F> {
    /// Another wake-up would find work to do.
    WorkIsLeft(Woken),
    Late,
    Fault(F),
}

impl<F> From<F> for NotDone<F> {
    fn from(fault: F) -> NotDone<F> {
        NotDone::Fault(fault)
    }
}

impl<F: fmt::Display> fmt::Display for NotDone<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NotDone::WorkIsLeft(Woken::Over(_)) => f.write_str("work is left for another wake-up"),
            NotDone::WorkIsLeft(Woken::Failed) => f.write_str("the engine stopped"),
            NotDone::WorkIsLeft(Woken::Busy) => f.write_str("another wake-up is backing up"),
            NotDone::WorkIsLeft(Woken::PageOpen) => f.write_str("a page is open"),
            NotDone::Late => f.write_str("the engine did not end in time"),
            NotDone::Fault(fault) => fault.fmt(f),
        }
    }
}

pub struct WakeUps<S> {
    scope: S,
    /// How many tests are waiting for the pages to close, or running.
    tests: Cell<u32>,
    /// Resolves when the most recently started run ends.
    last_run: RefCell<Option<Shared<oneshot::Receiver<()>>>>,
}

impl<S: Scope> WakeUps<S> {
    pub fn new(scope: S) -> WakeUps<S> {
        WakeUps { scope, tests: Cell::default(), last_run: RefCell::default() }
    }

    /// The network is available, and a page with work left had asked for this sync.
    pub async fn sync(&self, chance: Chance) -> Result<(), NotDone<S::Fault>> {
        self.back_up(Wake::Sync, chance).await
    }

    /// The network is back after a page lost it.
    pub async fn network_back(&self) -> Result<(), NotDone<S::Fault>> {
        self.go_on(Wake::Sync).await
    }

    pub async fn periodic_sync(&self) -> Result<(), NotDone<S::Fault>> {
        self.back_up(Wake::PeriodicSync, Chance::OneOfSeveral).await
    }

    /// A page says that it may be closing.
    pub async fn page_left(&self) -> Result<(), NotDone<S::Fault>> {
        self.go_on(Wake::Left).await
    }

    /// The browser finished uploading files by itself, or gave up. The engine asks the server what arrived. An open
    /// page asks by itself.
    pub async fn fetch_ended(&self, id: &str) -> Result<(), NotDone<S::Fault>> {
        if let Err(fault) = self.run(Wake::Fetched, Some(id)).await {
            self.scope.warn(&fault);
        }
        Ok(self.scope.tell_pages_that_a_fetch_ended().await?)
    }

    /// The person closes the app to see whether the backup continues. The test waits for that, because it is about a
    /// browser without a page.
    pub async fn test(&self) -> Result<(), NotDone<S::Fault>> {
        let _waiting = Testing::begin(&self.tests);
        self.pages_closed(PATIENCE_FOR_TEST_MS).await?;
        self.run(Wake::Tested, None).await?;
        Ok(())
    }

    /// The browser requires every push to show a notification, unless the person is looking at the app.
    pub async fn push(&self, reason: Option<PushReason>) -> Result<(), NotDone<S::Fault>> {
        if reason == Some(PushReason::Asked) {
            self.pages_closed(PATIENCE_FOR_PUSH_MS).await?;
        }
        let woken = self.run(Wake::Push, None).await.unwrap_or_else(|fault| {
            self.scope.warn(&fault);
            Woken::Failed
        });
        if woken == Woken::PageOpen && self.is_seen().await? {
            self.scope.withdraw_notification().await?;
        } else {
            self.scope.notify(&words::wake_ups::sentence(&woken)).await?;
        }
        Ok(())
    }

    /// A page asks for a notification. Only the service worker knows whether any page is visible.
    pub async fn notify_unless_seen(&self, notice: Notice) -> Result<(), NotDone<S::Fault>> {
        if !self.is_seen().await? {
            self.scope.notify(&words::notices::sentence(notice)).await?;
        }
        Ok(())
    }

    /// Backs up once no page is open. An open page has an engine of its own. During a test this does nothing, so that
    /// the test finds work to do.
    async fn go_on(&self, by: Wake) -> Result<(), NotDone<S::Fault>> {
        if self.tests.get() == 0 && self.pages_closed(PATIENCE_AFTER_LEAVING_MS).await? {
            self.back_up(by, Chance::OneOfSeveral).await?;
        }
        Ok(())
    }

    async fn back_up(&self, by: Wake, chance: Chance) -> Result<(), NotDone<S::Fault>> {
        let woken = self.run(by, None).await?;
        if matches!(woken, Woken::Over(ShiftReport { notice: Some(_), .. })) {
            let shown = self.scope.notify(&words::wake_ups::sentence(&woken)).await;
            // Refused unless the person allows notifications.
            shown.unwrap_or_else(|fault| self.scope.warn(&fault));
        }
        // A page cannot ask for another sync when it closes, so the service worker asks now, while the page is open.
        if woken == Woken::PageOpen && chance == Chance::Last {
            self.scope.ask_for_sync().await?;
        }
        if woken.is_done() { Ok(()) } else { Err(NotDone::WorkIsLeft(woken)) }
    }

    /// Runs the engine. Its lock allows only one run at a time; a second one ends as busy. Only the run after a fetch
    /// waits for the previous run, because that one may believe that the fetch is still going on.
    async fn run(&self, by: Wake, ended_fetch: Option<&str>) -> Result<Woken, NotDone<S::Fault>> {
        let (over, ends) = oneshot::channel::<()>();
        let before = self.last_run.replace(Some(ends.shared()));
        if let Some(before) = before.filter(|_| by == Wake::Fetched) {
            // It ends when the sender is dropped.
            _ = before.await;
        }
        let late = if by == Wake::Push { LATE_FOR_PUSH_MS } else { LATE_MS };
        let run = pin!(self.scope.back_up(by, ended_fetch));
        let late = pin!(self.scope.pause(late));
        let woken = match select(run, late).await {
            Either::Left((woken, _)) => woken.map_err(NotDone::Fault),
            Either::Right(_) => Err(NotDone::Late),
        };
        drop(over);
        woken
    }

    /// Waits until no page has been open for a second. False if a page stays open.
    async fn pages_closed(&self, patience_ms: u32) -> Result<bool, S::Fault> {
        let mut without = 0;
        for _ in 0..patience_ms / LOOK_MS {
            without = if self.scope.pages().await?.is_empty() { without + 1 } else { 0 };
            if without == LOOKS_WITHOUT_PAGE {
                return Ok(true);
            }
            self.scope.pause(LOOK_MS).await;
        }
        Ok(false)
    }

    async fn is_seen(&self) -> Result<bool, S::Fault> {
        Ok(self.scope.pages().await?.contains(&Page::Visible))
    }
}

/// A running test; it ends when this is dropped.
struct Testing<'a>(&'a Cell<u32>);

impl Testing<'_> {
    fn begin(tests: &Cell<u32>) -> Testing<'_> {
        tests.set(tests.get() + 1);
        Testing(tests)
    }
}

impl Drop for Testing<'_> {
    fn drop(&mut self) {
        self.0.set(self.0.get() - 1);
    }
}
