//! Files that the browser itself sends, on the person's click, whatever becomes of us. Their rows wait; what became of them the
//! server is asked, like of everything else.

use protocol::Digest;
use serde::{Deserialize, Serialize};

use super::Engine;
use crate::catalog::SMALL_BYTES;
use crate::folder::{Access, Folder, FolderId, Lasting};
use crate::row::{FileId, FileState, Row, Stamp};
use crate::turns::Turns;

/// A large file that the server lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Large {
    pub file: FileId,
    pub folder: FolderId,
    pub path: Box<str>,
    pub stamp: Stamp,
    pub digest: Digest,
}

impl Engine {
    pub(super) fn set_fetching(&mut self, fetching: Vec<FileId>) {
        let sending = self.jobs.sending().iter().map(|job| job.file);
        let doubly: Vec<FileId> = sending.filter(|id| fetching.contains(id)).collect();
        for id in self.catalog.set_fetching(fetching) {
            let Some(row) = self.catalog.get(id) else { continue };
            if matches!(row.state, FileState::Ready { .. }) {
                self.catalog.set_state(id, FileState::begin_again(row.state.digest()));
            }
        }
        doubly.into_iter().for_each(|id| self.abandon(id));
    }

    /// The largest files that could be left to the browser, at most so many.
    pub fn largest(&self, most: usize) -> Vec<Large> {
        let mut largest = Turns::default();
        for (id, row) in self.catalog.iter().filter(|(id, row)| self.is_large(*id, row)) {
            largest.insert((0, !row.stamp.size, id));
        }
        largest.iter().take(most).filter_map(|(_, _, id)| self.large(*id)).collect()
    }

    pub(crate) fn count_large(&self) -> u64 {
        self.catalog.iter().filter(|(id, row)| self.is_large(*id, row)).count() as u64
    }

    fn large(&self, file: FileId) -> Option<Large> {
        let row = self.catalog.get(file)?;
        let (folder, path, stamp) = (row.folder, row.path.clone(), row.stamp);
        row.state.digest().map(|digest| Large { file, folder, path, stamp, digest })
    }

    fn is_large(&self, file: FileId, row: &Row) -> bool {
        let lacking = matches!(row.state, FileState::Ready { .. } | FileState::Uploading { .. });
        // A page has no handle of what was handed over once.
        let reads = |folder: &Folder| folder.access == Access::Granted && folder.lasting != Lasting::Once;
        let open = self.folders.get(row.folder).is_some_and(reads);
        let may =
            row.stamp.size > SMALL_BYTES && !self.catalog.is_fetching(file) && !self.catalog.is_held(file);
        lacking && open && may
    }

    /// Files that the browser sends and that have not arrived, as far as is known.
    pub(crate) fn still_fetching(&self) -> u64 {
        let waits = |id: &&FileId| {
            let row = self.catalog.get(**id);
            row.is_some_and(|row| crate::tally::heap_of(&row.state) == Some(crate::tally::Heap::Remaining))
        };
        self.catalog.fetching.iter().filter(waits).count() as u64
    }
}
