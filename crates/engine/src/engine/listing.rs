//! A listing meets the catalog: new, changed, the same, gone.

use super::Engine;
use crate::event::{ListedFile, ListingEnd, Look};
use crate::folder::{Access, Barrier, FolderId, Glance, Listing, ScanId};
use crate::incident::Trouble;
use crate::row::{Failure, FileId, FileState, Problem, Row, SkipReason, Stamp};
use crate::rules;
use crate::time::Moment;

/// A camera or a download writes more often than this.
const QUIET_MS: u64 = 3_000;

impl Engine {
    pub(super) fn files_listed(
        &mut self,
        now: Moment,
        folder: FolderId,
        scan: ScanId,
        files: Vec<ListedFile>,
    ) {
        if self.look_of(folder, scan).is_some() {
            files.into_iter().for_each(|file| self.enter(now, folder, scan, file));
        }
    }

    /// Which look at the folder this is, if it is one that still counts.
    fn look_of(&self, folder: FolderId, scan: ScanId) -> Option<Looking> {
        let folder = self.folders.get(folder)?;
        match (folder.listing, &folder.glance) {
            (Listing::Running { scan: ours, .. }, _) if ours == scan => Some(Looking::Through),
            (_, Some(glance)) if glance.scan == scan => Some(Looking::Glancing),
            _ => None,
        }
    }

    fn enter(&mut self, now: Moment, folder: FolderId, scan: ScanId, file: ListedFile) {
        let id = match self.catalog.find(folder, &file.path) {
            Some(id) => {
                self.look_again_at(now, id, file.look);
                id
            }
            None => {
                let (stamp, state) = first_state(now, &file.path, file.look);
                self.catalog.insert(Row { folder, path: file.path, stamp, state, attempts: 0, before: None })
            }
        };
        self.catalog.mark_seen(id, scan);
    }

    /// Enters what a file looks like now. The same look changes nothing, so an unchanged file is read once.
    pub(super) fn look_again_at(&mut self, now: Moment, id: FileId, look: Look) {
        let Some(row) = self.catalog.get(id) else { return };
        let (stamp, state) = first_state(now, &row.path, look);
        if stamp == row.stamp && is_still_true(&row.state, &state) {
            return;
        }
        self.abandon(id);
        self.catalog.set_content(id, stamp, state);
    }

    pub(super) fn listing_ended(&mut self, now: Moment, folder: FolderId, scan: ScanId, end: ListingEnd) {
        match (self.look_of(folder, scan), end) {
            (None, _) => {}
            (Some(_), ListingEnd::OutOfReach(barrier)) => self.lose_access(now, folder, barrier),
            (Some(Looking::Through), end) => {
                self.note_listed(now, folder);
                if end == ListingEnd::Complete {
                    self.call_unseen_gone(folder, scan);
                }
            }
            (Some(Looking::Glancing), end) => {
                let glance = self.folders.get_mut(folder).and_then(|folder| folder.glance.take());
                if let (Some(glance), ListingEnd::Complete) = (glance, end) {
                    self.call_unseen_gone_within(now, folder, &glance);
                }
            }
        }
    }

    fn note_listed(&mut self, now: Moment, id: FolderId) {
        if let Some(folder) = self.folders.get_mut(id) {
            let again = matches!(folder.listing, Listing::Running { again: true, .. });
            folder.listing = if again { Listing::Due } else { Listing::Complete };
            folder.listed_at = Some(now);
        }
        self.access_changed(id, Access::Granted);
    }

    pub(super) fn paths_touched(&mut self, id: FolderId, paths: Vec<Box<str>>) {
        if let Some(folder) = self.folders.get_mut(id) {
            folder.touch(paths);
        }
    }

    pub(super) fn watch_began_late(&mut self, id: FolderId) {
        if let Some(folder) = self.folders.get_mut(id) {
            folder.watched_late = true;
        }
    }

    pub(super) fn watch_ended(&mut self, now: Moment, id: FolderId) {
        if let Some(folder) = self.folders.get_mut(id) {
            folder.end_watch(now);
        }
    }

    pub(super) fn lose_access(&mut self, now: Moment, id: FolderId, barrier: Barrier) {
        if let Some(folder) = self.folders.get_mut(id) {
            folder.listing = Listing::Failed;
            folder.failed_at = Some(now);
            folder.stop_looking();
        }
        self.incidents.note(now, Trouble::Barrier(id, barrier), None);
        self.access_changed(id, Access::Barred(barrier));
    }

