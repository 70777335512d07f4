//! A listing meets the catalog: new, changed, the same, gone.

use super::Engine;
use crate::event::{ListedFile, ListingEnd, Look};
use crate::folder::{Access, Barrier, FolderId, Listing, ScanId};
use crate::row::{FileId, FileState, Problem, Row, SkipReason, Stamp};
use crate::rules;
use crate::time::Moment;

impl Engine {
    pub(super) fn files_listed(&mut self, folder: FolderId, scan: ScanId, files: Vec<ListedFile>) {
        if self.is_running(folder, scan) {
            files.into_iter().for_each(|file| self.enter(folder, scan, file));
        }
    }

    fn is_running(&self, folder: FolderId, scan: ScanId) -> bool {
        self.folders.get(&folder).is_some_and(|folder| folder.listing == Listing::Running(scan))
    }

    fn enter(&mut self, folder: FolderId, scan: ScanId, file: ListedFile) {
        let id = match self.catalog.find(folder, &file.path) {
            Some(id) => {
                self.look_again_at(id, file.look);
                id
            }
            None => {
                let (stamp, state) = first_state(&file.path, file.look);
                self.catalog.insert(Row { folder, path: file.path, stamp, state, attempts: 0 })
            }
        };
        self.catalog.mark_seen(id, scan);
    }

    /// Enters what a file looks like now. The same look changes nothing, so an unchanged file is read once.
    pub(super) fn look_again_at(&mut self, id: FileId, look: Look) {
        let Some(row) = self.catalog.get(id) else { return };
        let (stamp, state) = first_state(&row.path, look);
        if stamp == row.stamp && is_still_true(&row.state, &state) {
            return;
        }
        self.abandon(id);
        self.catalog.set_content(id, stamp, state);
    }

    pub(super) fn listing_ended(&mut self, now: Moment, folder: FolderId, scan: ScanId, end: ListingEnd) {
        if !self.is_running(folder, scan) {
            return;
        }
        match end {
            ListingEnd::Complete => {
                self.note_listed(now, folder);
                self.call_unseen_gone(folder, scan);
            }
            ListingEnd::Incomplete => self.note_listed(now, folder),
            ListingEnd::OutOfReach(barrier) => self.lose_access(now, folder, barrier),
        }
    }

    fn note_listed(&mut self, now: Moment, id: FolderId) {
        if let Some(folder) = self.folders.get_mut(&id) {
            folder.listing = Listing::Complete;
            folder.listed_at = Some(now);
        }
        self.access_changed(id, Access::Granted);
    }

    pub(super) fn lose_access(&mut self, now: Moment, folder: FolderId, barrier: Barrier) {
        if let Some(folder) = self.folders.get_mut(&folder) {
            folder.listing = Listing::Failed;
            folder.failed_at = Some(now);
        }
        self.access_changed(folder, Access::Barred(barrier));
    }

    /// Only a listing that came to its end may say that a file is gone.
    fn call_unseen_gone(&mut self, folder: FolderId, scan: ScanId) {
        for id in self.files_of(folder) {
            if !self.catalog.was_seen(id, scan) {
                self.call_gone(id);
            }
        }
    }

    pub(super) fn call_gone(&mut self, id: FileId) {
        let Some(row) = self.catalog.get(id) else { return };
        if matches!(row.state, FileState::Gone { .. }) {
            return;
        }
        let digest = row.state.digest();
        self.abandon(id);
        self.catalog.set_state(id, FileState::Gone { digest });
    }
}

/// The state of a file of which nothing is known but its name and what a look at it showed.
fn first_state(path: &str, look: Look) -> (Stamp, FileState) {
    let problem = |problem| (Stamp::default(), FileState::Problem { digest: None, problem });
    match (look, rules::left_out(path)) {
        (Look::Nameless, _) => problem(Problem::Nameless),
        (Look::UnreadableFolder, _) => problem(Problem::UnreadableFolder),
        (_, Some(reason)) => (Stamp::default(), FileState::Skipped(reason)),
        (Look::Unreadable | Look::LeftOut, None) => problem(Problem::Unreadable),
        (Look::Seen(stamp), None) if stamp.size == 0 => (stamp, FileState::Skipped(SkipReason::Empty)),
        (Look::Seen(stamp), None) => (stamp, FileState::Found),
    }
}

/// Whether a state may stay when a look gives `anew` for an unchanged stamp. A file that could not be read is
/// tried again at each listing: giving back the permission to read it changes neither size nor time.
fn is_still_true(state: &FileState, anew: &FileState) -> bool {
    match state {
        FileState::Gone { .. } => false,
        FileState::Problem { problem: Problem::Unreadable, .. } => state == anew,
        FileState::Skipped(SkipReason::UnsupportedByServer) => *anew == FileState::Found,
        FileState::Skipped(_) => state == anew,
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. }
        | FileState::Waiting { .. }
        | FileState::Protected { .. }
        | FileState::Problem { .. } => *anew == FileState::Found || state == anew,
    }
}
