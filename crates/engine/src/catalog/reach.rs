//! What of the rows can be read and sent now: folders close, gates close, the browser sends some by itself, and of some there
//! are copies. What cannot go on stands in no queue.

use super::Catalog;
use crate::engine::is_video_file;
use crate::folder::FolderId;
use crate::row::{FileId, FileState, Row};
use crate::staged::{Copies, waits};

impl Catalog {
    /// Says whether the files of a folder can be read.
    pub(crate) fn set_open(&mut self, folder: FolderId, open: bool) {
        if open != self.closed.contains(&folder) {
            return;
        }
        let needs_file = |row: &Row| matches!(row.state, FileState::Found | FileState::Ready { .. });
        self.requeue(&|row| row.folder == folder && needs_file(row), |catalog| match open {
            true => catalog.closed.retain(|closed| *closed != folder),
            false => catalog.closed.push(folder),
        });
    }

    /// Says whether photos, and videos, may not be sent now. True if that is new.
    pub(crate) fn hold(&mut self, held: [bool; 2]) -> bool {
        if held == self.held {
            return false;
        }
        self.requeue(&|row| matches!(row.state, FileState::Ready { .. }), |catalog| catalog.held = held);
        true
    }

    /// Something may not be sent now.
    pub(crate) fn holds_any(&self) -> bool {
        self.held.contains(&true)
    }

    pub(crate) fn is_held(&self, id: FileId) -> bool {
        self.get(id).is_some_and(|row| self.holds(row))
    }

    pub(super) fn holds(&self, row: &Row) -> bool {
        match self.held {
            [photos, videos] if photos == videos => photos,
            [photos, videos] => {
                if is_video_file(row) {
                    videos
                } else {
                    photos
                }
            }
        }
    }

    /// A change of what the places of some rows follow from.
    fn requeue(&mut self, theirs: &dyn Fn(&Row) -> bool, change: impl FnOnce(&mut Catalog)) {
        let theirs: Vec<FileId> = self.iter().filter(|(_, row)| theirs(row)).map(|(id, _)| id).collect();
        theirs.iter().for_each(|id| self.dequeue(*id));
        change(self);
        theirs.iter().for_each(|id| self.enqueue(*id));
    }

    /// A copy of what does not wait any more is of no use.
    pub(super) fn judge_copy(&mut self, id: FileId) {
        let wanted = self.get(id).is_some_and(|row| waits(&row.state));
        if !wanted && self.copies.remove(id) {
            self.stale_copies.push(id);
        }
    }

    /// There is a copy from now on, if its row still waits for one.
    pub(crate) fn add_copy(&mut self, id: FileId) {
        self.with_copies(id, |copies| copies.add(id));
        self.judge_copy(id);
    }

    pub(crate) fn drop_copy(&mut self, id: FileId) {
        self.with_copies(id, |copies| _ = copies.remove(id));
        self.stale_copies.push(id);
    }

    /// Only where the folder is closed a copy gives the row a place; elsewhere it may be claimed already.
    fn with_copies(&mut self, id: FileId, change: impl FnOnce(&mut Copies)) {
        let matters = self.get(id).is_some_and(|row| self.closed.contains(&row.folder));
        if matters {
            self.dequeue(id);
        }
        change(&mut self.copies);
        if matters {
            self.enqueue(id);
        }
    }

    pub(crate) fn copies(&self) -> &[FileId] {
        self.copies.all()
    }

    pub(crate) fn has_copy(&self, id: FileId) -> bool {
        self.copies.has(id)
    }

    /// Whether the row's file must be read from its copy.
    pub(crate) fn copy_instead(&self, id: FileId) -> Option<FileId> {
        let closed = self.get(id).is_some_and(|row| self.closed.contains(&row.folder));
        (closed && self.has_copy(id)).then_some(id)
    }

    pub(crate) fn take_stale_copies(&mut self) -> Vec<FileId> {
        std::mem::take(&mut self.stale_copies)
    }

    /// Says which rows the browser itself sends; tells those that it no longer does.
    pub(crate) fn set_fetching(&mut self, fetching: Vec<FileId>) -> Vec<FileId> {
        let over: Vec<FileId> = self.fetching.iter().filter(|id| !fetching.contains(id)).copied().collect();
        let moved = [&*self.fetching, &*fetching].concat();
        let is_ready =
            |id: &FileId| self.get(*id).is_some_and(|row| matches!(row.state, FileState::Ready { .. }));
        let moved: Vec<FileId> = moved.into_iter().filter(is_ready).collect();
        moved.iter().for_each(|id| self.dequeue(*id));
        self.fetching = fetching;
        moved.iter().for_each(|id| self.enqueue(*id));
        over
    }

    pub(crate) fn is_fetching(&self, id: FileId) -> bool {
        self.fetching.contains(&id)
    }
}
