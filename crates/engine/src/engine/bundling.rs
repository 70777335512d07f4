//! What is sent together in one request. A request costs a browser more than a small file does.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::shared::Shared;
use crate::abilities::Abilities;
use crate::event::JobId;
use crate::row::{FileId, Row};

/// Larger files gain too little from company.
const MOST_OF_ONE_BYTES: u64 = 4 << 20;
/// Larger bundles are no faster (measured).
const MOST_BYTES: u64 = 8 << 20;
const MOST_FILES: usize = 64;
/// Even on a slow line, so many bytes are soon sent.
const LEAST_BYTES: u64 = 64 << 10;
/// A bundle takes about as long as this: its files are protected only at its end, and a kill costs all of it.
const TAKES_MS: u64 = 1_000;

/// The form's own text for each file, at most.
const FORM_BYTES: u64 = 1 << 10;
/// After so many files, larger bundles are tried again.
const PATIENCE: u32 = 500;

pub(super) struct Bundling {
    /// Files whose bundle failed as a whole. One of them may be the cause.
    alone: HashSet<FileId, FxBuildHasher>,
    /// Bytes. Becomes less each time a bundle fails: something on the way may refuse large requests.
    most: u64,
    /// Bytes of the last bundle.
    last: u64,
    /// The last bundle that failed.
    failed: Option<JobId>,
    /// Files that were sent since then.
    sent: u32,
}

/// How much the next bundle may carry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) files: usize,
    pub(super) bytes: u64,
}

impl Default for Bundling {
    fn default() -> Bundling {
        Bundling { alone: HashSet::default(), most: MOST_BYTES, last: MOST_BYTES, failed: None, sent: 0 }
    }
}

impl Bundling {
    /// None if the server takes no bundles. `rate` is in bytes per second, of all lanes together, if it is known.
    pub(super) fn room(&self, abilities: Abilities, rate: Option<u64>, lanes: usize) -> Option<Room> {
        let files = abilities.bundle_of?;
        let up_to = abilities.pieces.and_then(|pieces| pieces.up_to).unwrap_or(u64::MAX);
        let in_time = rate.unwrap_or_default() / lanes.max(1) as u64 * TAKES_MS / 1_000;
        let bytes = in_time.max(LEAST_BYTES).min(self.most).min(up_to);
        Some(Room { files: (files as usize).min(MOST_FILES), bytes })
    }

    /// What a file takes of the room.
    pub(super) fn takes(size: u64) -> u64 {
        size + FORM_BYTES
    }

    /// Whether the file may be sent with others. One that failed before may be what makes a bundle fail.
    pub(super) fn suits(&self, shared: &Shared, id: FileId) -> bool {
        let fits = |row: &Row| row.attempts == 0 && row.stamp.size <= MOST_OF_ONE_BYTES;
        shared.catalog.get(id).is_some_and(fits) && !self.alone.contains(&id)
    }

    pub(super) fn note_begun(&mut self, bytes: u64) {
        self.last = bytes;
    }

    /// The file's bundle failed as a whole. True for the first file of each bundle.
    pub(super) fn note_failed(&mut self, request: JobId, id: FileId, may_be_too_large: bool) -> bool {
        self.alone.insert(id);
        let is_first = self.failed.replace(request) != Some(request);
        if is_first && may_be_too_large {
            (self.most, self.sent) = (self.most.min(self.last) / 2, 0);
        }
        is_first
    }

    /// The file has had an end of its own.
    pub(super) fn note_ended(&mut self, id: FileId) {
        self.alone.remove(&id);
        self.sent += 1;
        if self.sent >= PATIENCE {
            (self.most, self.sent) = ((self.most * 2).clamp(LEAST_BYTES, MOST_BYTES), 0);
        }
    }
}

#[cfg(test)]
mod tests {
    use protocol::safelight::Pieces;

    use super::*;

    #[test]
    fn a_bundle_takes_about_a_second_of_its_lane() {
        let bundling = Bundling::default();
        let bytes = |rate| bundling.room(Abilities::of_a_vault(), rate, 4).map(|room| room.bytes);
        assert_eq!(bytes(None), Some(LEAST_BYTES), "nothing is known of the line");
        assert_eq!(bytes(Some(4_000)), Some(LEAST_BYTES));
        assert_eq!(bytes(Some(400_000)), Some(100_000));
        assert_eq!(bytes(Some(1 << 30)), Some(MOST_BYTES));
        assert!(bundling.room(Abilities::default(), Some(1 << 30), 4).is_none(), "the server takes none");
        let pieces = Some(Pieces { from: 500, up_to: Some(1_000) });
        let small = Abilities { bundle_of: Some(3), pieces, ..Abilities::default() };
        let room = bundling.room(small, Some(1 << 30), 4).unwrap();
        assert_eq!((room.files, room.bytes), (3, 1_000));
    }

    #[test]
    fn each_bundle_that_fails_makes_them_smaller_once_and_after_many_files_they_grow_again() {
        let mut bundling = Bundling::default();
        let bytes =
            |bundling: &Bundling| bundling.room(Abilities::of_a_vault(), Some(1 << 30), 1).unwrap().bytes;
        bundling.note_begun(1 << 20);
        let firsts = [1, 1, 2, 2].map(|request| bundling.note_failed(JobId(request), FileId(1), true));
        assert_eq!((firsts, bytes(&bundling)), ([true, false, true, false], 1 << 18));
        assert!(bundling.note_failed(JobId(3), FileId(1), false));
        assert_eq!(bytes(&bundling), 1 << 18, "its size was not the reason");
        (4..40).for_each(|request| _ = bundling.note_failed(JobId(request), FileId(1), true));
        assert_eq!(bytes(&bundling), 0);
        (0..PATIENCE).for_each(|file| bundling.note_ended(FileId(file)));
        assert_eq!(bytes(&bundling), LEAST_BYTES);
        (0..20 * PATIENCE).for_each(|file| bundling.note_ended(FileId(file)));
        assert_eq!(bytes(&bundling), MOST_BYTES);
    }
}
