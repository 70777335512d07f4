//! Time as the engine knows it: a number that the host passes in.

use std::ops::Add;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct Moment(pub u64);

impl Moment {
    /// Milliseconds from `earlier` to here; zero if the clock was set back meanwhile.
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
