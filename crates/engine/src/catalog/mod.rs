//! The rows, and the work queues derived from them. Only this module sets a row's state.
//!
//! Invariant: the queues hold exactly the rows whose state asks for that work and that nobody has claimed. They are
//! rebuilt from the rows at every start and never saved. The counts always match the rows.

mod availability;
mod census;
mod queue;

use std::collections::BTreeSet;
use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::folder::{FolderId, ScanId};
use crate::row::{FileId, FileState, Row, SavedRow, Stamp};
use crate::tally::{Fold, Tally};
use availability::Availability;
use census::Censuses;
pub(crate) use census::{Census, KindCounts, is_large_and_lacking};
use queue::Queues;
pub(crate) use queue::{Order, SMALL_BYTES, Work};

#[derive(Default)]
pub(crate) struct Catalog {
    rows: Vec<Option<Row>>,
    by_path: HashTable<FileId>,
    /// The last listing that named each row.
    seen: Vec<ScanId>,
    queues: Queues,
    availability: Availability,
    censuses: Censuses,
    unsaved: BTreeSet<FileId>,
    /// How many times all rows were iterated.
    #[cfg(feature = "testing")]
    passes: std::cell::Cell<u64>,
}

impl Catalog {
    pub(crate) fn ordered(order: Order) -> Catalog {
        Catalog { queues: Queues::ordered(order), ..Catalog::default() }
    }

    /// Loads the rows from the store. A row that was in flight when it was saved starts again with a question to the
    /// server.
    pub(crate) fn restore(&mut self, saved: Vec<SavedRow>) {
        self.rows.reserve(saved.len());
        self.seen.reserve(saved.len());
        for SavedRow { id, row } in saved {
            let Some(mut row) = row else { continue };
            if matches!(row.state, FileState::Ready { .. } | FileState::Uploading { .. }) {
                row.state = FileState::begin_again(row.state.digest());
            }
            self.place(id, row);
        }
    }

