//! Decides when a run begins and ends, and what is kept of it.

use super::shared::Shared;
use crate::command::SavedRun;
use crate::event::{Event, FolderEvent, LinkEvent, PairEnd};
use crate::folder::Access;
use crate::intent::Intent;
use crate::row::Proof;
use crate::run::{Ended, Run, RunEnd, Wake};
use crate::time::Moment;

/// A kill may lose this much of the history.
const SAVE_EVERY_MS: u64 = 15_000;

/// The current or last run, and what to remember for the next one.
#[derive(Debug, Default)]
pub(crate) struct History {
    run: Option<Run>,
    /// What starts the next run, if one follows.
    woken_by: Option<Wake>,
    saved_at: Moment,
    /// The last run, if it found nothing to do.
    idle_before: Option<IdleRun>,
    /// Files that were sent and confirmed since the start.
    sent: u64,
}

#[derive(Debug, Clone, Copy)]
struct IdleRun {
    began: Moment,
    woken_by: Wake,
}

/// What a run does now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Activity {
    Busy,
    /// Nothing is under way, but the outcome is not known yet.
    Undecided,
    /// Nothing more can be done now, for this reason.
    Resting(RunEnd),
}

impl History {
    pub(crate) fn current(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    pub(super) fn sent(&self) -> u64 {
        self.sent
    }

    pub(super) fn woken_as(wake: Wake) -> History {
        History { woken_by: Some(wake), ..History::default() }
    }

    fn going(&mut self) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.ended.is_none())
    }

    /// Records what starts the next run. Only a page's engine calls this: in a wake-up, every run has the cause of
    /// the wake-up.
    pub(super) fn note_wake(&mut self, event: &Event) {
        match wake_of(event) {
            // The end of a wait continues what another run began.
            Some(Wake::Scheduled) if self.woken_by.is_some() => {}
            Some(wake) => self.woken_by = Some(wake),
            None => {}
        }
    }

    /// Begins a run when work begins, and ends it when nothing more can be done now. True if a run ended.
    pub(super) fn keep(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        activity: Activity,
        has_page: bool,
    ) -> bool {
        match (self.going().is_some(), activity) {
            (false, Activity::Busy) => self.begin_run(now, shared),
            (true, Activity::Resting(because)) => return self.end_run(now, shared, because, has_page),
            (true, Activity::Busy) if now.since(self.saved_at) >= SAVE_EVERY_MS => {
                self.save_run(now, shared, None);
            }
            (true, Activity::Busy | Activity::Undecided)
            | (false, Activity::Undecided | Activity::Resting(_)) => {}
        }
        false
    }

    fn begin_run(&mut self, now: Moment, shared: &mut Shared) {
        let last = self.run.as_ref().map(|run| run.began);
        let began = last.filter(|last| *last == now).map_or(now, |last| last + 1);
        let woken_by = self.woken_by.take().unwrap_or(Wake::Scheduled);
        self.run = Some(Run::new(began, woken_by));
        self.save_run(now, shared, None);
    }

    fn end_run(&mut self, now: Moment, shared: &mut Shared, because: RunEnd, has_page: bool) -> bool {
        let unfinished = because == RunEnd::Finished && shared.catalog.next_wait_end().is_some();
        let Some(run) = self.going() else { return false };
        run.ended = Some(Ended { at: now, because });
        let idle = idle(run).filter(|_| because == RunEnd::Finished);
        // The cause of this run does not count for the next one, unless files of this run wait for a retry.
        let goes_on = unfinished || !has_page;
        self.woken_by = goes_on.then_some(run.woken_by);
        let before = std::mem::replace(&mut self.idle_before, idle);
        let replaced = before.zip(idle).filter(|(before, now)| tell_the_same(before.woken_by, now.woken_by));
        self.save_run(now, shared, replaced.map(|(before, _)| before.began));
        because != RunEnd::CutOff
    }

    fn save_run(&mut self, now: Moment, shared: &mut Shared, replaces: Option<Moment>) {
        self.saved_at = now;
        if let Some(run) = &mut self.run {
            run.account = shared.catalog.tally().into();
            shared.out.store.runs.push(SavedRun { run: run.clone(), replaces });
        }
    }

    /// A run without a recorded end was cut off.
    pub(super) fn restore(&mut self, now: Moment, shared: &mut Shared, last: Option<Run>, has_page: bool) {
        let Some(last) = last else { return };
        let woken_by = self.woken_by;
        self.idle_before = idle(&last).filter(|_| last.ended.is_some());
        self.run = Some(last);
        self.end_run(now, shared, RunEnd::CutOff, has_page);
        self.woken_by = woken_by;
    }

    pub(super) fn note_protected(&mut self, size: u64, proof: Proof) {
        self.sent += u64::from(proof == Proof::Stored);
        let Some(run) = self.going() else { return };
        match proof {
            Proof::Stored => {
                run.done.sent += 1;
                run.done.sent_bytes += size;
            }
            Proof::AlreadyThere => run.done.already_there += 1,
        }
    }
}

