//! What the person can ask for.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::folder::{FolderId, FolderRules};
use crate::gate::GateRules;
use crate::list::Chosen;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Intent {
    /// Exchange this one-time code for a session.
    Pair {
        code: String,
    },
    /// Look for new files and back up, whatever the switches say.
    BackUpNow,
    /// The page came back into view: look again.
    Look,
    Pause,
    Resume,
    SetForeground(bool),
    SetBackground(bool),
    /// Try these problems and waiting files again.
    Retry(Chosen),
    RetryAll,
    /// Leave these files out, until the person includes them again.
    Skip(Chosen),
    /// Back up these files that the person left out.
    Include(Chosen),
    RemoveFolder(FolderId),
    /// Upload the folder's files that the browser hides, as far as they can be read now.
    BackUpHidden(FolderId),
    SetRules(FolderId, FolderRules),
    /// Send at most this many bytes per second.
    LimitRate(Option<NonZeroU64>),
    SetKeepAwake(bool),
    SetGates(GateRules),
    /// Keep copies of waiting files, up to this many bytes.
    SetCopiesLimit(Option<NonZeroU64>),
    SetNotices(bool),
    /// Ignore the gates that are closed now, for this run.
    BackUpAnyway,
    /// The settings cannot be read: use the defaults.
    ResetSettings,
}
