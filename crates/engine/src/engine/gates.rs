//! Keeps the gates: what may not be sent now is out of the queue, and what is on its way when a gate closes is let go.

use protocol::media::{MediaKind, kind_of};

use super::Engine;
use super::shift::Shift;
use crate::gate::{Gate, Held, PowerSeen, Surroundings, VideosInBackground};
use crate::link::{Link, Trust};
use crate::row::{FileId, FileState, Row};
use crate::tally::{Heap, heap_of};
use crate::time::Moment;

impl Engine {
    pub(super) fn surroundings_changed(&mut self, now: Moment, around: Surroundings) {
        self.around = Some(around);
        if let Some(power) = around.power {
            self.change(|settings| settings.power = Some(PowerSeen { power, at: now }));
        }
    }

    /// Through the gates that are closed now, and no other.
    pub(super) fn back_up_anyway(&mut self, now: Moment) {
        for is_video in [false, true] {
            while let Some(gate) = self.gate_for(now, is_video) {
                self.passed |= gate.bit();
            }
        }
        self.run_asked = true;
        if self.settings.paused {
            self.change(|settings| settings.paused = false);
        }
    }

    fn is_closed(&self, gate: &Gate) -> bool {
        self.passed & gate.bit() == 0
    }

    /// The gate that is closed for everything.
    pub(crate) fn whole_gate(&self, now: Moment) -> Option<Gate> {
        let gates = &self.settings.gates;
        let quiet = gates.quiet(now, self.ahead_of_utc()).filter(|gate| self.is_closed(gate));
        quiet.or_else(|| gates.powerless(now, self.settings.power).filter(|gate| self.is_closed(gate)))
    }

    pub(crate) fn gate_for(&self, now: Moment, is_video: bool) -> Option<Gate> {
        let on_the_way = || {
            let gate = self.settings.gates.on_the_way(is_video, &self.around?)?;
            Some(gate).filter(|gate| self.is_closed(gate))
        };
        let no_page =
            || (is_video && self.shift != Shift::Open && self.defers_videos()).then_some(Gate::NoPage);
        self.whole_gate(now).or_else(on_the_way).or_else(no_page)
    }

    fn ahead_of_utc(&self) -> i16 {
        self.around.map_or(0, |around| around.ahead_of_utc)
    }

    /// Whether videos wait while no page is open.
    pub(crate) fn defers_videos(&self) -> bool {
        match self.settings.gates.videos_in_background {
            VideosInBackground::Never => true,
            VideosInBackground::WhereResumable => self.link == Link::Ready(Trust::StoresUnseen),
            VideosInBackground::Always => false,
        }
    }

    pub(super) fn mind_gates(&mut self, now: Moment) {
        if self.whole_gate(now).is_some() {
            let reading: Vec<FileId> = self.jobs.reading().iter().map(|job| job.file).collect();
            reading.into_iter().for_each(|id| self.abandon(id));
        }
        let held = [false, true].map(|is_video| self.gate_for(now, is_video).is_some());
        if self.catalog.hold(held) {
            let sending = self.jobs.sending().iter().map(|job| job.file);
            let held: Vec<FileId> = sending.filter(|id| self.catalog.is_held(*id)).collect();
            held.into_iter().for_each(|id| self.abandon(id));
        }
    }

    /// When a gate opens or closes by itself.
    pub(super) fn gates_change_at(&self, now: Moment) -> Option<Moment> {
        let quiet = self.settings.gates.quiet_hours?;
        let matters = self.may_work() && (self.is_busy() || self.catalog.holds_any());
        quiet.next_change(now, self.ahead_of_utc()).filter(|_| matters)
    }

    /// The gates that files wait behind, and how many.
    pub(crate) fn held(&self, now: Moment) -> Vec<Held> {
        let whole = self.whole_gate(now).is_some();
        let waits = |row: &&Row| match row.state {
            FileState::Ready { .. } => true,
            FileState::Found => whole,
            FileState::Hashed { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Waiting { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Problem { .. }
            | FileState::Gone { .. } => false,
        };
        let mut gates: Vec<Held> = Vec::new();
        for is_video in [false, true] {
            let Some(gate) = self.gate_for(now, is_video) else { continue };
            let theirs = self.sent_by_us().filter(waits);
            let files = theirs.filter(|row| is_video_file(row) == is_video).count() as u64;
            let (photos, videos) = if is_video { (0, files) } else { (files, 0) };
            match gates.last_mut() {
                Some(last) if last.gate == gate => last.videos = videos,
                Some(_) | None => gates.push(Held { gate, photos, videos }),
            }
        }
        gates.retain(|held| held.photos + held.videos > 0);
        gates
    }

    /// Videos that would wait if Safelight were closed now.
    pub(crate) fn deferred(&self) -> u64 {
        let remaining = |row: &&Row| heap_of(&row.state) == Some(Heap::Remaining);
        let count = || self.sent_by_us().filter(remaining).filter(|row| is_video_file(row)).count() as u64;
        if self.defers_videos() { count() } else { 0 }
    }

    /// All but what the browser itself sends.
    fn sent_by_us(&self) -> impl Iterator<Item = &Row> {
        self.catalog.iter().filter(|(id, _)| !self.catalog.is_fetching(*id)).map(|(_, row)| row)
    }
}

pub(crate) fn is_video_file(row: &Row) -> bool {
    kind_of(&row.path) == Some(MediaKind::Video)
}
