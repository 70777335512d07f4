//! Files that change again and again, such as a recording that grows in bursts. Each change doubles the wait for quiet,
//! so that one recording does not become many films. Kept in memory only: if it is lost, one extra version is uploaded.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use crate::row::FileId;
use crate::time::Moment;

/// A camera or a download writes more often than this.
pub(super) const QUIET_MS: u64 = 3_000;
/// Even a slow recorder writes more often than this.
const LONGEST_QUIET_MS: u64 = 10 * 60_000;
/// After this long, the waits are short again, so that a file that never stops changing gets a version an hour.
const FORGET_AFTER_MS: u64 = 60 * 60_000;

#[derive(Debug, Default)]
pub(super) struct Restless(HashMap<FileId, Changes, FxBuildHasher>);

#[derive(Debug, Clone, Copy)]
struct Changes {
    count: u32,
    first: Moment,
}

impl Restless {
    /// Records a change of the file; returns how long it must be quiet, in milliseconds.
    pub(super) fn note_change(&mut self, now: Moment, id: FileId) -> u64 {
        self.0.retain(|_, changes| changes.are_recent(now));
        let before = self.0.get(&id).copied();
        let count = before.map_or(0, |changes| changes.count + 1);
        let first = before.map_or(now, |changes| changes.first);
        self.0.insert(id, Changes { count, first });
        (QUIET_MS << count.min(16)).min(LONGEST_QUIET_MS)
    }

    /// Whether the file changed a short time ago.
    pub(super) fn has(&self, now: Moment, id: FileId) -> bool {
        self.0.get(&id).is_some_and(|changes| changes.are_recent(now))
    }
}

impl Changes {
    fn are_recent(self, now: Moment) -> bool {
        now.since(self.first) < FORGET_AFTER_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_change_doubles_the_wait_up_to_ten_minutes_and_it_begins_again_after_an_hour() {
        let mut restless = Restless::default();
        let mut waits: Vec<u64> =
            (0..10).map(|at| restless.note_change(Moment(at), FileId(1)) / 1000).collect();
        waits.push(restless.note_change(Moment(FORGET_AFTER_MS + 9), FileId(1)) / 1000);
        assert_eq!(waits, [3, 6, 12, 24, 48, 96, 192, 384, 600, 600, 3]);
        assert_eq!(restless.note_change(Moment(0), FileId(2)), QUIET_MS, "each file has its own");
    }
}
