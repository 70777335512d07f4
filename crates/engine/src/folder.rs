//! A directory that the person chose.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

/// Names a folder. Given by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FolderId(pub u32);

/// Names one listing of a folder, so that a late batch of an earlier one is not taken for this one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScanId(pub u32);

/// Whether the browser lets us read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    Granted,
    Barred(Barrier),
}

/// What stands between us and a folder. None of it is a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Barrier {
    /// The permission lapsed: one click gives it back.
    NeedsPermission,
    /// The directory is not there: a drive unplugged, a folder moved away.
    Unreachable,
}

/// Whether a folder can be looked through again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lasting {
    /// Its handle is stored.
    Lasting,
    /// Files handed over once, by a browser that gives no handle. Forgotten at the next start.
    Once,
}

/// A folder as the engine knows it.
#[derive(Debug, Clone)]
pub struct Folder {
    pub name: String,
    pub access: Access,
    pub lasting: Lasting,
    pub(crate) listing: Listing,
    /// When it was last looked through to its end, since the start.
    pub(crate) listed_at: Option<Moment>,
    /// When it was last found out of reach.
    pub(crate) failed_at: Option<Moment>,
}

/// Watching only speeds things up: what counts is to look through everything now and then.
const LOOK_EVERY_MS: u64 = 30 * 60_000;
/// A drive or a network share that was away is often back soon.
const REACH_AGAIN_MS: u64 = 60_000;

/// Where the reconciliation of a folder with its rows stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// To be listed as soon as possible.
    Due,
    Running(ScanId),
    /// Listed to the end since the engine started.
    Complete,
    /// Could not be listed; nothing is known anew.
    Failed,
}

impl Folder {
    pub(crate) fn new(name: String, lasting: Lasting) -> Folder {
        Folder {
            name,
            access: Access::Granted,
            lasting,
            listing: Listing::Due,
            listed_at: None,
            failed_at: None,
        }
    }

    /// When it is to be looked through again, if that is not for the person to say.
    pub(crate) fn look_due(&self) -> Option<Moment> {
        match (self.listing, self.access) {
            (Listing::Complete, Access::Granted) => self.listed_at.map(|at| at + LOOK_EVERY_MS),
            (Listing::Failed, Access::Barred(Barrier::Unreachable)) if self.lasting == Lasting::Lasting => {
                self.failed_at.map(|at| at + REACH_AGAIN_MS)
            }
            (Listing::Due | Listing::Running(_) | Listing::Complete | Listing::Failed, _) => None,
        }
    }
}
