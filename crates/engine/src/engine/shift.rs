//! How long an engine may work: while a page is open, or for a while that the browser grants without one.

use super::Engine;
use super::gates::is_video_file;
use crate::catalog::{Order, SMALL_BYTES};
use crate::folder::{Access, Folder};
use crate::gate::Gate;
use crate::link::{Halt, Link, Trust};
use crate::notice::{Needs, Notice};
use crate::row::{FileId, FileState, Row};
use crate::run::{RunEnd, Wake};
use crate::tally::{Heap, Tally, heap_of};
use crate::time::Moment;

/// So often in a row the server may fail a shift that it answered before; then it is left to the browser.
const MOST_FAILURES: u32 = 3;

/// How an engine without a page leaves things.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Left {
    /// Files that it sent.
    pub sent: u64,
    /// The person paused it, or switched the background off.
    pub is_off: bool,
    /// Files that are not protected yet, and will be without the person.
    pub remaining: u64,
    /// Files that need the person.
    pub problems: u64,
    /// Everything was looked at, and nothing is left to do for anybody.
    pub is_all_protected: bool,
    /// What only the person can do.
    pub needs: Option<Needs>,
    /// What is worth telling even if nobody asked.
    pub notice: Option<Notice>,
    /// Whether another try would find work.
    pub work: bool,
    /// A page opened, whose own engine goes on.
    pub handed_over: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Shift {
    /// A page is open.
    Open,
    /// Woken without a page, until this time.
    Until(Moment),
    /// Nothing is begun any more.
    Over(RunEnd),
}

impl Engine {
    /// An engine without a page, which has until then. Some files the browser itself sends meanwhile.
    pub fn woken(by: Wake, until: Moment, fetching: Vec<FileId>) -> Engine {
        let mut engine =
            Engine::of(Shift::Until(until), Order::SmallFirst, |_, _, _| {}, |_, _, _| {}, |_, _| None);
        engine.history.wake_as(by);
        engine.catalog.fetching = fetching;
        engine
    }

    /// True while the switches, or the person's click, allow work.
    pub(crate) fn may_work(&self) -> bool {
        let switched_on = match self.shift {
            Shift::Open => self.settings.foreground,
            Shift::Until(_) => self.settings.background,
            Shift::Over(_) => return false,
        };
        !self.settings.paused && (switched_on || self.run_asked)
    }

    /// Nothing more is to come of this engine: its time is up, or all is done that could be within it.
    pub fn is_over(&self) -> bool {
        match self.shift {
            Shift::Open => false,
            Shift::Over(_) => true,
            Shift::Until(until) => self.is_at_rest() && !self.goes_on_before(until),
        }
    }

    /// What is to be told of it when it is over.
    pub fn left(&self) -> Left {
        let tally = Tally::of(self.catalog.iter().map(|(_, row)| row));
        Left {
            sent: self.sent,
            is_off: self.settings.paused || !self.settings.background,
            remaining: tally.remaining,
            problems: tally.problems,
            is_all_protected: self.is_all_protected(&tally),
            needs: self.needs(),
            notice: self.notice,
            work: self.leaves_work(),
            handed_over: self.shift == Shift::Over(RunEnd::HandedOver),
        }
    }

    /// Something remains that neither the person nor time alone must mend.
    fn leaves_work(&self) -> bool {
        let open = self.folders.iter().filter(|(_, folder)| folder.access == Access::Granted);
        let open: Vec<_> = open.map(|(id, _)| id).collect();
        let is_open = |folder| open.contains(&folder);
        let waits_for_page = |row: &Row| self.defers_videos() && is_video_file(row);
        let remains = |id, row: &Row| {
            // Of some only the server need be asked.
            let is_read = matches!(row.state, FileState::Hashed { .. } | FileState::Sent { .. });
            let can_go_on = is_read || is_open(row.folder) || self.catalog.has_copy(id);
            heap_of(&row.state) == Some(Heap::Remaining) && can_go_on && !self.catalog.is_fetching(id)
        };
        let remaining = self.catalog.iter().any(|(id, row)| remains(id, row) && !waits_for_page(row));
        let ended = self.history.current().and_then(|run| run.ended).map(|ended| ended.because);
        let needs_page = ended == Some(RunEnd::Held(Gate::PowerUnknown));
        let may = !self.settings.paused && self.settings.background && !needs_page;
        let may = may && !self.link.halt().is_some_and(Halt::needs_person);
        let unknown = !self.has_looked() || !matches!(self.link, Link::Ready(_));
        may && (remaining || (!open.is_empty() && unknown))
    }

