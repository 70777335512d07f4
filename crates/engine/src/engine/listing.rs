//! Compares a listing with the catalog: files are new, changed, the same or gone.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::folders::Folders;
use super::restless::QUIET_MS;
use super::shared::Shared;
use crate::event::{ListedFile, ListingEnd, Look};
use crate::folder::{Access, Folder, FolderId, Glance, Listing, ScanId};
use crate::row::{Failure, FileId, FileState, Problem, Row, SkipReason, Stamp};
use crate::time::Moment;

impl Folders {
    pub(super) fn files_listed(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        folder: FolderId,
        scan: ScanId,
        files: Vec<ListedFile>,
    ) {
        if self.look_of(folder, scan).is_none() {
            return;
        }
        let Some(Folder { distrusted, .. }) = self.get_mut(folder) else { return };
        for file in files {
            let trust = if distrusted.remove(&*file.path) { Trust::Nothing } else { Trust::Stamp };
            enter(now, shared, folder, scan, file, trust);
        }
    }

    /// Which kind of listing this scan is, if it still counts.
    fn look_of(&self, folder: FolderId, scan: ScanId) -> Option<Looking> {
        let folder = self.get(folder)?;
        match (folder.listing, &folder.glance) {
            (Listing::Running { scan: ours, .. }, _) if ours == scan => Some(Looking::Through),
            (_, Some(glance)) if glance.scan == scan => Some(Looking::Glancing),
            _ => None,
        }
    }

    pub(super) fn listing_ended(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        folder: FolderId,
        scan: ScanId,
        end: ListingEnd,
    ) {
        self.reading_ahead.retain(|(_, ahead)| *ahead != scan);
        match (self.look_of(folder, scan), end) {
            (None, _) => {}
            (Some(_), ListingEnd::OutOfReach(barrier)) => self.lose_access(now, shared, folder, barrier),
            (Some(Looking::Through), end) => {
                self.note_listed(now, shared, folder, end);
                if end == ListingEnd::Complete {
                    call_unseen_gone(shared, folder, scan);
                }
            }
            (Some(Looking::Glancing), end) => {
                let glance = self.get_mut(folder).and_then(Folder::end_glance);
                if let (Some(glance), ListingEnd::Complete) = (glance, end) {
                    self.call_unseen_gone_within(now, shared, folder, &glance);
                }
            }
        }
    }

    fn note_listed(&mut self, now: Moment, shared: &mut Shared, id: FolderId, end: ListingEnd) {
        if let Some(folder) = self.get_mut(id) {
            let again = matches!(folder.listing, Listing::Running { again: true, .. });
            folder.listing = if again { Listing::Due } else { Listing::Complete };
            folder.listed_at = Some(now);
            if end == ListingEnd::Complete && !again {
                // The rest are folders, or gone.
                let Folder { distrusted, touched, .. } = folder;
                distrusted.retain(|path| touched.contains(path));
            }
        }
        self.access_changed(shared, id, Access::Granted);
    }

    /// Marks files as gone that the glance did not see. Only a completed glance may do so. A touched path may have
    /// been a folder: then everything in it should have been seen.
    fn call_unseen_gone_within(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        folder: FolderId,
        glance: &Glance,
    ) {
        let was_seen = |id: FileId| shared.catalog.was_seen(id, glance.scan) || shared.catalog.is_hidden(id);
        let mut unseen: Vec<FileId> = Vec::new();
        let mut folders: HashSet<&str, FxBuildHasher> = HashSet::default();
        for path in &glance.paths {
            match shared.catalog.find(folder, path) {
                Some(id) if was_seen(id) => {}
                Some(id) => unseen.push(id),
                None => _ = folders.insert(path),
            }
        }
        if !folders.is_empty() {
            let is_inside = |row: &Row| row.folder == folder && is_in(&row.path, &folders);
            unseen.extend(shared.catalog.select(|id, row| is_inside(row) && !was_seen(id)));
        }
        let is_second = |path: &str| glance.second.iter().any(|second| **second == *path);
        let new: Vec<Box<str>> =
            folders.iter().filter(|path| !is_second(path)).map(|path| (*path).into()).collect();
        if let Some(folder) = self.get_mut(folder).filter(|_| !new.is_empty()) {
            folder.doubt(now, new);
        }
        unseen.into_iter().for_each(|id| shared.call_gone(id));
    }
}

/// Whether an equal stamp proves that a file is unchanged.
#[derive(Clone, Copy)]
enum Trust {
    Stamp,
    Nothing,
}

fn enter(now: Moment, shared: &mut Shared, folder: FolderId, scan: ScanId, file: ListedFile, trust: Trust) {
    let id = match shared.catalog.find(folder, &file.path) {
        Some(id) => {
            if shared.catalog.is_hidden(id) {
                shared.reveal(now, id, file.look);
            }
            match trust {
                Trust::Stamp => shared.look_again_at(now, id, file.look),
                Trust::Nothing => shared.distrust_stamp(now, id, file.look),
            }
            id
        }
        None => {
            let (stamp, state) = first_state(now, file.look);
            // What was read before the watch named the file is void.
            let state = match (file.digest, trust) {
                (Some(digest), Trust::Stamp) if state == FileState::Found => FileState::Hashed { digest },
                (Some(_) | None, _) => state,
            };
            let row = Row { folder, path: file.path, stamp, state, attempts: 0, before: None, hidden: false };
            shared.catalog.insert(row)
        }
    };
    shared.catalog.mark_seen(id, scan);
}

