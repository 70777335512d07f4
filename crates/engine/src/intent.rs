//! What the person can ask for.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::closed::SeenClosed;
use crate::folder::{FolderId, FolderRules};
use crate::gate::{GateRules, PowerSeen};
use crate::notice::Noticed;
use crate::row::FileId;

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
    /// Try one problem again.
    Retry(FileId),
    RetryAll,
    RemoveFolder(FolderId),
    SetRules(FolderId, FolderRules),
    /// Send at most so many bytes per second.
    LimitRate(Option<NonZeroU64>),
    SetKeepAwake(bool),
    SetGates(GateRules),
    /// Keep copies of what waits, up to so many bytes.
    SetCopiesLimit(Option<NonZeroU64>),
    SetNotices(bool),
    /// Pass the gates, this time.
    BackUpAnyway,
}

/// The account on one server, by the id that the server gave it. A new vault has a new one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountId(pub String);

/// What the person set, and whom the proofs are from. Kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Back up by itself while Safelight is open.
    pub foreground: bool,
    pub paused: bool,
    /// The account that confirmed what is protected.
    #[serde(default)]
    pub account: Option<AccountId>,
    /// Bytes per second that may be sent; `None` is as many as the way allows.
    #[serde(default)]
    pub rate_limit: Option<NonZeroU64>,
    /// Let the screen stay on while files are backed up.
    #[serde(default)]
    pub keep_awake: bool,
    /// Back up while Safelight is closed, whenever the browser wakes it.
    pub background: bool,
    pub gates: GateRules,
    pub power: Option<PowerSeen>,
    pub seen_closed: SeenClosed,
    /// Bytes of copies of files that wait, where folders cannot be read without a page.
    pub copies_limit: Option<NonZeroU64>,
    /// Tell the person who does not look.
    pub notices: bool,
    pub noticed: Noticed,
}

/// Some two hundred photos.
const COPIES_BYTES: u64 = 1_000_000_000;

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            foreground: true,
            paused: false,
            account: None,
            rate_limit: None,
            keep_awake: false,
            background: true,
            gates: GateRules::default(),
            power: None,
            seen_closed: SeenClosed::default(),
            copies_limit: NonZeroU64::new(COPIES_BYTES),
            notices: true,
            noticed: Noticed::default(),
        }
    }
}
