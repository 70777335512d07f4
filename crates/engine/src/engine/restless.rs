//! Files that change again and again, such as a recording that grows in bursts. Each change doubles the wait for quiet, so
//! that one recording does not become many films. Kept in memory only: forgetting it costs one version too many.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::row::FileId;
use crate::time::Moment;

/// A camera or a download writes more often than this.
pub(super) const QUIET_MS: u64 = 3_000;
/// Even a slow recorder writes more often than this.
const LONGEST_QUIET_MS: u64 = 10 * 60_000;
/// A file that was quiet for this long begins with a short wait again.
const FORGET_AFTER_MS: u64 = 60 * 60_000;

#[derive(Debug, Default)]
pub(super) struct Restless(HashMap<FileId, Changes, FxBuildHasher>);

#[derive(Debug, Clone, Copy)]
struct Changes {
    count: u32,
    last: Moment,
}

impl Restless {
    /// Records a change of the file; returns how long it must be quiet, in milliseconds.
    pub(super) fn note_change(&mut self, now: Moment, id: FileId) -> u64 {
        self.0.retain(|_, changes| changes.are_recent(now));
        let before = self.0.get(&id).copied();
        let count = before.map_or(0, |changes| changes.count + 1);
        self.0.insert(id, Changes { count, last: now });
        (QUIET_MS << count.min(16)).min(LONGEST_QUIET_MS)
    }

    /// Whether the file changed a short time ago.
    pub(super) fn has(&self, now: Moment, id: FileId) -> bool {
        self.0.get(&id).is_some_and(|changes| changes.are_recent(now))
    }
}

impl Changes {
    fn are_recent(self, now: Moment) -> bool {
        now.since(self.last) < FORGET_AFTER_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_doubles_the_wait_up_to_ten_minutes_and_an_hour_of_quiet_ends_that() {
        let mut restless = Restless::default();
        let mut waits: Vec<u64> =
            (0..10).map(|at| restless.note_change(Moment(at), FileId(1)) / 1000).collect();
        waits.push(restless.note_change(Moment(FORGET_AFTER_MS + 9), FileId(1)) / 1000);
        assert_eq!(waits, [3, 6, 12, 24, 48, 96, 192, 384, 600, 600, 3]);
        assert_eq!(restless.note_change(Moment(0), FileId(2)), QUIET_MS, "each file has its own");
    }
}
