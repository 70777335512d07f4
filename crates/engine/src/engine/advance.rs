//! Decides what begins next. Called after every event. Begins everything that may begin, and nothing twice.

use super::copies::Situation;
use super::folders::Watching;
use super::history::Activity;
use super::inventory::Pace;
use super::{Conditions, Engine, Role};
use crate::catalog::Work;
use crate::command::{AfterStored, Begin, OfPage};
use crate::folder::Lasting;
use crate::gate::{Held, VideosInBackground};
use crate::link::LinkState;
use crate::run::RunEnd;
use crate::time::Moment;

impl<R: Role> Engine<R> {
    pub(super) fn advance(&mut self, now: Moment) {
        self.shared.catalog.end_waits(now);
        self.end_shift_in_time(now);
        let conditions = self.conditions(now);
        self.gates.close(&mut self.shared, conditions);
        self.look_when_due(now);
        self.doubt_silence(now);
        self.link.begin_checking(now, &mut self.shared);
        if self.may_work() {
            self.begin_work(now);
        }
        if R::IS_PAGE && !(self.may_work() && self.may_read(now)) {
            self.folders.stop_reading_ahead(&mut self.shared);
        }
        self.sending.adjust_pace(now, &self.shared);
        self.end_asked_run();
        self.begin_for_page(now);
        self.keep_history(now);
        self.set_alarm(now);
    }

    /// True while the switches, or the person's click, allow work.
    pub(crate) fn may_work(&self) -> bool {
        let settings = &self.shared.settings;
        let switched_on = if R::IS_PAGE { settings.foreground } else { settings.background };
        let readable = !settings.is_unreadable();
        let goes_on = self.role.over().is_none();
        goes_on && readable && !settings.paused && (switched_on || self.gates.run_asked)
    }

    /// Whether the device allows it to read files now.
    fn may_read(&self, now: Moment) -> bool {
        self.gates.knows_surroundings() && self.gates.closed_for_all(&self.shared, now).is_none()
    }

    pub(crate) fn conditions(&self, now: Moment) -> Conditions {
        Conditions { now, videos_wait_for_page: !R::IS_PAGE && self.defers_videos() }
    }

    /// Whether videos wait while no page is open.
    pub(crate) fn defers_videos(&self) -> bool {
        let keeps_pieces = || self.link.abilities().map(|abilities| abilities.pieces.is_some());
        match self.shared.settings.gates.videos_in_background {
            VideosInBackground::Never => true,
            VideosInBackground::WhereResumable => keeps_pieces() == Some(false),
            VideosInBackground::Always => false,
        }
    }

    /// The gates that hold files back, and how many files each holds.
    pub(crate) fn held(&self, now: Moment) -> Vec<Held> {
        self.gates.held(&self.shared, self.conditions(now))
    }

    /// Lists folders again when they are due, and then also checks whether the server is still there.
    fn look_when_due(&mut self, now: Moment) {
        if self.may_work() && self.folders.look_when_due(now) {
            self.link.ask_again(&self.shared);
        }
    }

    /// Checks the server if its uploads have been silent for long.
    fn doubt_silence(&mut self, now: Moment) {
        if self.link.is_ready() && self.sending.is_silent(now, &self.shared, self.link.answered_at) {
            self.link.doubt();
        }
    }

    fn begin_work(&mut self, now: Moment) {
        let watching = if R::IS_PAGE { Watching::On } else { Watching::Off };
        let knows_device = self.gates.knows_surroundings();
        let may_read = self.may_read(now);
        self.folders.begin_listing(now, &mut self.shared, watching, may_read && R::IS_PAGE);
        if may_read {
            self.reading.begin(&mut self.shared);
        }
        if !self.link.is_ready() {
            return;
        }
        if knows_device {
            let fit = self.fit(now);
            let abilities = self.link.abilities().unwrap_or_default();
            self.sending.begin::<R, _>(now, &mut self.shared, &mut self.asking.maybe_held, fit, abilities);
        }
        self.asking.begin(now, &mut self.shared);
    }

    /// A run that the person asked for ends when it can do nothing more.
    fn end_asked_run(&mut self) {
        let catalog = &self.shared.catalog;
        let left = catalog.has(Work::Hash) || catalog.has(Work::Ask) || catalog.has(Work::Send);
        // Files that wait for a retry belong to the run too.
        let waits = self.gates.has_passed() && catalog.awaits_retry();
        let signed_out = self.link.state == LinkState::SignedOut;
        if self.gates.run_asked && !self.is_busy() && (signed_out || !(left || waits)) {
            self.gates.end_asked_run();
        }
    }