    /// Only a listing that came to its end may say that a file is gone.
    fn call_unseen_gone(&mut self, folder: FolderId, scan: ScanId) {
        for id in self.files_of(folder) {
            if !self.catalog.was_seen(id, scan) {
                self.call_gone(id);
            }
        }
    }

    /// The same for a glance. A touched path may have been a folder: then all that lay in it was to be seen.
    fn call_unseen_gone_within(&mut self, now: Moment, folder: FolderId, glance: &Glance) {
        let was_seen = |id: FileId| self.catalog.was_seen(id, glance.scan);
        let mut unseen: Vec<FileId> = Vec::new();
        let mut folders: Vec<&str> = Vec::new();
        for path in &glance.paths {
            match self.catalog.find(folder, path) {
                Some(id) if was_seen(id) => {}
                Some(id) => unseen.push(id),
                None => folders.push(path),
            }
        }
        if !folders.is_empty() {
            let theirs = self.catalog.iter().filter(|(_, row)| row.folder == folder);
            let inside = theirs.filter(|(_, row)| lies_in(&row.path, &folders)).map(|(id, _)| id);
            unseen.extend(inside.filter(|id| !was_seen(*id)));
        }
        let is_second = |path: &str| glance.second.iter().any(|second| **second == *path);
        let new: Vec<Box<str>> =
            folders.iter().filter(|path| !is_second(path)).map(|path| (*path).into()).collect();
        if let Some(folder) = self.folders.get_mut(folder).filter(|_| !new.is_empty()) {
            folder.doubt(now, new);
        }
        unseen.into_iter().for_each(|id| self.call_gone(id));
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

/// The two kinds of looks at a folder.
enum Looking {
    Through,
    Glancing,
}

/// Whether a path lies in one of these folders, which are sorted.
fn lies_in(path: &str, folders: &[&str]) -> bool {
    let ends = path.match_indices('/').map(|(at, _)| at);
    ends.into_iter().any(|end| path.get(..end).is_some_and(|folder| folders.binary_search(&folder).is_ok()))
}

/// The state of a file of which nothing is known but its name and what a look at it showed.
fn first_state(now: Moment, path: &str, look: Look) -> (Stamp, FileState) {
    let problem = |problem| (Stamp::default(), FileState::Problem { digest: None, problem });
    match (look, rules::left_out(path)) {
        (Look::Nameless, _) => problem(Problem::Nameless),
        (Look::UnreadableFolder, _) => problem(Problem::UnreadableFolder),
        (_, Some(reason)) => (Stamp::default(), FileState::Skipped(reason)),
        (Look::Unreadable | Look::LeftOut, None) => problem(Problem::Unreadable),
        (Look::Seen(stamp), None) if is_fresh(now, stamp.modified) => (stamp, settling(now)),
        (Look::Seen(stamp), None) if stamp.size == 0 => (stamp, FileState::Skipped(SkipReason::Empty)),
        (Look::Seen(stamp), None) => (stamp, FileState::Found),
    }
}

/// Written to a moment ago, whichever of the two clocks is a little ahead.
fn is_fresh(now: Moment, modified: Moment) -> bool {
    now.since(modified).max(modified.since(now)) < QUIET_MS
}

/// Whoever writes the file gets time to end. Then its first reading tells whether it came to rest.
pub(super) fn settling(now: Moment) -> FileState {
    FileState::Waiting { digest: None, until: now + QUIET_MS, failure: Failure::Changing }
}

/// Whether a state may stay when a look gives `anew` for an unchanged stamp. A file that could not be read is
/// tried again at each listing: giving back the permission to read it changes neither size nor time.
fn is_still_true(state: &FileState, anew: &FileState) -> bool {
    let to_be_read = matches!(anew, FileState::Found | FileState::Waiting { .. });
    match state {
        FileState::Gone { .. } => false,
        FileState::Problem { problem: Problem::Unreadable, .. } => state == anew,
        FileState::Skipped(SkipReason::UnsupportedByServer | SkipReason::LaterVersion) => to_be_read,
        FileState::Skipped(_) => state == anew,
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. }
        | FileState::Waiting { .. }
        | FileState::Protected { .. }
        | FileState::Problem { .. } => to_be_read || state == anew,
    }
}
