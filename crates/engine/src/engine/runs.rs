//! When a run begins and ends, and what is kept of it.

use super::Engine;
use super::shift::Shift;
use crate::command::Command;
use crate::event::{Event, PairEnd};
use crate::folder::{Access, Folder};
use crate::intent::Intent;
use crate::link::Link;
use crate::row::{FileId, Proof};
use crate::run::{Account, Ended, Run, RunEnd, Wake};
use crate::tally::Tally;
use crate::time::Moment;

/// What a kill may cost of the history.
const SAVE_EVERY_MS: u64 = 15_000;

/// The run that goes on or was the last, and what to remember for the next one.
#[derive(Debug, Default)]
pub(crate) struct History {
    run: Option<Run>,
    /// What set the next run going, if one follows from it.
    woken_by: Option<Wake>,
    saved_at: Moment,
    /// The last run, if it found nothing to do, and what woke it.
    idle_before: Option<(Moment, Wake)>,
}

impl History {
    pub(crate) fn current(&self) -> Option<&Run> {
        self.run.as_ref()
    }

    pub(super) fn wake_as(&mut self, wake: Wake) {
        self.woken_by = Some(wake);
    }

    fn going(&mut self) -> Option<&mut Run> {
        self.run.as_mut().filter(|run| run.ended.is_none())
    }
}

impl Engine {
    pub(super) fn note_wake(&mut self, event: &Event) {
        match wake_of(event) {
            // The end of a wait goes on with what another run began.
            Some(Wake::Scheduled) if self.history.woken_by.is_some() => {}
            // What woke the engine wakes its runs.
            Some(_) if self.shift != Shift::Open => {}
            Some(wake) => self.history.woken_by = Some(wake),
            None => {}
        }
    }

    /// Begins a run when work begins, and ends it when nothing is left that can be done now.
    pub(super) fn keep_history(&mut self, now: Moment) {
        match (self.history.going().is_some(), self.is_busy()) {
            (false, true) => self.begin_run(now),
            (true, false) if matches!(self.shift, Shift::Over(_)) => {
                self.end_run(now, self.why_it_rests(now))
            }
            // What it comes to is not known before the server is.
            (true, false) if matches!(self.link, Link::Due(_) | Link::Checking { .. }) => {}
            // A file that comes to rest in a moment belongs to what found it.
            (true, false) if self.waits_for_a_file() => {}
            (true, false) => self.end_run(now, self.why_it_rests(now)),
            (true, true) if now.since(self.history.saved_at) >= SAVE_EVERY_MS => self.save_run(now, None),
            (true, true) | (false, false) => {}
        }
    }

    /// Something is being looked at, read, asked or sent.
    pub(super) fn is_busy(&self) -> bool {
        !self.jobs.is_idle() || self.folders.all().any(Folder::is_being_looked_at)
    }

    /// Nothing is under way. What comes next is for time, the network or the person to begin.
    pub fn is_at_rest(&self) -> bool {
        !self.is_busy() && !matches!(self.link, Link::Due(_) | Link::Checking { .. })
    }

    fn begin_run(&mut self, now: Moment) {
        let last = self.history.run.as_ref().map(|run| run.began);
        let began = last.filter(|last| *last == now).map_or(now, |last| last + 1);
        let woken_by = self.history.woken_by.take().unwrap_or(Wake::Scheduled);
        self.history.run = Some(Run::new(began, woken_by));
        self.save_run(now, None);
    }

    fn why_it_rests(&self, now: Moment) -> RunEnd {
        let left = || Tally::of(self.catalog.iter().map(|(_, row)| row)).remaining > 0;
        if let Shift::Over(because) = self.shift {
            return because;
        }
        match self.link.halt() {
            _ if !self.may_work() => RunEnd::Paused,
            _ if self.is_barred() => RunEnd::Barred,
            Some(halt) if left() => RunEnd::Stopped(halt),
            Some(_) | None => self.held(now).first().map_or(RunEnd::Finished, |held| RunEnd::Held(held.gate)),
        }
    }

