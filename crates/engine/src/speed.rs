//! The upload speed, measured over the last seconds.

use std::collections::VecDeque;

use crate::time::Moment;

/// Long enough to be steady, short enough to follow a change of network.
const WINDOW_MS: u64 = 8_000;
/// A shorter time is not enough for a measurement.
const SHORTEST_MS: u64 = 1_000;

#[derive(Debug, Default)]
pub(crate) struct Speed {
    moved: VecDeque<(Moment, u64)>,
}

impl Speed {
    pub(crate) fn add(&mut self, now: Moment, bytes: u64) {
        // The clock was set back.
        if self.moved.back().is_some_and(|(at, _)| *at > now) {
            self.moved.clear();
        }
        self.moved.push_back((now, bytes));
        while self.moved.front().is_some_and(|(at, _)| now.since(*at) > WINDOW_MS) {
            self.moved.pop_front();
        }
    }

    /// Bytes per second; `None` if too little was measured or nothing moved recently.
    pub(crate) fn per_second(&self, now: Moment) -> Option<u64> {
        let recent = || self.moved.iter().filter(|(at, _)| now.since(*at) <= WINDOW_MS);
        let (begun, _) = recent().next()?;
        let passed_ms = now.since(*begun);
        let bytes: u64 = recent().skip(1).map(|(_, bytes)| bytes).sum();
        (passed_ms >= SHORTEST_MS).then(|| bytes * 1000 / passed_ms).filter(|rate| *rate > 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speed_follows_the_last_seconds_only() {
        let mut speed = Speed::default();
        assert_eq!(speed.per_second(Moment(0)), None);
        (0..=4).for_each(|second| speed.add(Moment(second * 1000), 500));
        assert_eq!(speed.per_second(Moment(4000)), Some(500));
        assert_eq!(speed.per_second(Moment(60_000)), None);
        (0..=4).for_each(|second| speed.add(Moment(second * 100), 50));
        assert_eq!(speed.per_second(Moment(400)), None, "a clock that was set back begins anew");
        speed.add(Moment(1_400), 700);
        assert_eq!(speed.per_second(Moment(1_400)), Some(642));
    }
}
