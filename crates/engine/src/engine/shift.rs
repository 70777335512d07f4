//! An engine without a page. It has a shift, which ends at a deadline, when nothing more can be done, or when a page
//! opens and its own engine takes over.

use super::{Engine, Role};
use crate::catalog::SMALL_BYTES;
use crate::folder::{Access, Folder, FolderId};
use crate::gate::Gate;
use crate::kind::Kind;
use crate::link::{Halt, LinkState};
use crate::notice::{Needs, Notice};
use crate::row::{FileId, FileState, Row};
use crate::run::RunEnd;
use crate::tally::{Heap, heap_of};
use crate::time::Moment;

/// A server that answered this shift before may fail this many times in a row. After that, retrying is left to the
/// browser.
const MOST_FAILURES: u32 = 3;
/// A file that was just copied is stable after this time. One that keeps changing is not waited for.
const A_MOMENT_MS: u64 = 15_000;

/// The state in which an engine without a page leaves the backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ShiftReport {
    /// Files that it sent.
    pub sent: u64,
    /// The person paused it, or switched the background off.
    pub is_off: bool,
    /// Files that are not protected yet and do not need the person.
    pub remaining: u64,
    /// Files that need the person.
    pub problems: u64,
    /// Everything was listed, and nothing is left to do for anybody.
    pub is_all_protected: bool,
    /// What only the person can do.
    pub needs: Option<Needs>,
    /// What is worth a notice even if nobody asked.
    pub notice: Option<Notice>,
    /// Whether another wake-up would find work.
    pub work: bool,
    /// A page opened, and its own engine took over.
    pub handed_over: bool,
}

/// The browser woke us without a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shift {
    pub(super) until: Moment,
    /// Why nothing more is begun, once the shift is over.
    pub(super) over: Option<RunEnd>,
    /// The last notice from one of its runs.
    pub(super) notice: Option<Notice>,
}

impl Shift {
    pub(super) fn until(until: Moment) -> Shift {
        Shift { until, over: None, notice: None }
    }
}

impl Engine<Shift> {
    /// What to report about it when it is over.
    pub fn report(&self) -> ShiftReport {
        let tally = self.shared.catalog.tally();
        let settings = &self.shared.settings;
        ShiftReport {
            sent: self.history.sent(),
            is_off: settings.paused || !settings.background,
            remaining: tally.remaining,
            problems: tally.problems,
            is_all_protected: self.is_all_protected(&tally),
            needs: self.needs(),
            notice: self.role.notice,
            work: self.leaves_work(),
            handed_over: self.role.over == Some(RunEnd::HandedOver),
        }
    }

    /// Whether anything remains that does not just wait for the person or for time to pass.
    fn leaves_work(&self) -> bool {
        let ended = self.history.current().and_then(|run| run.ended).map(|ended| ended.because);
        let settings = &self.shared.settings;
        let needs_page = ended == Some(RunEnd::Held(Gate::PowerUnknown));
        let needs_person = self.link.state.halt().is_some_and(Halt::needs_person);
        if settings.paused || !settings.background || needs_page || needs_person {
            return false;
        }
        let any_open = self.folders.all().any(|folder| folder.access == Access::Granted);
        let unknown = !self.folders.has_looked() || !self.link.is_ready();
        (any_open && unknown) || self.shared.catalog.iter().any(|(id, row)| self.can_go_on(id, row))
    }

    /// Whether another wake-up could do something for this file.
    fn can_go_on(&self, id: FileId, row: &Row) -> bool {
        let is_open = |folder: FolderId| self.folders.is_granted(folder);
        // For some files, only the server need be asked.
        let needs_no_file = matches!(row.state, FileState::Hashed { .. } | FileState::Sent { .. });
        let catalog = &self.shared.catalog;
        let has_bytes = needs_no_file || is_open(row.folder) || catalog.has_copy(id);
        let waits_for_page = self.defers_videos() && Kind::of(row) == Kind::Video;
        let remains = heap_of(&row.state) == Some(Heap::Remaining);
        let fits = !row.state.lacks_room();
        remains && fits && has_bytes && !catalog.is_fetching(id) && !waits_for_page
    }
}

