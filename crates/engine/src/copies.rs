//! Copies of waiting files, in the browser's own storage. They can be read when their folders cannot.
//!
//! A copy proves nothing and does not count as a file. It keeps the size and time of its file, so that a copy of an
//! older version is never mistaken for the file.

use crate::row::FileState;

/// How copying a file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyEnd {
    Copied,
    /// The browser has no room for it.
    NoRoom,
    /// The file could not be read, or has changed meanwhile.
    Failed,
}

/// Whether a file in this state waits to be sent, and may be sent from a copy. One that does not fit on the server does
/// not fit from a copy either.
pub(crate) fn waits(state: &FileState) -> bool {
    match state {
        FileState::Waiting { .. } => !state.lacks_room(),
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. } => true,
        FileState::Protected { .. }
        | FileState::Skipped(_)
        | FileState::Problem { .. }
        | FileState::InTrash { .. }
        | FileState::Gone { .. } => false,
    }
}
