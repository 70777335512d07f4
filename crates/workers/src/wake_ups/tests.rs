//! Conversations with a browser in memory. Its clock moves only when every task is waiting for it.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::fmt;
use std::pin::pin;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Waker};

use engine::{Needs, Notice, ShiftReport, Wake, Woken};
use futures::channel::oneshot;
use protocol::safelight::PushReason;

use super::{Chance, NotDone, Page, Scope, WakeUps};

const DONE: Woken = Woken::Over(ShiftReport { is_all_protected: true, ..NOTHING });
const WORK: Woken = Woken::Over(ShiftReport { work: true, remaining: 2, ..NOTHING });
const NOTHING: ShiftReport = ShiftReport {
    sent: 0,
    is_off: false,
    remaining: 0,
    problems: 0,
    is_all_protected: false,
    needs: None,
    notice: None,
    work: false,
    handed_over: false,
};

#[test]
fn a_sync_that_does_everything_is_done_and_says_nothing() {
    let browser = Browser::that_ends(Ok(DONE));
    assert_eq!(browser.during(async |wake_ups| wake_ups.sync(Chance::OneOfSeveral).await), Ok(()));
    assert_eq!(browser.log(), ["0 s: backs up for Sync"]);
}

#[test]
fn whatever_leaves_work_fails_so_that_the_browser_tries_again() {
    for end in [WORK, Woken::Failed, Woken::Busy, Woken::PageOpen] {
        let browser = Browser::that_ends(Ok(end));
        let ended = browser.during(async |wake_ups| wake_ups.sync(Chance::OneOfSeveral).await);
        assert_eq!(ended, Err(NotDone::WorkIsLeft(end)));
        let ended = browser.during(async |wake_ups| wake_ups.periodic_sync().await);
        assert_eq!(ended, Err(NotDone::WorkIsLeft(end)));
        assert_eq!(browser.log(), ["0 s: backs up for Sync", "0 s: backs up for PeriodicSync"]);
    }
    let browser = Browser::that_ends(Err("no lock"));
    let ended = browser.during(async |wake_ups| wake_ups.sync(Chance::Last).await);
    assert_eq!(ended, Err(NotDone::Fault("no lock")));
}

#[test]
fn the_page_that_is_open_at_the_last_try_leaves_another_sync_behind() {
    let browser = Browser::that_ends(Ok(Woken::PageOpen));
    let ended = browser.during(async |wake_ups| wake_ups.sync(Chance::Last).await);
    assert_eq!(ended, Err(NotDone::WorkIsLeft(Woken::PageOpen)));
    assert_eq!(browser.log(), ["0 s: backs up for Sync", "0 s: asks for a sync"]);
    // The browser would refuse it without a page.
    let browser = Browser::that_ends(Ok(WORK));
    let ended = browser.during(async |wake_ups| wake_ups.sync(Chance::Last).await);
    assert_eq!(ended, Err(NotDone::WorkIsLeft(WORK)));
    assert_eq!(browser.log(), ["0 s: backs up for Sync"]);
}

#[test]
fn important_notices_are_shown_even_if_nobody_asked() {
    let notice = Some(Notice::NeedsYou(Needs::Space));
    let browser = Browser::that_ends(Ok(Woken::Over(ShiftReport {
        sent: 1,
        needs: Some(Needs::Space),
        notice,
        ..NOTHING
    })));
    assert_eq!(browser.during(async |wake_ups| wake_ups.periodic_sync().await), Ok(()));
    let told = "0 s: shows “1 file backed up. Your server is full.”";
    assert_eq!(browser.log(), ["0 s: backs up for PeriodicSync", told]);
    // If notifications are refused, the wake-up still counts as done.
    browser.refuses_notifications.set(true);
    assert_eq!(browser.during(async |wake_ups| wake_ups.sync(Chance::Last).await), Ok(()));
    assert_eq!(browser.log()[2..], ["0 s: backs up for Sync", "0 s: warns of “refused”"]);
}

#[test]
fn after_the_last_page_closes_the_backup_continues_one_second_later() {
    // The page is reloaded, then closed.
    let browser = Browser::that_ends(Ok(DONE))
        .pages_until(1_000, &[Page::Visible])
        .pages_until(1_900, &[])
        .pages_until(4_000, &[Page::Hidden]);
    assert_eq!(browser.during(async |wake_ups| wake_ups.page_left().await), Ok(()));
    assert_eq!(browser.log(), ["5 s: backs up for Left"]);
}