fn idle(run: &Run) -> Option<IdleRun> {
    run.was_idle().then_some(IdleRun { began: run.began, woken_by: run.woken_by })
}

/// Of several runs that found nothing, only the newest is worth keeping. But it is worth keeping that the browser
/// woke us.
fn tell_the_same(before: Wake, now: Wake) -> bool {
    before == now || !(before.is_background() || now.is_background())
}

/// What an event counts as when it starts a run.
fn wake_of(event: &Event) -> Option<Wake> {
    match event {
        Event::Started(_) => Some(Wake::Opened),
        Event::Asked(intent) => wake_of_intent(intent),
        Event::Folder(_, event) => wake_of_folder(event),
        Event::Link(LinkEvent::PairingEnded(PairEnd::Paired)) => Some(Wake::SignedIn),
        Event::Link(LinkEvent::NetworkChanged { online: true }) => Some(Wake::NetworkBack),
        Event::Woke => Some(Wake::Scheduled),
        // Work that a gate held back continues.
        Event::SurroundingsChanged(_) => Some(Wake::Scheduled),
        Event::Reading(..)
        | Event::AskEnded(..)
        | Event::Sending(..)
        | Event::CopyEnded(..)
        | Event::FetchingChanged(_)
        | Event::Link(_)
        | Event::PageOpened => None,
    }
}

fn wake_of_folder(event: &FolderEvent) -> Option<Wake> {
    match event {
        FolderEvent::Added { .. } => Some(Wake::FolderAdded),
        FolderEvent::AccessChanged(Access::Granted) => Some(Wake::FolderBack),
        FolderEvent::PathsTouched(_) | FolderEvent::WatchEnded => Some(Wake::FilesChanged),
        FolderEvent::AccessChanged(Access::Barred(_))
        | FolderEvent::HiddenFound { .. }
        | FolderEvent::WatchBeganLate
        | FolderEvent::FilesListed { .. }
        | FolderEvent::ListingEnded { .. } => None,
    }
}

fn wake_of_intent(intent: &Intent) -> Option<Wake> {
    match intent {
        Intent::Look => Some(Wake::Resumed),
        Intent::BackUpNow
        | Intent::Resume
        | Intent::SetForeground(_)
        | Intent::BackUpAnyway
        | Intent::SetGates(_)
        | Intent::Retry(_)
        | Intent::RetryAll
        | Intent::Include(_)
        | Intent::SetRules(..)
        | Intent::BackUpHidden(_)
        | Intent::ResetSettings => Some(Wake::Asked),
        Intent::Pair { .. }
        | Intent::Pause
        | Intent::Skip(_)
        | Intent::RemoveFolder(_)
        | Intent::LimitRate(_)
        | Intent::SetKeepAwake(_)
        | Intent::SetCopiesLimit(_)
        | Intent::SetNotices(_)
        | Intent::SetBackground(_) => None,
    }
}
