//! The numbers on the screen, folded from the rows each time they are shown. Nothing counts beside the rows,
//! so *total = protected + remaining + skipped + problems* cannot fail to hold.

use serde::{Deserialize, Serialize};

use crate::row::{Failure, FileState, Problem, Proof, Row, SkipReason};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Every file in the folders as last listed, and every folder's files that could not be listed again.
    pub total: u64,
    pub protected: u64,
    /// What is not yet protected and needs no person; includes what is not yet read.
    pub remaining: u64,
    pub skipped: u64,
    pub problems: u64,
    /// Of the protected, those that the server held before they were sent from here.
    pub already_there: u64,
    pub protected_bytes: u64,
    pub remaining_bytes: u64,
    /// Of the remaining, those that only wait for their next attempt.
    pub waiting: u64,
    /// Of those, the ones that only wait until nobody writes to them any more.
    pub settling: u64,
    /// In the order of the reasons, like the next.
    pub skipped_by_reason: Vec<(SkipReason, u64)>,
    pub problems_by_kind: Vec<(Problem, u64)>,
}

/// The four heaps that every file in a folder lies on one of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heap {
    Protected,
    Remaining,
    Skipped,
    Problems,
}

/// Which heap a state belongs to; `None` is history.
pub(crate) fn heap_of(state: &FileState) -> Option<Heap> {
    match state {
        FileState::Protected { .. } => Some(Heap::Protected),
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. }
        | FileState::Waiting { .. } => Some(Heap::Remaining),
        FileState::Skipped(_) => Some(Heap::Skipped),
        FileState::Problem { .. } => Some(Heap::Problems),
        FileState::Gone { .. } => None,
    }
}

impl Tally {
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Tally {
        let mut tally = Tally::default();
        rows.for_each(|row| tally.add(row));
        tally
    }

    pub(crate) fn add(&mut self, row: &Row) {
        let Some(heap) = heap_of(&row.state) else { return };
        self.total += 1;
        match heap {
            Heap::Protected => {
                self.protected += 1;
                self.protected_bytes += row.stamp.size;
            }
            Heap::Remaining => {
                self.remaining += 1;
                self.remaining_bytes += row.stamp.size;
                if let FileState::Waiting { failure, .. } = row.state {
                    self.waiting += 1;
                    self.settling += u64::from(failure == Failure::Changing);
                }
            }
            Heap::Skipped => self.skipped += 1,
            Heap::Problems => self.problems += 1,
        }
        if let FileState::Protected { proof: Proof::AlreadyThere, .. } = row.state {
            self.already_there += 1;
        }
        if let FileState::Skipped(reason) = row.state {
            count_one(&mut self.skipped_by_reason, reason);
        }
        if let FileState::Problem { problem, .. } = row.state {
            count_one(&mut self.problems_by_kind, problem);
        }
    }
}

/// There are a handful of kinds: a sorted list is smaller and faster than a map.
fn count_one<K: Ord>(counts: &mut Vec<(K, u64)>, kind: K) {
    match counts.binary_search_by(|(known, _)| known.cmp(&kind)) {
        Ok(at) => counts[at].1 += 1,
        Err(at) => counts.insert(at, (kind, 1)),
    }
}
