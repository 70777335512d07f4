//! What is sent together in one request. A request costs a browser more than a small file does.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::shared::Shared;
use crate::abilities::Abilities;
use crate::event::JobId;
use crate::row::FileId;

/// Larger files gain too little from company.
const MOST_OF_ONE_BYTES: u64 = 4 << 20;
/// Larger bundles are no faster (measured).
const MOST_BYTES: u64 = 8 << 20;
const MOST_FILES: usize = 64;
/// Even on a slow line, so many bytes are soon sent.
const LEAST_BYTES: u64 = 64 << 10;
/// A bundle takes about as long as this: its files are protected only at its end, and a kill costs all of it.
const TAKES_MS: u64 = 1_000;

#[derive(Default)]
pub(super) struct Bundling {
    /// Files whose bundle failed as a whole. One of them may be the cause.
    alone: HashSet<FileId, FxBuildHasher>,
    /// How often bundles became smaller, because one failed. Something on the way may refuse large requests.
    halvings: u32,
    /// The last bundle that failed.
    failed: Option<JobId>,
}

/// How much the next bundle may carry.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) files: usize,
    pub(super) bytes: u64,
}

impl Bundling {
    /// None if the server takes no bundles. `rate` is in bytes per second, of all lanes together, if it is known.
    pub(super) fn room(&self, abilities: Abilities, rate: Option<u64>, lanes: usize) -> Option<Room> {
        let files = abilities.bundle_of?;
        let most = abilities.pieces.and_then(|pieces| pieces.up_to).unwrap_or(u64::MAX);
        let in_time = rate.unwrap_or_default() / lanes.max(1) as u64 * TAKES_MS / 1_000;
        let bytes = in_time.max(LEAST_BYTES).min(MOST_BYTES >> self.halvings.min(63)).min(most);
        Some(Room { files: (files as usize).min(MOST_FILES), bytes })
    }

    /// Whether the file may be sent with others. One that failed before may be what makes a bundle fail.
    pub(super) fn suits(&self, shared: &Shared, id: FileId) -> bool {
        let fits = |row: &crate::row::Row| row.attempts == 0 && row.stamp.size <= MOST_OF_ONE_BYTES;
        shared.catalog.get(id).is_some_and(fits) && !self.alone.contains(&id)
    }

    /// The file's bundle failed.
    pub(super) fn note_failed(&mut self, id: FileId) {
        self.alone.insert(id);
    }

    /// A bundle failed for another reason than that the server is away.
    pub(super) fn note_refused(&mut self, request: JobId) {
        if self.failed.replace(request) != Some(request) {
            self.halvings += 1;
        }
    }

    /// The file has had an end of its own.
    pub(super) fn note_ended(&mut self, id: FileId) {
        self.alone.remove(&id);
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
    fn each_bundle_that_is_refused_makes_them_smaller_once() {
        let mut bundling = Bundling::default();
        for request in [1, 1, 2, 2, 2] {
            bundling.note_refused(JobId(request));
        }
        let room = bundling.room(Abilities::of_a_vault(), Some(1 << 30), 1).unwrap();
        assert_eq!(room.bytes, MOST_BYTES / 4);
        (0..200).for_each(|request| bundling.note_refused(JobId(request)));
        assert_eq!(bundling.room(Abilities::of_a_vault(), Some(1 << 30), 1).unwrap().bytes, 0);
    }
}