#[test]
fn a_page_that_stays_open_continues_by_itself() {
    let browser = Browser::that_ends(Ok(DONE)).pages_until(60_000, &[Page::Hidden]);
    assert_eq!(browser.during(async |wake_ups| wake_ups.page_left().await), Ok(()));
    assert_eq!(browser.during(async |wake_ups| wake_ups.network_back().await), Ok(()));
    assert_eq!(browser.log(), [""; 0]);
    assert_eq!(browser.clock.now(), 20_000);
}

#[test]
fn when_the_network_returns_a_sync_continues_without_a_page() {
    let browser = Browser::that_ends(Ok(WORK));
    let ended = browser.during(async |wake_ups| wake_ups.network_back().await);
    assert_eq!(ended, Err(NotDone::WorkIsLeft(WORK)));
    assert_eq!(browser.log(), ["1 s: backs up for Sync"]);
}

#[test]
fn a_test_waits_for_the_pages_to_close_and_closing_does_not_replace_it() {
    let browser = Browser::that_ends(Ok(DONE)).pages_until(20_000, &[Page::Visible]);
    let wake_ups = &browser.wake_ups();
    let both = async |_: &WakeUps<Browser>| {
        let closing = async {
            browser.pause(19_000).await;
            wake_ups.page_left().await
        };
        futures::future::join(wake_ups.test(), closing).await
    };
    assert_eq!(browser.during(both), (Ok(()), Ok(())));
    assert_eq!(browser.log(), ["21 s: backs up for Tested"]);
    // Afterwards, closing the page counts again.
    assert_eq!(browser.during(async |_| wake_ups.page_left().await), Ok(()));
    assert_eq!(browser.log()[1..], ["22 s: backs up for Left"]);
}

#[test]
fn a_test_runs_even_if_the_app_is_not_closed_in_time() {
    let browser = Browser::that_ends(Ok(Woken::PageOpen)).pages_until(600_000, &[Page::Visible]);
    assert_eq!(browser.during(async |wake_ups| wake_ups.test().await), Ok(()));
    assert_eq!(browser.log(), ["60 s: backs up for Tested"]);
}

#[test]
fn a_run_that_never_ends_fails_before_the_browser_ends_it() {
    let browser = Browser::that_ends(Ok(DONE)).taking(1_000_000);
    let ended = browser.during(async |wake_ups| wake_ups.sync(Chance::OneOfSeveral).await);
    assert_eq!(ended, Err(NotDone::Late));
    assert_eq!(browser.clock.now(), 175_000);
}

#[test]
fn a_push_shows_what_it_did() {
    let browser =
        Browser::that_ends(Ok(Woken::Over(ShiftReport { sent: 3, is_all_protected: true, ..NOTHING })));
    let ended = browser.during(async |wake_ups| wake_ups.push(Some(PushReason::Daily)).await);
    assert_eq!(ended, Ok(()));
    let told = "0 s: shows “3 files backed up. Everything is protected.”";
    assert_eq!(browser.log(), ["0 s: backs up for Push", told]);
}

#[test]
fn a_push_shows_something_whatever_happens() {
    let unknown = "shows “Not everything could be checked. Open Safelight to see why.”";
    let late = Browser::that_ends(Ok(DONE)).taking(1_000_000);
    assert_eq!(late.during(async |wake_ups| wake_ups.push(None).await), Ok(()));
    let warned = "50 s: warns of “the engine did not end in time”".to_owned();
    assert_eq!(late.log(), ["0 s: backs up for Push".into(), warned, format!("50 s: {unknown}")]);
    let failed = Browser::that_ends(Err("no lock"));
    assert_eq!(failed.during(async |wake_ups| wake_ups.push(None).await), Ok(()));
    assert_eq!(failed.log()[2], format!("0 s: {unknown}"));
}

