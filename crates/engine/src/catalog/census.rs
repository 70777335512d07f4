//! Counts of the rows of each folder. They are updated as rows change, so that a view need not look at every row.

use std::collections::HashMap;

use rustc_hash::FxBuildHasher;

use super::SMALL_BYTES;
use crate::folder::FolderId;
use crate::kind::{Kind, PerKind};
use crate::row::{FileState, Row};
use crate::tally::{Fold, Heap, Tally, heap_of};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Census {
    pub(crate) tally: Tally,
    pub(crate) kinds: PerKind<KindCounts>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KindCounts {
    pub(crate) found: u64,
    pub(crate) ready: u64,
    pub(crate) remaining: u64,
    /// Rows larger than [`SMALL_BYTES`] that the server lacks.
    pub(crate) large_lacking: u64,
}

impl Census {
    pub(crate) fn fold(&mut self, row: &Row, fold: Fold) {
        self.tally.fold(row, fold);
        self.kinds.get_mut(Kind::of(row)).fold(row, fold);
    }
}

impl KindCounts {
    pub(crate) fn add(&mut self, other: &KindCounts) {
        self.found += other.found;
        self.ready += other.ready;
        self.remaining += other.remaining;
        self.large_lacking += other.large_lacking;
    }

    pub(crate) fn fold(&mut self, row: &Row, fold: Fold) {
        let count = |number: &mut u64, counts: bool| fold.number(number, u64::from(counts));
        count(&mut self.found, matches!(row.state, FileState::Found));
        count(&mut self.ready, matches!(row.state, FileState::Ready { .. }));
        count(&mut self.remaining, heap_of(&row.state) == Some(Heap::Remaining));
        count(&mut self.large_lacking, is_large_and_lacking(row));
    }
}

/// Whether the browser itself could upload this file.
pub(crate) fn is_large_and_lacking(row: &Row) -> bool {
    let lacking = matches!(row.state, FileState::Ready { .. } | FileState::Uploading { .. });
    lacking && row.stamp.size > SMALL_BYTES
}

/// The census of every folder that has rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Censuses(HashMap<FolderId, Census, FxBuildHasher>);

impl Censuses {
    pub(crate) fn fold(&mut self, row: &Row, fold: Fold) {
        self.0.entry(row.folder).or_default().fold(row, fold);
    }

    pub(crate) fn of(&self, folder: FolderId) -> Option<&Census> {
        self.0.get(&folder)
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = (FolderId, &Census)> {
        self.0.iter().map(|(id, census)| (*id, census))
    }
}