impl<R: Role> Engine<R> {
    /// Whether this engine will do nothing more: its time is up, or everything that it could do is done.
    pub fn is_over(&self) -> bool {
        match self.role.shift() {
            None => false,
            Some(Shift { over: Some(_), .. }) => true,
            Some(Shift { over: None, until, .. }) => self.is_at_rest() && !self.goes_on_before(*until),
        }
    }

    /// Whether this is a wake-up that may not read every folder.
    pub(super) fn is_barred(&self) -> bool {
        !R::IS_PAGE && self.folders.lack_permission()
    }

    /// A page opened. Its own engine waits for this one to end.
    pub(super) fn page_opened(&mut self) {
        if self.role.ends_at().is_some() {
            self.end_shift(RunEnd::HandedOver);
        }
    }

    pub(super) fn end_shift_in_time(&mut self, now: Moment) {
        if self.role.ends_at().is_some_and(|until| until.is_due(now)) {
            let stuck = self.shared.jobs.sending().iter().filter(|job| job.stands_still(now));
            let stuck: Vec<FileId> = stuck.map(|job| job.file).collect();
            self.end_shift(RunEnd::TimeUp);
            // So the next shift begins with other files.
            stuck.into_iter().for_each(|id| _ = self.shared.catalog.count_attempt(id));
        }
    }

    /// When the shift's time is up.
    #[cfg(feature = "testing")]
    pub(crate) fn shift_ends_at(&self) -> Option<Moment> {
        self.role.ends_at()
    }

    /// Resets what was in flight to what is certain. The next engine continues from the rows.
    fn end_shift(&mut self, because: RunEnd) {
        if let Some(shift) = self.role.shift_mut() {
            shift.over = Some(because);
        }
        self.shared.abandon_all();
        self.shared.drop_question();
        self.folders.stop_looking();
    }

    /// Whether the shift still waits for something before `until`. If the server is unavailable, waiting is left to
    /// the browser, which retries. A brief failure is waited out here.
    fn goes_on_before(&self, until: Moment) -> bool {
        match self.link.state {
            _ if !self.may_work() => false,
            LinkState::Held { halt, .. } if halt.needs_person() => false,
            LinkState::Ready(_) => self.wake_at.is_some_and(|at| at < until),
            LinkState::Held { until: held, .. } => {
                self.link.answered_at.is_some() && self.link.failures <= MOST_FAILURES && held < until
            }
            LinkState::Due(_) | LinkState::Checking { .. } | LinkState::SignedOut => false,
        }
    }

    /// Whether a file that is still being written may become stable in a moment, before the engine ends.
    pub(super) fn waits_for_a_file(&self, now: Moment) -> bool {
        let soon = now + A_MOMENT_MS;
        let in_time = |at| at < soon && self.role.ends_at().is_none_or(|end| at < end);
        let is_away = matches!(self.link.state, LinkState::Held { .. } | LinkState::SignedOut);
        let may_answer = R::IS_PAGE || !is_away;
        self.may_work()
            && may_answer
            && self.shared.catalog.awaits_settling()
            && self.shared.catalog.next_wait_end().is_some_and(in_time)
    }

    /// When a folder is listed again. An unavailable drive does not keep a shift alive.
    pub(super) fn next_look(&self) -> Option<Moment> {
        let matters = |folder: &Folder| R::IS_PAGE || folder.access == Access::Granted;
        self.folders.next_look(matters).filter(|_| self.may_work())
    }
}

/// Which files can be sent before a shift ends.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fit {
    /// Any file: a page is open, or the server keeps the received part of an upload.
    Any,
    /// Small files, and files that this rate, in bytes per second, can send in this many seconds.
    Within { seconds: u64, rate: Option<u64> },
}

impl Fit {
    pub(super) fn fits(self, size: u64) -> bool {
        match self {
            Fit::Any => true,
            Fit::Within { seconds, rate } => {
                size <= SMALL_BYTES || rate.is_some_and(|rate| size < rate * seconds)
            }
        }
    }
}

impl<R: Role> Engine<R> {
    pub(super) fn fit(&self, now: Moment) -> Fit {
        let keeps_pieces = self.link.abilities().is_some_and(|abilities| abilities.pieces.is_some());
        match self.role.ends_at() {
            Some(until) if !keeps_pieces => {
                Fit::Within { seconds: until.since(now) / 1000, rate: self.sending.speed.per_second(now) }
            }
            Some(_) | None => Fit::Any,
        }
    }
}