    /// Woken, and not let into every folder.
    pub(super) fn is_barred(&self) -> bool {
        self.shift != Shift::Open && self.lacks_permission()
    }

    /// A page opened: it has an engine of its own, which waits for this one to end.
    pub(super) fn tab_opened(&mut self) {
        if matches!(self.shift, Shift::Until(_)) {
            self.end_shift(RunEnd::HandedOver);
        }
    }

    pub(super) fn end_shift_in_time(&mut self, now: Moment) {
        if matches!(self.shift, Shift::Until(until) if until.is_due(now)) {
            let stuck = self.jobs.sending().iter().filter(|job| job.stands_still(now)).map(|job| job.file);
            let stuck: Vec<FileId> = stuck.collect();
            self.end_shift(RunEnd::TimeUp);
            // The next shift begins with others.
            stuck.into_iter().for_each(|id| _ = self.catalog.count_attempt(id));
        }
    }

    pub(crate) fn shift_ends_at(&self) -> Option<Moment> {
        match self.shift {
            Shift::Until(until) => Some(until),
            Shift::Open | Shift::Over(_) => None,
        }
    }

    /// What was in flight goes back to what is certain; the next engine goes on from the rows.
    fn end_shift(&mut self, because: RunEnd) {
        self.shift = Shift::Over(because);
        self.abandon_everything();
        self.drop_question();
        for (_, folder) in self.folders.iter_mut() {
            folder.stop_looking();
            folder.break_off_listing();
        }
    }

    /// Waiting for a server that is away is left to the browser, which tries again; a stumble is not.
    fn goes_on_before(&self, until: Moment) -> bool {
        match self.link {
            _ if !self.may_work() => false,
            Link::Held { halt, .. } if halt.needs_person() => false,
            Link::Ready(_) => self.wake_at.is_some_and(|at| at < until),
            Link::Held { until: held, .. } => {
                self.answered_at != Moment::default() && self.failures <= MOST_FAILURES && held < until
            }
            Link::Due(_) | Link::Checking { .. } | Link::SignedOut => false,
        }
    }

    /// Whether a file that is still being written may come to rest before the engine ends.
    pub(super) fn waits_for_a_file(&self) -> bool {
        let in_time = |at| self.shift_ends_at().is_none_or(|end| at < end);
        let may_answer =
            self.shift == Shift::Open || !matches!(self.link, Link::Held { .. } | Link::SignedOut);
        self.may_work()
            && may_answer
            && self.catalog.awaits(true)
            && self.catalog.next_wait_end().is_some_and(in_time)
    }

    /// When a folder is looked through again. A drive that is away does not keep a shift alive.
    pub(super) fn next_look(&self) -> Option<Moment> {
        let matters = |folder: &&Folder| self.shift == Shift::Open || folder.access == Access::Granted;
        self.folders.all().filter(matters).filter_map(Folder::look_due).min().filter(|_| self.may_work())
    }

    /// Whether this file can be sent in the time that is left. A server of ours keeps what arrives of a larger one.
    pub(super) fn fits_the_shift(&self, now: Moment, id: FileId) -> bool {
        let Shift::Until(until) = self.shift else { return true };
        let size = self.catalog.get(id).map_or(0, |row| row.stamp.size);
        let seconds = until.since(now) / 1000;
        size <= SMALL_BYTES
            || self.link == Link::Ready(Trust::Verifies)
            || self.speed.per_second(now).is_some_and(|rate| size < rate * seconds)
    }
}