    fn begin_for_page(&mut self, now: Moment) {
        let may_read = self.gates.closed_for_all(&self.shared, now).is_none();
        let defers_videos = self.defers_videos();
        let rate = self.sending.speed.per_second(now);
        if let Some(page) = self.role.page_mut() {
            let situation = Situation { now, folders: &self.folders, defers_videos, may_read, rate };
            page.copies.begin(&mut self.shared, &situation);
            self.folders.tidy_inbox(now, &mut self.shared);
        }
        self.tell_inventories(now);
    }

    fn tell_inventories(&mut self, now: Moment) {
        let changed = self.shared.catalog.unsaved().next().is_some();
        if let (Some(page), true) = (self.role.page_mut(), changed) {
            page.inventories.note_outdated();
        }
        if !self.inventories_due(now).is_some_and(|due| due.is_due(now)) {
            return;
        }
        let lasting = self.folders.iter().filter(|(_, folder)| folder.lasting == Lasting::Lasting);
        self.shared
            .out
            .after_stored
            .extend(lasting.map(|(id, _)| AfterStored::OfPage(OfPage::TellInventory(id))));
        if let Some(page) = self.role.page_mut() {
            page.inventories.note_told(now);
        }
    }

    fn inventories_due(&self, now: Moment) -> Option<Moment> {
        let page = self.role.page()?;
        let keeps = self.link.abilities().is_some_and(|abilities| abilities.keeps_inventories);
        let began = || self.history.current().map(|run| run.began);
        let pace = if self.is_settled() { Pace::Settled } else { Pace::Running(began()) };
        page.inventories.due(now, pace).filter(|_| keeps && !self.folders.is_empty())
    }

    /// Whether anything is being listed, read, asked about or sent.
    pub(super) fn is_busy(&self) -> bool {
        !self.shared.jobs.is_idle() || self.folders.is_looking()
    }

    /// Whether nothing is under way. Only time, the network or the person can start more work.
    pub fn is_at_rest(&self) -> bool {
        !self.is_busy() && !self.link.state.is_open()
    }

    /// Whether the rows match the disk, as far as anybody can tell.
    fn is_settled(&self) -> bool {
        !self.is_busy() && self.folders.has_looked() && !self.shared.catalog.awaits_settling()
    }

    fn keep_history(&mut self, now: Moment) {
        let (activity, has_page) = (self.run_activity(now), R::IS_PAGE);
        if self.history.keep(now, &mut self.shared, activity, has_page) {
            self.note_worth_telling(now);
        }
    }

    fn run_activity(&self, now: Moment) -> Activity {
        if self.is_busy() {
            Activity::Busy
        } else if let Some(because) = self.role.over() {
            Activity::Resting(because)
        } else if self.link.state.is_open() || self.waits_for_a_file(now) {
            // The outcome is unknown until the server has been checked. A file that will be stable in a moment
            // belongs to the run that found it.
            Activity::Undecided
        } else {
            Activity::Resting(self.why_it_rests(now))
        }
    }

    fn why_it_rests(&self, now: Moment) -> RunEnd {
        let tally = self.shared.catalog.tally();
        match self.link.state.halt() {
            _ if !self.may_work() => RunEnd::Paused,
            _ if self.is_barred() => RunEnd::Barred,
            Some(halt) if tally.remaining > 0 => RunEnd::Stopped(halt),
            Some(_) | None => match (self.held(now).first(), tally.lack_of_room()) {
                (Some(held), _) => RunEnd::Held(held.gate),
                (None, Some(halt)) => RunEnd::Stopped(halt),
                (None, None) => RunEnd::Finished,
            },
        }
    }

    fn set_alarm(&mut self, now: Moment) {
        let next = self.next_wake(now);
        if next != self.wake_at {
            self.wake_at = next;
            self.shared.out.begin.extend(next.map(Begin::WakeAt));
        }
    }

    fn next_wake(&self, now: Moment) -> Option<Moment> {
        let gates = || {
            let matters = self.may_work() && (self.is_busy() || self.shared.catalog.holds_any());
            self.gates.next_change(&self.shared, now).filter(|_| matters)
        };
        let due = [
            self.link.due(),
            self.sending.silence_due().filter(|_| self.link.is_ready()),
            self.due_for_page(now),
            self.role.ends_at(),
            gates(),
            self.asking.due(now, &self.shared),
            self.shared.catalog.next_wait_end(),
            self.next_look(),
        ];
        due.into_iter().flatten().min()
    }

    fn due_for_page(&self, now: Moment) -> Option<Moment> {
        let page = self.role.page()?;
        let inventories = self.inventories_due(now).filter(|_| self.is_settled());
        inventories.into_iter().chain(page.copies.due(&self.shared)).min()
    }
}
