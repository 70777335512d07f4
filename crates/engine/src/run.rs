//! Runs: what started a stretch of work, what it did, and the account at its end. Kept as history.

use serde::{Deserialize, Serialize};

use crate::gate::Gate;
use crate::link::Halt;
use crate::row::{Problem, SkipReason};
use crate::tally::Tally;
use crate::time::Moment;

/// One stretch of work. It begins when there is something to do and ends when nothing more can be done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its key in the history: no two runs begin at the same moment.
    pub began: Moment,
    pub woken_by: Wake,
    /// `None` while it is running.
    pub ended: Option<Ended>,
    /// What it did itself.
    pub done: Done,
    /// The state of all files when it ended, or when it was last saved.
    pub account: Account,
}

/// What started a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Wake {
    /// Safelight was opened, or its engine restarted.
    Opened,
    /// The page came back into view.
    Resumed,
    /// The person asked for it.
    Asked,
    FolderAdded,
    /// A folder can be read again.
    FolderBack,
    FilesChanged,
    /// A full listing or a retry was due.
    Scheduled,
    NetworkBack,
    SignedIn,
    /// The browser, once the network was available: work was left, and no page was open.
    Sync,
    /// The browser, from time to time: there may be new files.
    PeriodicSync,
    /// The server, because it had not heard from this device for a day, or at a time that the person chose.
    Push,
    /// The person closed Safelight to test whether it continues.
    Tested,
    /// The browser finished uploading files by itself, or gave up.
    Fetched,
    /// The last page was closed.
    Left,
}

impl Wake {
    /// Whether it came while no page was open.
    pub fn is_background(self) -> bool {
        matches!(
            self,
            Wake::Sync | Wake::PeriodicSync | Wake::Push | Wake::Tested | Wake::Fetched | Wake::Left
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub at: Moment,
    pub because: RunEnd,
}

/// Why a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum RunEnd {
    /// Nothing more could be done then.
    Finished,
    /// The person paused it, or switched it off.
    Paused,
    /// Nothing more could be sent.
    Stopped(Halt),
    /// The browser or this page was closed, or it crashed.
    CutOff,
    /// The time that the browser allows without a page was over.
    TimeUp,
    /// A page opened, and its own engine took over.
    HandedOver,
    /// Without a page, the browser did not let us read every folder.
    Barred,
    /// One of the person's rules held back everything that was left.
    Held(Gate),
}

/// What one run did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Done {
    /// Files that it sent and the server confirmed.
    pub sent: u64,
    pub sent_bytes: u64,
    /// Files that the server turned out to hold already.
    pub already_there: u64,
}

/// The state of all files: *scanned = sent + already there + skipped + problems + remaining*.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// All files in all folders.
    pub scanned: u64,
    /// Protected, after being sent from here by this run or an earlier one.
    pub sent: u64,
    /// Protected; the server held them before they were sent.
    pub already_there: u64,
    pub skipped: Vec<(SkipReason, u64)>,
    pub problems: Vec<(Problem, u64)>,
    pub remaining: u64,
    pub protected_bytes: u64,
    pub remaining_bytes: u64,
}

impl Run {
    pub(crate) fn new(began: Moment, woken_by: Wake) -> Run {
        Run { began, woken_by, ended: None, done: Done::default(), account: Account::default() }
    }

    /// Whether it found nothing to do. Of several such runs in a row, only the newest is worth keeping.
    pub fn was_idle(&self) -> bool {
        self.done == Done::default()
    }
}

impl From<Tally> for Account {
    fn from(tally: Tally) -> Account {
        Account {
            scanned: tally.total,
            sent: tally.protected - tally.already_there,
            already_there: tally.already_there,
            skipped: tally.skipped_by_reason.into_iter().collect(),
            problems: tally.problems_by_kind.into_iter().collect(),
            remaining: tally.remaining,
            protected_bytes: tally.protected_bytes,
            remaining_bytes: tally.remaining_bytes,
        }
    }
}
