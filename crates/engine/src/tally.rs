//! The numbers on the screen, folded from the rows. Each row is on one heap, so *total = protected + remaining +
//! skipped + problems* always holds. The catalog folds rows in and out in the one place where rows change. The
//! simulator compares the result with a fold of all rows.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::link::Halt;
use crate::row::{Failure, FileState, Problem, Proof, Row, SkipReason};

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// All files of all folders, as last listed. A folder that could not be listed again keeps its earlier files.
    pub total: u64,
    pub protected: u64,
    /// Files that are not protected yet and do not need the person. Includes files that are not read yet.
    pub remaining: u64,
    pub skipped: u64,
    pub problems: u64,
    /// Protected files that the server already held before they were sent from here.
    pub already_there: u64,
    pub protected_bytes: u64,
    pub remaining_bytes: u64,
    /// Remaining files that only wait for their next attempt.
    pub waiting: u64,
    /// Waiting files that only wait until nobody writes to them.
    pub settling: u64,
    /// Waiting files that do not fit into the account's quota.
    pub over_quota: u64,
    /// Waiting files that do not fit on the server's disk.
    pub over_disk: u64,
    /// The bytes of the files that wait for room.
    pub roomless_bytes: u64,
    /// Files that the browser hides from web apps and that are not protected.
    pub hidden: u64,
    pub skipped_by_reason: BTreeMap<SkipReason, u64>,
    pub problems_by_kind: BTreeMap<Problem, u64>,
}

/// The four heaps. Every file in a folder is on exactly one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heap {
    Protected,
    Remaining,
    Skipped,
    Problems,
}

/// Which heap a state belongs to; `None` for a file that is only history.
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
        FileState::Problem { .. } | FileState::InTrash { .. } => Some(Heap::Problems),
        FileState::Gone { .. } => None,
    }
}

/// Whether the browser hides the file, and it is to be backed up but not protected.
pub(crate) fn is_hidden_and_lacking(row: &Row) -> bool {
    row.hidden && matches!(heap_of(&row.state), Some(Heap::Remaining | Heap::Problems))
}

/// Whether a row is folded in or out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    In,
    Out,
}

impl Fold {
    pub(crate) fn number(self, count: &mut u64, by: u64) {
        *count = match self {
            Fold::In => *count + by,
            Fold::Out => count.saturating_sub(by),
        };
    }

    /// A kind with a count of zero has no entry.
    fn one_of<K: Ord>(self, counts: &mut BTreeMap<K, u64>, kind: K) {
        let mut count = counts.remove(&kind).unwrap_or(0);
        self.number(&mut count, 1);
        if count > 0 {
            counts.insert(kind, count);
        }
    }
}

impl Tally {
    /// The tally of these rows.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) fn of<'a>(rows: impl Iterator<Item = &'a Row>) -> Tally {
        let mut tally = Tally::default();
        rows.for_each(|row| tally.fold(row, Fold::In));
        tally
    }

    /// Adds the numbers of another tally.
    pub(crate) fn add(&mut self, other: &Tally) {
        for (here, there) in [
            (&mut self.total, other.total),
            (&mut self.protected, other.protected),
            (&mut self.remaining, other.remaining),
            (&mut self.skipped, other.skipped),
            (&mut self.problems, other.problems),
            (&mut self.already_there, other.already_there),
            (&mut self.protected_bytes, other.protected_bytes),
            (&mut self.remaining_bytes, other.remaining_bytes),
            (&mut self.waiting, other.waiting),
            (&mut self.settling, other.settling),
            (&mut self.over_quota, other.over_quota),
            (&mut self.over_disk, other.over_disk),
            (&mut self.roomless_bytes, other.roomless_bytes),
            (&mut self.hidden, other.hidden),
        ] {
            *here += there;
        }
        for (reason, count) in &other.skipped_by_reason {
            *self.skipped_by_reason.entry(*reason).or_default() += count;
        }
        for (problem, count) in &other.problems_by_kind {
            *self.problems_by_kind.entry(*problem).or_default() += count;
        }
    }

    /// The bytes that may be sent as things are.
    pub(crate) fn sendable_bytes(&self) -> u64 {
        self.remaining_bytes.saturating_sub(self.roomless_bytes)
    }

    /// Why files wait for room on the server, if any do.
    pub fn lack_of_room(&self) -> Option<Halt> {
        if self.over_disk > 0 {
            Some(Halt::DiskFull)
        } else {
            (self.over_quota > 0).then_some(Halt::QuotaFull)
        }
    }

    pub(crate) fn fold(&mut self, row: &Row, fold: Fold) {
        let Some(heap) = heap_of(&row.state) else { return };
        fold.number(&mut self.total, 1);
        let size = row.stamp.size;
        fold.number(&mut self.hidden, u64::from(is_hidden_and_lacking(row)));
        match heap {
            Heap::Protected => {
                fold.number(&mut self.protected, 1);
                fold.number(&mut self.protected_bytes, size);
            }
            Heap::Remaining => {
                fold.number(&mut self.remaining, 1);
                fold.number(&mut self.remaining_bytes, size);
            }
            Heap::Skipped => fold.number(&mut self.skipped, 1),
            Heap::Problems => fold.number(&mut self.problems, 1),
        }
        match row.state {
            FileState::Waiting { failure, .. } => {
                fold.number(&mut self.waiting, 1);
                fold.number(&mut self.settling, u64::from(failure == Failure::Changing));
                fold.number(&mut self.over_quota, u64::from(failure == Failure::QuotaFull));
                fold.number(&mut self.over_disk, u64::from(failure == Failure::DiskFull));
                if failure.is_lack_of_room() {
                    fold.number(&mut self.roomless_bytes, size);
                }
            }
            FileState::Protected { proof: Proof::AlreadyThere, .. } => {
                fold.number(&mut self.already_there, 1);
            }
            FileState::Skipped(reason) => fold.one_of(&mut self.skipped_by_reason, reason),
            FileState::Problem { .. } | FileState::InTrash { .. } => {
                row.state
                    .problem()
                    .into_iter()
                    .for_each(|kind| fold.one_of(&mut self.problems_by_kind, kind));
            }
            FileState::Protected { proof: Proof::Stored, .. }
            | FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Gone { .. } => {}
        }
    }
}
