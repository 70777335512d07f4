//! How many files are sent at once. Small files are slowed down by the round trip, so sending several at a time is
//! faster. Only measuring tells how many are best.

use crate::time::Moment;

/// A browser opens six connections to a server; one is left for questions and for the page.
pub(crate) const MOST_LANES: usize = 5;
const FIRST_LANES: usize = 3;
/// Long enough for several files to finish in it.
const WINDOW_MS: u64 = 1_500;
/// A step that gains less than this is not worth its load.
const WORTHWHILE_PERCENT: u64 = 5;
/// After this many windows, a neighbouring number of lanes is tried again.
const PATIENCE: u32 = 12;
/// A file costs a round trip in addition to its bytes.
const FILE_COSTS_BYTES: u64 = 32 * 1024;

/// Climbs towards the number of lanes with the highest throughput, one step at a time. A step that gains nothing is
/// undone.
#[derive(Debug)]
pub(crate) struct Pace {
    lanes: usize,
    window: Option<Moment>,
    moved: u64,
    /// Bytes per second in the last window, and the step that led to this one.
    before: Option<(u64, LaneStep)>,
    /// Windows until the next try.
    rest: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum LaneStep {
    Up,
    Down,
    None,
}

impl Default for Pace {
    fn default() -> Pace {
        Pace { lanes: FIRST_LANES, window: None, moved: 0, before: None, rest: 0 }
    }
}

impl Pace {
    pub(crate) fn lanes(&self) -> usize {
        self.lanes
    }

    pub(crate) fn note_bytes(&mut self, bytes: u64) {
        self.moved += bytes;
    }

    pub(crate) fn note_file(&mut self) {
        self.moved += FILE_COSTS_BYTES;
    }

    /// The server or the network is in trouble: halves the lanes.
    pub(crate) fn note_trouble(&mut self) {
        self.lanes = (self.lanes / 2).max(1);
        self.rest = PATIENCE;
        self.forget();
    }

    /// Called after every event; `full` if every lane is in use.
    pub(crate) fn turn(&mut self, now: Moment, full: bool) {
        if !full {
            return self.forget();
        }
        let began = *self.window.get_or_insert(now);
        let passed_ms = now.since(began);
        if passed_ms >= WINDOW_MS {
            let rate = self.moved * 1000 / passed_ms;
            let step = self.next_step(rate);
            self.take(step);
            self.before = Some((rate, step));
            (self.window, self.moved) = (Some(now), 0);
        }
    }

    /// Discards the measurement. Empty lanes say nothing about how many would be good.
    fn forget(&mut self) {
        (self.window, self.moved, self.before) = (None, 0, None);
    }

    fn next_step(&mut self, rate: u64) -> LaneStep {
        let worth = |rate: u64| rate + rate * WORTHWHILE_PERCENT / 100;
        match self.before {
            Some((before, LaneStep::Up)) if rate > worth(before) && self.lanes < MOST_LANES => LaneStep::Up,
            Some((before, LaneStep::Up)) if rate > worth(before) => self.rest_after(LaneStep::None),
            Some((_, LaneStep::Up)) => self.rest_after(LaneStep::Down),
            Some((before, LaneStep::Down)) if worth(rate) < before => self.rest_after(LaneStep::Up),
            Some((_, LaneStep::Down)) => self.rest_after(LaneStep::None),
            Some((_, LaneStep::None)) | None if self.rest > 0 => {
                self.rest -= 1;
                LaneStep::None
            }
            Some((_, LaneStep::None)) | None if self.lanes < MOST_LANES => LaneStep::Up,
            Some((_, LaneStep::None)) | None => self.rest_after(LaneStep::Down),
        }
    }

    fn rest_after(&mut self, step: LaneStep) -> LaneStep {
        self.rest = PATIENCE;
        step
    }

    fn take(&mut self, step: LaneStep) {
        self.lanes = match step {
            LaneStep::Up => (self.lanes + 1).min(MOST_LANES),
            LaneStep::Down => (self.lanes - 1).max(1),
            LaneStep::None => self.lanes,
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs a pace on a connection that moves `rate` bytes per second with the given number of lanes.
    fn run(seconds: u64, rate: impl Fn(usize) -> u64) -> Vec<usize> {
        let mut pace = Pace::default();
        let turn = |step: u64| {
            pace.note_bytes(rate(pace.lanes()) / 10);
            pace.turn(Moment(step * 100), true);
            pace.lanes()
        };
        (0..seconds * 10).map(turn).collect()
    }

    #[test]
    fn where_more_lanes_move_more_it_uses_all() {
        let lanes = run(60, |lanes| lanes as u64 * 1_000_000);
        let most = lanes.iter().filter(|lanes| **lanes == MOST_LANES).count();
        assert!(most > lanes.len() * 7 / 10, "{lanes:?}");
    }

    #[test]
    fn where_one_lane_fills_the_way_it_does_not_crowd() {
        let lanes = run(60, |lanes| 10_000_000 / (lanes as u64 + 3));
        assert!(*lanes.last().unwrap() <= FIRST_LANES, "{lanes:?}");
    }

    #[test]
    fn trouble_halves_it_and_one_always_stays() {
        let mut pace = Pace::default();
        pace.note_trouble();
        assert_eq!(pace.lanes(), 1);
        pace.note_trouble();
        assert_eq!(pace.lanes(), 1);
    }

    #[test]
    fn empty_lanes_teach_nothing() {
        let mut pace = Pace::default();
        (0..600).for_each(|step| pace.turn(Moment(step * 100), false));
        assert_eq!(pace.lanes(), FIRST_LANES);
    }

    /// The lanes after each window. Each window ends to the millisecond and moved the given number of bytes.
    fn after_windows(mut pace: Pace, moved: impl IntoIterator<Item = u64>) -> Vec<usize> {
        pace.turn(Moment(0), true);
        let window = |(number, bytes): (u64, u64)| {
            pace.note_bytes(bytes);
            pace.turn(Moment(number * WINDOW_MS), true);
            pace.lanes()
        };
        (1..).zip(moved).map(window).collect()
    }

    #[test]
    fn a_step_that_gains_five_per_cent_is_kept_and_one_that_gains_less_is_taken_back() {
        assert_eq!(after_windows(Pace::default(), [14_900, 15_900]), [4, 5]);
        assert_eq!(after_windows(Pace::default(), [14_900, 15_500]), [4, 3]);
    }

    #[test]
    fn after_trouble_it_rests_before_it_tries_more() {
        let mut pace = Pace::default();
        pace.note_trouble();
        let lanes = after_windows(pace, [15_000; PATIENCE as usize + 1]);
        assert_eq!(lanes.iter().position(|lanes| *lanes == 2), Some(PATIENCE as usize), "{lanes:?}");
    }

    #[test]
    fn with_all_lanes_in_use_it_tries_fewer_now_and_then() {
        let gains = [10_000, 20_000, 30_000, 30_000];
        let lanes = after_windows(Pace::default(), gains.into_iter().chain([30_000; PATIENCE as usize + 1]));
        assert_eq!(lanes[..4], [4, 5, 5, 5], "{lanes:?}");
        assert_eq!(lanes[3..].iter().position(|lanes| *lanes == 4), Some(PATIENCE as usize), "{lanes:?}");
    }

    #[test]
    fn a_file_counts_beside_its_bytes() {
        let mut pace = Pace::default();
        pace.turn(Moment(0), true);
        for (window, files) in [(1, 10), (2, 20)] {
            (0..files).for_each(|_| pace.note_file());
            pace.turn(Moment(window * WINDOW_MS), true);
        }
        assert_eq!(pace.lanes(), 5);
    }
}
