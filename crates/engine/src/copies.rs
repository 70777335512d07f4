//! Copies of files that wait, in the browser's own storage: they can be read where their folders cannot.
//!
//! A copy proves nothing and is counted nowhere. It keeps the size and the time of its file, so that a copy of anything
//! older is never taken for the file.

use crate::row::FileState;

/// How a copying ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyEnd {
    Copied,
    /// The browser has no room for it.
    NoRoom,
    /// The file could not be read, or looks different by now.
    Failed,
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
        | FileState::InTrash { .. }
        | FileState::Gone { .. } => false,
    }
}
