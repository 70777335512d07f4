//! Enforces the gates. Files that may not be sent now are out of the queue, and uploads are stopped when a gate
//! closes.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::shared::Shared;
use crate::catalog::KindCounts;
use crate::gate::{Gate, GateKind, Held, PowerSeen, Surroundings};
use crate::kind::{Kind, PerKind};
use crate::row::FileId;
use crate::tally::Fold;
use crate::time::Moment;

#[derive(Debug, Default)]
pub(crate) struct Gates {
    /// `None` until the host reports it. Nothing is read or sent before that.
    around: Option<Surroundings>,
    /// The person asked for this run, whatever the switches say.
    pub(crate) run_asked: bool,
    /// The gates that the person lets this run ignore.
    passed: HashSet<GateKind, FxBuildHasher>,
}

/// What the gates depend on, besides the settings.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Conditions {
    pub(crate) now: Moment,
    /// No page is open, and videos wait for one.
    pub(crate) videos_wait_for_page: bool,
}

impl Gates {
    pub(super) fn knows_surroundings(&self) -> bool {
        self.around.is_some()
    }

    pub(super) fn surroundings_changed(&mut self, now: Moment, shared: &mut Shared, around: Surroundings) {
        self.around = Some(around);
        if let Some(power) = around.power {
            shared.memory.change(|memory| memory.power = Some(PowerSeen { power, at: now }));
        }
    }

    /// Lets this run ignore the gates that are closed now, and no others.
    pub(super) fn pass(&mut self, shared: &Shared, conditions: Conditions) {
        for kind in Kind::ALL {
            while let Some(gate) = self.closed_for(kind, shared, conditions) {
                self.passed.insert(gate.kind());
            }
        }
        self.run_asked = true;
    }

    pub(super) fn end_asked_run(&mut self) {
        self.run_asked = false;
        self.passed.clear();
    }

    /// Whether the person lets this run ignore a gate.
    pub(super) fn has_passed(&self) -> bool {
        !self.passed.is_empty()
    }

    fn is_closed(&self, gate: &Gate) -> bool {
        !self.passed.contains(&gate.kind())
    }

    /// The gate that is closed for everything, including reading.
    pub(crate) fn closed_for_all(&self, shared: &Shared, now: Moment) -> Option<Gate> {
        let rules = &shared.settings.gates;
        let quiet = rules.quiet(now, self.ahead_of_utc()).filter(|gate| self.is_closed(gate));
        quiet.or_else(|| rules.powerless(now, shared.memory.power).filter(|gate| self.is_closed(gate)))
    }

    pub(crate) fn closed_for(&self, kind: Kind, shared: &Shared, conditions: Conditions) -> Option<Gate> {
        let on_the_way = || {
            let gate = shared.settings.gates.on_the_way(kind, &self.around?)?;
            Some(gate).filter(|gate| self.is_closed(gate))
        };
        let no_page = || (kind == Kind::Video && conditions.videos_wait_for_page).then_some(Gate::NoPage);
        self.closed_for_all(shared, conditions.now).or_else(on_the_way).or_else(no_page)
    }

    fn ahead_of_utc(&self) -> i16 {
        self.around.map_or(0, |around| around.ahead_of_utc)
    }

    /// Takes files behind a closed gate out of the queues, and stops the work on them.
    pub(super) fn close(&self, shared: &mut Shared, conditions: Conditions) {
        if self.closed_for_all(shared, conditions.now).is_some() {
            let reading: Vec<FileId> = shared.jobs.reading().iter().map(|job| job.file).collect();
            reading.into_iter().for_each(|id| shared.abandon(id));
        }
        let held = PerKind::of(|kind| self.closed_for(kind, shared, conditions).is_some());
        if shared.catalog.hold(held) {
            let sending = shared.jobs.sending().iter().map(|job| job.file);
            let held: Vec<FileId> = sending.filter(|id| shared.catalog.is_held(*id)).collect();
            held.into_iter().for_each(|id| shared.abandon(id));
        }
    }

    /// When a gate opens or closes by itself.
    pub(super) fn next_change(&self, shared: &Shared, now: Moment) -> Option<Moment> {
        shared.settings.gates.quiet_hours?.next_change(now, self.ahead_of_utc())
    }

    /// The gates that hold files back, and how many files each holds.
    pub(crate) fn held(&self, shared: &Shared, conditions: Conditions) -> Vec<Held> {
        let waits = |counts: KindCounts| match self.closed_for_all(shared, conditions.now) {
            Some(_) => counts.ready + counts.found,
            None => counts.ready,
        };
        let mut gates: Vec<Held> = Vec::new();
        for kind in Kind::ALL {
            let Some(gate) = self.closed_for(kind, shared, conditions) else { continue };
            let files = waits(shared.sent_by_us(kind));
            let (photos, videos) = match kind {
                Kind::Photo => (files, 0),
                Kind::Video => (0, files),
            };
            match gates.last_mut() {
                Some(last) if last.gate == gate => last.videos = videos,
                Some(_) | None => gates.push(Held { gate, photos, videos }),
            }
        }
        gates.retain(|held| held.photos + held.videos > 0);
        gates
    }
}

impl Shared {
    /// The counts of a kind, without the files that the browser itself is uploading.
    pub(crate) fn sent_by_us(&self, kind: Kind) -> KindCounts {
        let mut counts = KindCounts::default();
        self.catalog.censuses().for_each(|(_, census)| counts.add(census.kinds.get(kind)));
        let fetching = self.catalog.fetching().iter().filter_map(|id| self.catalog.get(*id));
        fetching.filter(|row| Kind::of(row) == kind).for_each(|row| counts.fold(row, Fold::Out));
        counts
    }
}
