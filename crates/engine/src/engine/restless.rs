//! Files that change again and again, such as a recording that grows in bursts. A change that comes after the wait for
//! quiet was over doubles that wait, so that one recording does not become many films; a file that is written steadily
//! waits no longer than before. Kept in memory only: if it is lost, one extra version is uploaded.

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
pub(super) struct Restless(HashMap<FileId, Unrest, FxBuildHasher>);

#[derive(Debug, Clone, Copy)]
struct Unrest {
    since: Moment,
    last_change: Moment,
    quiet_ms: u64,
}

impl Restless {
    /// Records a change of the file; returns how long it must be quiet, in milliseconds.
    pub(super) fn note_change(&mut self, now: Moment, id: FileId) -> u64 {
        self.0.retain(|_, unrest| unrest.is_recent(now));
        let begun = Unrest { since: now, last_change: now, quiet_ms: QUIET_MS };
        let unrest = self.0.entry(id).or_insert(begun);
        if now.since(unrest.last_change) >= unrest.quiet_ms {
            unrest.quiet_ms = (unrest.quiet_ms * 2).min(LONGEST_QUIET_MS);
        }
        unrest.last_change = now;
        unrest.quiet_ms
    }

    /// Whether the file changed a short time ago.
    pub(super) fn has(&self, now: Moment, id: FileId) -> bool {
        self.0.get(&id).is_some_and(|unrest| unrest.is_recent(now))
    }
}

impl Unrest {
    fn is_recent(self, now: Moment) -> bool {
        now.since(self.since) < FORGET_AFTER_MS
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(changes_at_s: &[u64]) -> Vec<u64> {
        let mut restless = Restless::default();
        changes_at_s.iter().map(|at| restless.note_change(Moment(at * 1000), FileId(1)) / 1000).collect()
    }

    #[test]
    fn a_change_after_the_wait_doubles_it_up_to_ten_minutes_and_it_begins_again_after_an_hour() {
        let bursts = [0, 3, 9, 21, 45, 93, 189, 381, 765, 1365, 1965, 3599, 3600];
        assert_eq!(waits(&bursts), [3, 6, 12, 24, 48, 96, 192, 384, 600, 600, 600, 600, 3]);
    }

    #[test]
    fn a_file_that_is_written_steadily_waits_no_longer() {
        assert_eq!(waits(&[0, 1, 2, 3, 4, 5, 6]), [3; 7]);
        assert_eq!(waits(&[0, 5, 10, 15, 20]), [3, 6, 6, 6, 6], "bursts every five seconds");
    }

    #[test]
    fn each_file_has_its_own_wait() {
        let mut restless = Restless::default();
        restless.note_change(Moment(0), FileId(1));
        assert_eq!(restless.note_change(Moment(9_000), FileId(2)), QUIET_MS);
        assert_eq!(restless.note_change(Moment(9_000), FileId(1)), 2 * QUIET_MS);
    }
}
