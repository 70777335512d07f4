//! Which rows may be read or uploaded now. A row is unavailable while its folder cannot be read, a gate is closed,
//! the rules of its folder are unreadable, or the browser itself is uploading the file. A copy can stand in for a
//! file whose folder cannot be read. An unavailable row is in no queue.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::Catalog;
use crate::copies::waits;
use crate::folder::FolderId;
use crate::kind::{Kind, PerKind};
use crate::row::{FileId, FileState, Row};

#[derive(Debug, Default)]
pub(super) struct Availability {
    /// Folders that cannot be read now.
    closed: HashSet<FolderId, FxBuildHasher>,
    /// Folders with unreadable rules. Nothing in them may be uploaded until the person sets their rules again.
    barred: HashSet<FolderId, FxBuildHasher>,
    /// Kinds that a gate holds back.
    held: PerKind<bool>,
    copies: HashSet<FileId, FxBuildHasher>,
    /// Copies that are no longer needed.
    stale_copies: Vec<FileId>,
    /// Rows that the browser itself is uploading.
    fetching: HashSet<FileId, FxBuildHasher>,
}

impl Catalog {
    pub(super) fn is_available(&self, id: FileId, row: &Row) -> bool {
        let readable = || !self.availability.closed.contains(&row.folder) || self.has_copy(id);
        match row.state {
            FileState::Found => readable(),
            FileState::Ready { .. } => readable() && !self.holds(row) && !self.is_fetching(id),
            FileState::Hashed { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Waiting { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Problem { .. }
            | FileState::InTrash { .. }
            | FileState::Gone { .. } => true,
        }
    }

    /// Sets whether the files of a folder can be read.
    pub(crate) fn set_open(&mut self, folder: FolderId, open: bool) {
        if open != self.availability.closed.contains(&folder) {
            return;
        }
        let theirs = self.select(|_, row| row.folder == folder && needs_file(row));
        self.requeue(&theirs, |availability| match open {
            true => availability.closed.remove(&folder),
            false => availability.closed.insert(folder),
        });
    }

    /// Sets whether uploads from a folder are blocked.
    pub(crate) fn set_barred(&mut self, folder: FolderId, barred: bool) {
        // Rows that are being read stay claimed. Only rows that are ready to upload change their place.
        let theirs = self.select(|_, row| row.folder == folder && is_ready(row));
        self.requeue(&theirs, |availability| match barred {
            true => availability.barred.insert(folder),
            false => availability.barred.remove(&folder),
        });
    }

    /// Sets which kinds may not be sent now. Returns true if that changed.
    pub(crate) fn hold(&mut self, held: PerKind<bool>) -> bool {
        if held == self.availability.held {
            return false;
        }
        let ready = self.select(|_, row| is_ready(row));
        self.requeue(&ready, |availability| availability.held = held);
        true
    }

    /// Whether some kind may not be sent now.
    pub(crate) fn holds_any(&self) -> bool {
        Kind::ALL.iter().any(|kind| *self.availability.held.get(*kind))
    }

    pub(crate) fn is_held(&self, id: FileId) -> bool {
        self.get(id).is_some_and(|row| self.holds(row))
    }

    fn holds(&self, row: &Row) -> bool {
        self.is_kind_held(row.folder, Kind::of(row))
    }

    /// Whether files of this kind in this folder may not be sent now.
    pub(crate) fn is_kind_held(&self, folder: FolderId, kind: Kind) -> bool {
        *self.availability.held.get(kind) || self.availability.barred.contains(&folder)
    }

    /// Makes a change on which the queues of these rows depend.
    fn requeue<T>(&mut self, rows: &[FileId], change: impl FnOnce(&mut Availability) -> T) {
        rows.iter().for_each(|id| self.dequeue(*id));
        change(&mut self.availability);
        rows.iter().for_each(|id| self.enqueue(*id));
    }

    /// Marks the copy of a file as stale if the file no longer waits.
    pub(super) fn judge_copy(&mut self, id: FileId) {
        let wanted = self.get(id).is_some_and(|row| waits(&row.state));
        if !wanted && self.availability.copies.remove(&id) {
            self.availability.stale_copies.push(id);
        }
    }

    /// Records a copy. It is stale at once if its row no longer waits.
    pub(crate) fn add_copy(&mut self, id: FileId) {
        self.with_copies(id, |copies| copies.insert(id));
        self.judge_copy(id);
    }

    pub(crate) fn drop_copy(&mut self, id: FileId) {
        self.with_copies(id, |copies| copies.remove(&id));
        self.availability.stale_copies.push(id);
    }

    /// A copy changes the queue of its row only if the folder is closed. In an open folder the row may already be
    /// claimed, so it is not queued again.
    fn with_copies(&mut self, id: FileId, change: impl FnOnce(&mut HashSet<FileId, FxBuildHasher>) -> bool) {
        let matters = self.get(id).is_some_and(|row| self.availability.closed.contains(&row.folder));
        let theirs: &[FileId] = if matters { &[id] } else { &[] };
        self.requeue(theirs, |availability| change(&mut availability.copies));
    }

    pub(crate) fn copies(&self) -> &HashSet<FileId, FxBuildHasher> {
        &self.availability.copies
    }

    pub(crate) fn has_copy(&self, id: FileId) -> bool {
        self.availability.copies.contains(&id)
    }

    /// The copy to read instead of the file, because the folder is closed.
    pub(crate) fn copy_instead(&self, id: FileId) -> Option<FileId> {
        let closed = self.get(id).is_some_and(|row| self.availability.closed.contains(&row.folder));
        (closed && self.has_copy(id)).then_some(id)
    }

    pub(crate) fn take_stale_copies(&mut self) -> Vec<FileId> {
        std::mem::take(&mut self.availability.stale_copies)
    }

    /// Sets which rows the browser itself is uploading. Returns those that it no longer uploads.
    pub(crate) fn set_fetching(&mut self, fetching: HashSet<FileId, FxBuildHasher>) -> Vec<FileId> {
        let is_moved = |id: &FileId| self.get(*id).is_some_and(is_ready);
        let moved: Vec<FileId> =
            self.availability.fetching.union(&fetching).copied().filter(is_moved).collect();
        let over = self.availability.fetching.difference(&fetching).copied().collect();
        self.requeue(&moved, |availability| availability.fetching = fetching);
        over
    }

    pub(crate) fn fetching(&self) -> &HashSet<FileId, FxBuildHasher> {
        &self.availability.fetching
    }

    pub(crate) fn is_fetching(&self, id: FileId) -> bool {
        self.availability.fetching.contains(&id)
    }
}

fn needs_file(row: &Row) -> bool {
    matches!(row.state, FileState::Found | FileState::Ready { .. })
}

fn is_ready(row: &Row) -> bool {
    matches!(row.state, FileState::Ready { .. })
}
