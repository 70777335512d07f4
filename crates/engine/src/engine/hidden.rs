//! Files that the browser leaves out of a folder's listings because of their names. They are known only from another
//! listing, which the person has to start, and can be read only while the page from that time is open. A rescan says
//! nothing about them.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;

use super::listing::first_state;
use super::shared::Shared;
use crate::event::{ListedFile, Look};
use crate::folder::FolderId;
use crate::row::{FileId, FileState, Problem, Row, Stamp};
use crate::time::Moment;

/// A hidden file that is not backed up.
const HIDDEN: FileState = FileState::Problem { digest: None, problem: Problem::HiddenName };

impl Shared {
    /// Enters what another listing found in a part of a folder. What it did not find is no longer there, except where it
    /// could not look.
    pub(super) fn hidden_found(
        &mut self,
        now: Moment,
        folder: FolderId,
        within: &str,
        files: Vec<ListedFile>,
        unread: &[Box<str>],
    ) {
        let mut found: HashSet<FileId, FxBuildHasher> = HashSet::default();
        for file in files {
            if !matches!(file.look, Look::LeftOut(_)) {
                found.extend(self.enter_hidden(now, folder, file));
            }
        }
        let is_unknown = |path: &str| unread.iter().any(|unread| path.starts_with(&**unread));
        let is_theirs = |row: &Row| {
            let is_within = row.folder == folder && row.path.starts_with(within);
            row.hidden && is_within && !is_unknown(&row.path)
        };
        let gone = self.catalog.select(|id, row| is_theirs(row) && !found.contains(&id));
        for id in gone {
            self.readable_hidden.remove(&id);
            self.mark_gone(id);
        }
        if within.is_empty() {
            self.memory.change(|memory| memory.hidden_looks.set(folder, now));
        }
    }

    /// `None` if the folder's own listing has it.
    fn enter_hidden(&mut self, now: Moment, folder: FolderId, file: ListedFile) -> Option<FileId> {
        let (stamp, state) = match first_state(now, file.look) {
            (stamp, FileState::Problem { digest, problem }) => {
                (stamp, FileState::Problem { digest, problem })
            }
            (stamp, FileState::Skipped(reason)) => (stamp, FileState::Skipped(reason)),
            (stamp, _) => (stamp, HIDDEN),
        };
        let id = match self.catalog.find(folder, &file.path) {
            None => self.insert_hidden(folder, file.path, stamp, state),
            Some(id) => {
                let row = self.catalog.get(id)?;
                let is_gone = matches!(row.state, FileState::Gone { .. });
                if !row.hidden && !is_gone {
                    return None;
                }
                // A new look gives the file anew, so it may be readable now.
                let was_unreadable = row.state.problem() == Some(Problem::Unreadable);
                if is_gone || was_unreadable || row.stamp != stamp {
                    self.abandon(id);
                    self.catalog.set_content(id, stamp, state);
                    self.catalog.set_hidden(id, true);
                }
                id
            }
        };
        self.readable_hidden.insert(id);
        Some(id)
    }

    pub(super) fn insert_hidden(
        &mut self,
        folder: FolderId,
        path: Box<str>,
        stamp: Stamp,
        state: FileState,
    ) -> FileId {
        self.catalog.insert(Row { folder, path, stamp, state, attempts: 0, before: None, hidden: true })
    }

    /// The folder's own listing has it now, perhaps in a newer browser.
    pub(super) fn reveal(&mut self, now: Moment, id: FileId, look: Look) {
        self.readable_hidden.remove(&id);
        self.catalog.set_hidden(id, false);
        if self.catalog.get(id).is_some_and(|row| row.state.problem() == Some(Problem::HiddenName)) {
            let (stamp, state) = first_state(now, look);
            self.catalog.set_content(id, stamp, state);
        }
    }

    /// The person agrees that the hidden files which can be read now are uploaded.
    pub(super) fn back_up_hidden(&mut self, folder: FolderId) {
        let waits = |row: &&Row| row.folder == folder && row.state.problem() == Some(Problem::HiddenName);
        let readable = self.readable_hidden.iter().copied();
        let agreed: Vec<FileId> =
            readable.filter(|id| self.catalog.get(*id).filter(waits).is_some()).collect();
        for id in agreed {
            self.catalog.forget_attempts(id);
            self.catalog.begin_again(id);
        }
    }

    /// How many of the folder's hidden files could be uploaded now, if the person agreed.
    pub(crate) fn count_readable_hidden(&self, folder: FolderId) -> u64 {
        let waits = |row: &&Row| row.folder == folder && row.state.problem() == Some(Problem::HiddenName);
        self.readable_hidden.iter().filter(|id| self.catalog.get(**id).filter(waits).is_some()).count() as u64
    }
}