#[test]
fn a_push_is_quiet_only_while_the_person_sees_the_app() {
    let push = async |wake_ups: &WakeUps<Browser>| wake_ups.push(Some(PushReason::Silent)).await;
    let seen = Browser::that_ends(Ok(Woken::PageOpen)).pages_until(9_000, &[Page::Hidden, Page::Visible]);
    assert_eq!(seen.during(push), Ok(()));
    assert_eq!(seen.log(), ["0 s: backs up for Push", "0 s: withdraws the notification"]);
    let hidden = Browser::that_ends(Ok(Woken::PageOpen)).pages_until(9_000, &[Page::Hidden]);
    assert_eq!(hidden.during(push), Ok(()));
    assert_eq!(hidden.log(), ["0 s: backs up for Push", "0 s: shows “Safelight is open.”"]);
    // The page was opened after the run.
    let later = Browser::that_ends(Ok(DONE)).pages_until(9_000, &[Page::Visible]);
    assert_eq!(later.during(push), Ok(()));
    assert_eq!(later.log()[1], "0 s: shows “Everything is protected.”");
}

#[test]
fn a_push_that_was_asked_for_waits_until_the_app_is_closed_but_not_for_ever() {
    let push = async |wake_ups: &WakeUps<Browser>| wake_ups.push(Some(PushReason::Asked)).await;
    let closed = Browser::that_ends(Ok(DONE)).pages_until(3_000, &[Page::Visible]);
    assert_eq!(closed.during(push), Ok(()));
    assert_eq!(closed.log()[0], "4 s: backs up for Push");
    let open = Browser::that_ends(Ok(Woken::PageOpen)).pages_until(90_000, &[Page::Visible]);
    assert_eq!(open.during(push), Ok(()));
    assert_eq!(open.log(), ["40 s: backs up for Push", "40 s: withdraws the notification"]);
}

#[test]
fn the_end_of_a_fetch_waits_for_a_run_that_believes_it_unfinished() {
    let browser = Browser::that_ends(Ok(DONE)).taking(5_000);
    let both = async |wake_ups: &WakeUps<Browser>| {
        let sync = wake_ups.sync(Chance::OneOfSeveral);
        futures::future::join(sync, wake_ups.fetch_ended("7-8")).await
    };
    assert_eq!(browser.during(both), (Ok(()), Ok(())));
    let log = ["0 s: backs up for Sync", "5 s: backs up for Fetched without 7-8", "10 s: tells the pages"];
    assert_eq!(browser.log(), log);
}

#[test]
fn no_other_wake_up_waits_for_a_run_because_the_lock_rejects_it() {
    let browser = Browser::that_ends(Ok(DONE)).taking(5_000);
    let both = async |wake_ups: &WakeUps<Browser>| {
        futures::future::join(wake_ups.fetch_ended("7"), wake_ups.periodic_sync()).await
    };
    assert_eq!(browser.during(both), (Ok(()), Ok(())));
    let log = ["0 s: backs up for Fetched without 7", "0 s: backs up for PeriodicSync"];
    assert_eq!(browser.log()[..2], log);
}

#[test]
fn the_pages_learn_of_the_end_of_a_fetch_even_if_the_run_fails() {
    let browser = Browser::that_ends(Err("no lock"));
    assert_eq!(browser.during(async |wake_ups| wake_ups.fetch_ended("7").await), Ok(()));
    let log = ["0 s: backs up for Fetched without 7", "0 s: warns of “no lock”", "0 s: tells the pages"];
    assert_eq!(browser.log(), log);
}

#[test]
fn a_notification_is_shown_for_a_page_unless_a_page_is_visible() {
    let notify =
        async |wake_ups: &WakeUps<Browser>| wake_ups.notify_unless_seen(Notice::FirstBackupDone).await;
    let seen = Browser::that_ends(Ok(DONE)).pages_until(9_000, &[Page::Hidden, Page::Visible]);
    assert_eq!(seen.during(notify), Ok(()));
    assert_eq!(seen.log(), [""; 0]);
    let hidden = Browser::that_ends(Ok(DONE)).pages_until(9_000, &[Page::Hidden]);
    assert_eq!(hidden.during(notify), Ok(()));
    assert_eq!(hidden.log(), ["0 s: shows “The first backup is complete: everything is protected.”"]);
}

/// The browser in memory. A clone is the same browser.
#[derive(Clone)]
struct Browser(Rc<Inner>);

impl std::ops::Deref for Browser {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

struct Inner {
    clock: Clock,
    /// Which pages are open until when; after the last entry none is.
    pages: RefCell<VecDeque<(u64, Vec<Page>)>>,
    run_ends: Result<Woken, &'static str>,
    run_takes_ms: Cell<u32>,
    refuses_notifications: Cell<bool>,
    log: RefCell<Vec<String>>,
}

impl Browser {
    fn that_ends(run_ends: Result<Woken, &'static str>) -> Browser {
        Browser(Rc::new(Inner {
            clock: Clock::default(),
            pages: RefCell::default(),
            run_ends,
            run_takes_ms: Cell::default(),
            refuses_notifications: Cell::default(),
            log: RefCell::default(),
        }))
    }

