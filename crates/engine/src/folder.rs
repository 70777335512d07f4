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
}

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
        Folder { name, access: Access::Granted, lasting, listing: Listing::Due, listed_at: None }
    }
}