    fn end_run(&mut self, now: Moment, because: RunEnd) {
        let unfinished = because == RunEnd::Finished && self.catalog.next_wait_end().is_some();
        let Some(run) = self.history.going() else { return };
        run.ended = Some(Ended { at: now, because });
        let idle = (run.was_idle() && because == RunEnd::Finished).then_some((run.began, run.woken_by));
        // What woke this run wakes no other, unless files of it wait to be tried again.
        let goes_on = unfinished || self.shift != Shift::Open;
        self.history.woken_by = goes_on.then_some(run.woken_by);
        let before = std::mem::replace(&mut self.history.idle_before, idle);
        let replaced = before.zip(idle).filter(|((_, before), (_, now))| tell_the_same(*before, *now));
        self.save_run(now, replaced.map(|((began, _), _)| began));
        if because != RunEnd::CutOff {
            self.note_worth_telling(now);
        }
    }

    fn save_run(&mut self, now: Moment, replaces: Option<Moment>) {
        let account = self.account();
        self.history.saved_at = now;
        if let Some(run) = &mut self.history.run {
            run.account = account;
            self.outbox.push(Command::SaveRun { run: run.clone(), replaces });
        }
    }

    /// A run that never said how it ended was cut off.
    pub(super) fn close_run_cut_off(&mut self, now: Moment, last: Option<Run>) {
        let Some(last) = last else { return };
        let woken_by = self.history.woken_by;
        self.history.idle_before =
            (last.was_idle() && last.ended.is_some()).then_some((last.began, last.woken_by));
        self.history.run = Some(last);
        self.end_run(now, RunEnd::CutOff);
        self.history.woken_by = woken_by;
    }

    pub(super) fn note_protected(&mut self, id: FileId, proof: Proof) {
        let size = self.catalog.get(id).map_or(0, |row| row.stamp.size);
        self.sent += u64::from(proof == Proof::Stored);
        let Some(run) = self.history.going() else { return };
        match proof {
            Proof::Stored => {
                run.done.sent += 1;
                run.done.sent_bytes += size;
            }
            Proof::AlreadyThere => run.done.already_there += 1,
        }
    }

    fn account(&self) -> Account {
        Tally::of(self.catalog.iter().map(|(_, row)| row)).into()
    }
}

/// Of runs that found nothing only the newest is worth keeping; that the browser woke us is.
fn tell_the_same(before: Wake, now: Wake) -> bool {
    before == now || !(before.is_background() || now.is_background())
}

/// What an event would wake a run as.
fn wake_of(event: &Event) -> Option<Wake> {
    match event {
        Event::Started(_) => Some(Wake::Opened),
        Event::Asked(intent) => wake_of_intent(intent),
        Event::FolderAdded { .. } => Some(Wake::FolderAdded),
        Event::AccessChanged { access: Access::Granted, .. } => Some(Wake::FolderBack),
        Event::PathsTouched { .. } | Event::WatchEnded { .. } => Some(Wake::FilesChanged),
        Event::PairingEnded(PairEnd::Paired) => Some(Wake::SignedIn),
        Event::NetworkChanged { online: true } => Some(Wake::NetworkBack),
        Event::Woke => Some(Wake::Scheduled),
        // What a gate held goes on.
        Event::SurroundingsChanged(_) => Some(Wake::Scheduled),
        Event::AccessChanged { .. }
        | Event::WatchBeganLate { .. }
        | Event::FilesListed { .. }
        | Event::ListingEnded { .. }
        | Event::HashProgressed { .. }
        | Event::HashEnded { .. }
        | Event::AskEnded { .. }
        | Event::UploadResumed { .. }
        | Event::UploadProgressed { .. }
        | Event::UploadEnded { .. }
        | Event::StageEnded { .. }
        | Event::FetchingChanged(_)
        | Event::ServerChecked { .. }
        | Event::PairingEnded(_)
        | Event::TabOpened
        | Event::NetworkChanged { online: false } => None,
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
        | Intent::SetRules(..) => Some(Wake::Asked),
        Intent::Pair { .. }
        | Intent::Pause
        | Intent::RemoveFolder(_)
        | Intent::LimitRate(_)
        | Intent::SetKeepAwake(_)
        | Intent::SetCopiesLimit(_)
        | Intent::SetNotices(_)
        | Intent::SetBackground(_) => None,
    }
}
