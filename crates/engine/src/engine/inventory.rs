//! Tells the server which files the folders hold, so that a folder can be restored as it was.

use crate::time::Moment;

/// The list of a large library is several megabytes of names, so photos that arrive one by one are reported together.
const TELL_EVERY_MS: u64 = 60_000;
/// During a run, the server is told just often enough that a lost disk loses little.
const TELL_DURING_RUN_MS: u64 = 15 * 60_000;

/// What the server has been told.
#[derive(Debug, Default)]
pub(super) struct Inventories {
    /// Something may have changed since.
    is_outdated: bool,
    told_at: Option<Moment>,
}

/// What the engine is doing. It decides when the server is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Pace {
    /// The rows match the disk, as far as anybody can tell.
    Settled,
    /// A run is under way, since this time.
    Running(Option<Moment>),
}

impl Inventories {
    /// Rows changed, or the last report may not have arrived.
    pub(super) fn note_outdated(&mut self) {
        self.is_outdated = true;
    }

    pub(super) fn note_told(&mut self, now: Moment) {
        *self = Inventories { is_outdated: false, told_at: Some(now) };
    }

    pub(super) fn due(&self, now: Moment, pace: Pace) -> Option<Moment> {
        if !self.is_outdated {
            return None;
        }
        // If the clock was set back, a report time in the future must not keep us from reporting.
        let told_at = self.told_at.filter(|at| *at <= now);
        Some(match pace {
            Pace::Settled => told_at.map_or(now, |at| at + TELL_EVERY_MS),
            Pace::Running(began) => told_at.max(began).unwrap_or(now) + TELL_DURING_RUN_MS,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Moment = Moment(1_700_000_000_000);

    #[test]
    fn what_is_new_is_told_at_once_and_then_once_a_minute() {
        let mut inventories = Inventories::default();
        assert_eq!(inventories.due(NOW, Pace::Settled), None, "nothing is new");
        inventories.note_outdated();
        assert_eq!(inventories.due(NOW, Pace::Settled), Some(NOW));
        inventories.note_told(NOW);
        assert_eq!(inventories.due(NOW, Pace::Settled), None);
        inventories.note_outdated();
        assert_eq!(inventories.due(NOW + 1, Pace::Settled), Some(NOW + TELL_EVERY_MS));
    }

    #[test]
    fn a_long_run_is_told_of_every_quarter_of_an_hour() {
        let mut inventories = Inventories::default();
        inventories.note_outdated();
        let running = Pace::Running(Some(NOW));
        assert_eq!(inventories.due(NOW + 5, running), Some(NOW + TELL_DURING_RUN_MS));
    }

    #[test]
    fn a_clock_that_was_set_back_silences_nobody() {
        let mut inventories = Inventories::default();
        inventories.note_told(NOW);
        inventories.note_outdated();
        let earlier = Moment(NOW.0 - 3_600_000);
        assert_eq!(inventories.due(earlier, Pace::Settled), Some(earlier));
    }
}
