//! Copies of files that wait, in the browser's own storage: they can be read where their folders cannot.
//!
//! A copy proves nothing and is counted nowhere. It keeps the size and the time of its file, so that a copy of anything
//! older is never taken for the file.

use crate::row::{FileId, FileState};

/// How a copying ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StageEnd {
    Staged,
    /// The browser has no room for it.
    NoRoom,
    /// The file could not be read, or looks different by now.
    Failed,
}

/// The rows that there are copies of, in their order. A limit of bytes keeps them few.
#[derive(Debug, Default)]
pub(crate) struct Copies(Vec<FileId>);

impl Copies {
    pub(crate) fn has(&self, file: FileId) -> bool {
        self.0.binary_search(&file).is_ok()
    }

    pub(crate) fn add(&mut self, file: FileId) {
        if let Err(at) = self.0.binary_search(&file) {
            self.0.insert(at, file);
        }
    }

    /// True if it was there.
    pub(crate) fn remove(&mut self, file: FileId) -> bool {
        let found = self.0.binary_search(&file);
        found.map(|at| self.0.remove(at)).is_ok()
    }

    pub(crate) fn all(&self) -> &[FileId] {
        &self.0
    }
}

/// Whether a file in this state still waits to be sent.
pub(crate) fn waits(state: &FileState) -> bool {
    match state {
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. }
        | FileState::Waiting { .. } => true,
        FileState::Protected { .. }
        | FileState::Skipped(_)
        | FileState::Problem { .. }
        | FileState::Gone { .. } => false,
    }
}
