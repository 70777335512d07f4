//! Files that the browser itself uploads when the person clicks, whether or not Safelight keeps running. Their rows
//! wait. As for every other file, the server is asked whether they arrived.

use std::cmp::Reverse;

use protocol::Digest;
use serde::{Deserialize, Serialize};

use super::shared::Shared;
use super::{Engine, Role};
use crate::catalog::is_large_and_lacking;
use crate::folder::{Access, Folder, FolderId, Lasting};
use crate::kind::Kind;
use crate::row::{FileId, FileState, Row, Stamp};
use crate::tally::{Heap, heap_of};

/// A large file that the server lacks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Large {
    pub file: FileId,
    pub folder: FolderId,
    pub path: Box<str>,
    pub stamp: Stamp,
    pub digest: Digest,
}

impl Shared {
    pub(super) fn set_fetching(&mut self, fetching: Vec<FileId>) {
        let sending = self.jobs.sending().iter().map(|job| job.file);
        let doubly: Vec<FileId> = sending.filter(|id| fetching.contains(id)).collect();
        for id in self.catalog.set_fetching(fetching.into_iter().collect()) {
            if self.catalog.get(id).is_some_and(|row| matches!(row.state, FileState::Ready { .. })) {
                self.catalog.begin_again(id);
            }
        }
        doubly.into_iter().for_each(|id| self.abandon(id));
    }
}

impl<R: Role> Engine<R> {
    /// The largest files that the browser itself could upload, at most `most`.
    pub fn largest(&self, most: usize) -> Vec<Large> {
        let catalog = &self.shared.catalog;
        let is_free = |id: FileId| !catalog.is_fetching(id) && !catalog.is_held(id);
        let is_open = |row: &Row| self.folders.get(row.folder).is_some_and(hands_out_files);
        let mut large = catalog.select(|id, row| is_large_and_lacking(row) && is_open(row) && is_free(id));
        large.sort_by_key(|id| (Reverse(catalog.size_of(*id)), *id));
        large.into_iter().take(most).filter_map(|id| self.large(id)).collect()
    }

    fn large(&self, file: FileId) -> Option<Large> {
        let row = self.shared.catalog.get(file)?;
        let (folder, path, stamp) = (row.folder, row.path.clone(), row.stamp);
        row.state.digest().map(|digest| Large { file, folder, path, stamp, digest })
    }

    /// How many [`Engine::largest`] could find.
    pub(crate) fn count_large(&self) -> u64 {
        let catalog = &self.shared.catalog;
        let is_open = |id| self.folders.get(id).is_some_and(hands_out_files);
        let mut count = 0;
        for (folder, census) in catalog.censuses().filter(|(id, _)| is_open(*id)) {
            let kinds = Kind::ALL.iter().filter(|kind| !catalog.is_kind_held(folder, **kind));
            count += kinds.map(|kind| census.kinds.get(*kind).large_lacking).sum::<u64>();
        }
        let is_counted = |id: &&FileId| {
            let row = catalog.get(**id);
            row.is_some_and(|row| is_large_and_lacking(row) && is_open(row.folder) && !catalog.is_held(**id))
        };
        count - catalog.fetching().iter().filter(is_counted).count() as u64
    }

    /// How many files the browser is uploading that have not arrived, as far as is known.
    pub(crate) fn still_fetching(&self) -> u64 {
        let catalog = &self.shared.catalog;
        let waits =
            |id: &&FileId| catalog.get(**id).is_some_and(|row| heap_of(&row.state) == Some(Heap::Remaining));
        catalog.fetching().iter().filter(waits).count() as u64
    }
}

/// A page has no handle for files that were chosen once.
fn hands_out_files(folder: &Folder) -> bool {
    folder.access == Access::Granted && folder.lasting != Lasting::Once
}
