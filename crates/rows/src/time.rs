//! Time as the engine knows it: a number that the host passes in.

use std::ops::Add;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Moment(pub u64);

/// The engine never waits longer than this. A longer wait means that the clock was set back.
pub const LONGEST_SANE_WAIT_MS: u64 = 3_600_000;

impl Moment {
    /// Whether an awaited time has come, or is further ahead than the engine ever waits.
    pub fn is_due(self, now: Moment) -> bool {
        self <= now || self.since(now) > LONGEST_SANE_WAIT_MS
    }

    /// Milliseconds from `earlier` to this moment; zero if the clock was set back meanwhile.
    pub fn since(self, earlier: Moment) -> u64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Adds milliseconds.
impl Add<u64> for Moment {
    type Output = Moment;

    fn add(self, ms: u64) -> Moment {
        Moment(self.0.saturating_add(ms))
    }
}