    fn taking(self, ms: u32) -> Browser {
        self.run_takes_ms.set(ms);
        self
    }

    fn pages_until(self, ms: u64, pages: &[Page]) -> Browser {
        self.pages.borrow_mut().push_back((ms, pages.to_vec()));
        self
    }

    fn wake_ups(&self) -> WakeUps<Browser> {
        WakeUps::new(self.clone())
    }

    fn log(&self) -> Vec<String> {
        self.log.borrow().clone()
    }

    fn note(&self, what: impl fmt::Display) {
        self.log.borrow_mut().push(format!("{} s: {what}", self.clock.now() / 1000));
    }

    /// Lets time pass until the future is done.
    fn during<T>(&self, work: impl AsyncFnOnce(&WakeUps<Browser>) -> T) -> T {
        let wake_ups = self.wake_ups();
        let woken = Arc::new(Woke::default());
        let waker = Waker::from(Arc::clone(&woken));
        let mut work = pin!(work(&wake_ups));
        loop {
            if let Poll::Ready(end) = work.as_mut().poll(&mut Context::from_waker(&waker)) {
                return end;
            }
            if !woken.0.swap(false, Ordering::Relaxed) {
                self.clock.jump();
            }
        }
    }
}

/// Whether any task can continue at once.
#[derive(Default)]
struct Woke(AtomicBool);

impl std::task::Wake for Woke {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

impl Scope for Browser {
    type Fault = &'static str;

    async fn pages(&self) -> Result<Vec<Page>, &'static str> {
        let now = self.clock.now();
        let pages = self.pages.borrow();
        let open = pages.iter().find(|(until, _)| now < *until);
        Ok(open.map(|(_, pages)| pages.clone()).unwrap_or_default())
    }

    async fn pause(&self, ms: u32) {
        self.clock.wait(ms).await;
    }

    async fn back_up(&self, by: Wake, ended_fetch: Option<&str>) -> Result<Woken, &'static str> {
        let without = ended_fetch.map(|id| format!(" without {id}")).unwrap_or_default();
        self.note(format_args!("backs up for {by:?}{without}"));
        if self.run_takes_ms.get() > 0 {
            self.pause(self.run_takes_ms.get()).await;
        }
        self.run_ends
    }

    async fn notify(&self, sentence: &str) -> Result<(), &'static str> {
        if self.refuses_notifications.get() {
            return Err("refused");
        }
        self.note(format_args!("shows “{sentence}”"));
        Ok(())
    }

    async fn withdraw_notification(&self) -> Result<(), &'static str> {
        self.note("withdraws the notification");
        Ok(())
    }

    async fn ask_for_sync(&self) -> Result<(), &'static str> {
        self.note("asks for a sync");
        Ok(())
    }

    async fn tell_pages_that_a_fetch_ended(&self) -> Result<(), &'static str> {
        self.note("tells the pages");
        Ok(())
    }

    fn warn(&self, what: &dyn fmt::Display) {
        self.note(format_args!("warns of “{what}”"));
    }
}

/// Stands still until every task waits for it, then jumps to the earliest waiting time.
#[derive(Default)]
struct Clock {
    now: Cell<u64>,
    alarms: RefCell<Vec<(u64, oneshot::Sender<()>)>>,
}

impl Clock {
    fn now(&self) -> u64 {
        self.now.get()
    }

    async fn wait(&self, ms: u32) {
        let (ring, rung) = oneshot::channel();
        self.alarms.borrow_mut().push((self.now() + u64::from(ms), ring));
        rung.await.unwrap();
    }

    fn jump(&self) {
        let mut alarms = self.alarms.borrow_mut();
        // Some tasks have stopped waiting.
        alarms.retain(|(_, ring)| !ring.is_canceled());
        let first = alarms.iter().enumerate().min_by_key(|(_, (due, _))| *due).map(|(at, _)| at);
        let (due, ring) = alarms.remove(first.expect("nobody waits for anything"));
        self.now.set(due);
        _ = ring.send(());
    }
}