/// Marks files as gone that the listing did not see. Only a completed listing may do so.
fn call_unseen_gone(shared: &mut Shared, folder: FolderId, scan: ScanId) {
    for id in shared.catalog.files_of(folder) {
        if !shared.catalog.was_seen(id, scan) && !shared.catalog.is_hidden(id) {
            shared.call_gone(id);
        }
    }
}

/// The two kinds of listing, full and partial.
enum Looking {
    Through,
    Glancing,
}

/// Whether a path is in one of these folders.
fn is_in(path: &str, folders: &HashSet<&str, FxBuildHasher>) -> bool {
    let mut ends = path.match_indices('/').map(|(at, _)| at);
    ends.any(|end| path.get(..end).is_some_and(|folder| folders.contains(folder)))
}

/// The state of a file about which only the result of a look is known.
pub(super) fn first_state(now: Moment, look: Look) -> (Stamp, FileState) {
    let problem = |problem| (Stamp::default(), FileState::Problem { digest: None, problem });
    match look {
        Look::LeftOut(reason) => (Stamp::default(), FileState::Skipped(reason)),
        Look::Nameless => problem(Problem::Nameless),
        Look::UnreadableFolder => problem(Problem::UnreadableFolder),
        Look::Unreadable => problem(Problem::Unreadable),
        Look::OnlyInCloud => problem(Problem::OnlyInCloud),
        Look::Seen(stamp) if is_fresh(now, stamp.modified) => (stamp, settling(now, QUIET_MS)),
        Look::Seen(stamp) if stamp.size == 0 => (stamp, FileState::Skipped(SkipReason::Empty)),
        Look::Seen(stamp) => (stamp, FileState::Found),
    }
}

/// Whether the file was written a moment ago, whichever of the two clocks is a little ahead.
fn is_fresh(now: Moment, modified: Moment) -> bool {
    now.since(modified).max(modified.since(now)) < QUIET_MS
}

/// Gives whoever writes the file time to finish. Its first reading then shows whether it is stable.
pub(super) fn settling(now: Moment, quiet_ms: u64) -> FileState {
    FileState::Waiting { digest: None, until: now + quiet_ms, failure: Failure::Changing }
}

/// Whether a state may stay when a look gives `anew` for an unchanged stamp. An unreadable file is retried at each
/// listing, because restoring the permission to read it changes neither size nor time.
pub(super) fn is_still_true(state: &FileState, anew: &FileState) -> bool {
    let to_be_read = matches!(anew, FileState::Found | FileState::Waiting { .. });
    match state {
        FileState::Gone { .. } => false,
        FileState::Problem { problem: Problem::Unreadable, .. } => state == anew,
        // What the name does not tell, the first bytes told.
        FileState::Skipped(SkipReason::NotMedia) => to_be_read || state == anew,
        FileState::Skipped(SkipReason::LaterVersion) => to_be_read,
        FileState::Skipped(SkipReason::Chosen) => match anew {
            FileState::Skipped(reason) => *reason == SkipReason::Empty,
            FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Waiting { .. }
            | FileState::Protected { .. }
            | FileState::Problem { .. }
            | FileState::InTrash { .. }
            | FileState::Gone { .. } => true,
        },
        FileState::Skipped(_) => state == anew,
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. }
        | FileState::Waiting { .. }
        | FileState::Protected { .. }
        | FileState::InTrash { .. }
        | FileState::Problem { .. } => to_be_read || state == anew,
    }
}

#[cfg(test)]
mod tests {
    use protocol::Digest;

    use super::*;
    use crate::row::Proof;

    #[test]
    fn a_state_stays_unless_the_file_is_now_judged_differently() {
        let digest = Digest([1; 20]);
        let protected = FileState::Protected { digest, asset: None, proof: Proof::Stored };
        let hidden = FileState::Skipped(SkipReason::Hidden);
        let later = FileState::Skipped(SkipReason::LaterVersion);
        let chosen = FileState::Skipped(SkipReason::Chosen);
        let gone = FileState::Gone { digest: None };
        let unreadable = FileState::Problem { digest: None, problem: Problem::Unreadable };
        let nameless = FileState::Problem { digest: None, problem: Problem::Nameless };
        let table = [
            (&protected, FileState::Found, true),
            (&protected, settling(Moment(1), QUIET_MS), true),
            (&protected, hidden.clone(), false),
            (&hidden, hidden.clone(), true),
            (&hidden, FileState::Found, false),
            (&later, FileState::Found, true),
            (&later, hidden.clone(), false),
            (&chosen, FileState::Found, true),
            (&chosen, unreadable.clone(), true),
            (&chosen, FileState::Skipped(SkipReason::Empty), true),
            (&chosen, hidden.clone(), false),
            (&gone, FileState::Found, false),
            (&unreadable, FileState::Found, false),
            (&unreadable, unreadable.clone(), true),
            (&nameless, nameless.clone(), true),
            (&nameless, unreadable.clone(), false),
        ];
        for (state, anew, stays) in table {
            assert_eq!(is_still_true(state, &anew), stays, "{state:?}, now {anew:?}");
        }
    }
}