    pub(crate) fn insert(&mut self, row: Row) -> FileId {
        let id = FileId(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.place(id, row);
        self.unsaved.insert(id);
        id
    }

    /// Gives new rows no id below this one: a record with such an id exists but cannot be read.
    pub(crate) fn keep_free_below(&mut self, id: FileId) {
        let len = self.rows.len().max(id.0 as usize);
        self.rows.resize(len, None);
        self.seen.resize(len, ScanId::default());
    }

    fn place(&mut self, id: FileId, row: Row) {
        self.keep_free_below(FileId(id.0 + 1));
        let hash = FxBuildHasher.hash_one((row.folder, &row.path));
        self.censuses.fold(&row, Fold::In);
        self.rows[id.0 as usize] = Some(row);
        let rows = &self.rows;
        self.by_path.insert_unique(hash, id, |other| hash_of(rows, *other));
        self.enqueue(id);
    }

    pub(crate) fn get(&self, id: FileId) -> Option<&Row> {
        self.rows.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn find(&self, folder: FolderId, path: &str) -> Option<FileId> {
        let same = |id: &FileId| self.get(*id).is_some_and(|row| row.folder == folder && &*row.path == path);
        self.by_path.find(FxBuildHasher.hash_one((folder, path)), same).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (FileId, &Row)> {
        #[cfg(feature = "testing")]
        self.passes.set(self.passes.get() + 1);
        self.rows.iter().zip(0..).filter_map(|(row, id)| Some((FileId(id), row.as_ref()?)))
    }

    /// The rows that match.
    pub(crate) fn select(&self, wanted: impl Fn(FileId, &Row) -> bool) -> Vec<FileId> {
        self.iter().filter(|(id, row)| wanted(*id, row)).map(|(id, _)| id).collect()
    }

    pub(crate) fn files_of(&self, folder: FolderId) -> Vec<FileId> {
        self.select(|_, row| row.folder == folder)
    }

    pub(crate) fn digest_of(&self, id: FileId) -> Option<protocol::Digest> {
        self.get(id)?.state.digest()
    }

    pub(crate) fn is_hidden(&self, id: FileId) -> bool {
        self.get(id).is_some_and(|row| row.hidden)
    }

    /// Bytes.
    pub(crate) fn size_of(&self, id: FileId) -> u64 {
        self.get(id).map_or(0, |row| row.stamp.size)
    }

    pub(crate) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        self.censuses.all().for_each(|(_, census)| tally.add(&census.tally));
        tally
    }

    pub(crate) fn census_of(&self, folder: FolderId) -> Option<&Census> {
        self.censuses.of(folder)
    }

    pub(crate) fn censuses(&self) -> impl Iterator<Item = (FolderId, &Census)> {
        self.censuses.all()
    }

    #[cfg(feature = "testing")]
    pub(crate) fn passes(&self) -> u64 {
        self.passes.get()
    }

    /// For tests: whether the counts match the rows.
    #[cfg(feature = "testing")]
    pub(crate) fn counts_right(&self) -> bool {
        let mut counted = Censuses::default();
        self.iter().for_each(|(_, row)| counted.fold(row, Fold::In));
        let nothing = Census::default();
        let is_same = |(id, census): (FolderId, &Census)| *census == *counted.of(id).unwrap_or(&nothing);
        self.censuses.all().all(is_same)
    }

    /// Sets a row's state.
    pub(crate) fn set_state(&mut self, id: FileId, state: FileState) {
        self.change(id, |row| row.state = state);
    }

    /// Resets the row to what is certain: the digest, or nothing.
    pub(crate) fn begin_again(&mut self, id: FileId) {
        self.set_state(id, FileState::begin_again(self.digest_of(id)));
    }

    /// Records that the content changed. What was known about the old content is discarded.
    pub(crate) fn set_content(&mut self, id: FileId, stamp: Stamp, state: FileState) {
        if self.has_copy(id) {
            self.drop_copy(id);
        }
        self.change(id, |row| {
            if let FileState::Protected { digest, .. } = row.state {
                row.before = Some(Box::new(digest));
            }
            row.stamp = stamp;
            row.state = state;
            row.attempts = 0;
        });
    }

    /// Sets whether the browser leaves the file out of its folder's listings.
    pub(crate) fn set_hidden(&mut self, id: FileId, hidden: bool) {
        self.change(id, |row| row.hidden = hidden);
    }

    pub(crate) fn count_attempt(&mut self, id: FileId) -> u8 {
        self.change(id, |row| row.attempts = row.attempts.saturating_add(1));
        self.get(id).map_or(0, |row| row.attempts)
    }

    /// Sets the proven state. Earlier attempts and contents no longer matter.
    pub(crate) fn protect(&mut self, id: FileId, proven: FileState) {
        self.change(id, |row| {
            row.state = proven;
            row.attempts = 0;
            row.before = None;
        });
    }

    pub(crate) fn forget_attempts(&mut self, id: FileId) {
        self.change(id, |row| row.attempts = 0);
    }

    fn change(&mut self, id: FileId, change: impl FnOnce(&mut Row)) {
        self.dequeue(id);
        if let Some(Some(row)) = self.rows.get_mut(id.0 as usize) {
            self.censuses.fold(row, Fold::Out);
            change(row);
            self.censuses.fold(row, Fold::In);
            // A ready row need not be saved: after a restart the server can be asked again.
            if !matches!(row.state, FileState::Ready { .. }) {
                self.unsaved.insert(id);
            }
        }
        self.judge_copy(id);
        self.enqueue(id);
    }

    pub(crate) fn remove(&mut self, id: FileId) {
        self.dequeue(id);
        let Some(row) = self.rows.get_mut(id.0 as usize).and_then(Option::take) else { return };
        self.censuses.fold(&row, Fold::Out);
        let hash = FxBuildHasher.hash_one((row.folder, &row.path));
        if let Ok(entry) = self.by_path.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
        self.judge_copy(id);
        self.unsaved.insert(id);
    }

    pub(crate) fn mark_seen(&mut self, id: FileId, scan: ScanId) {
        if let Some(mark) = self.seen.get_mut(id.0 as usize) {
            *mark = scan;
        }
    }

    pub(crate) fn was_seen(&self, id: FileId, scan: ScanId) -> bool {
        self.seen.get(id.0 as usize) == Some(&scan)
    }

    pub(crate) fn unsaved(&self) -> impl Iterator<Item = FileId> {
        self.unsaved.iter().copied()
    }

    /// The rows that changed since the last call, ready for the store.
    pub(crate) fn take_unsaved(&mut self) -> Vec<SavedRow> {
        let changed = std::mem::take(&mut self.unsaved);
        changed.into_iter().map(|id| SavedRow { id, row: self.get(id).cloned() }).collect()
    }
}

fn hash_of(rows: &[Option<Row>], id: FileId) -> u64 {
    let row = rows.get(id.0 as usize).and_then(Option::as_ref);
    row.map_or(0, |row| FxBuildHasher.hash_one((row.folder, &row.path)))
}
