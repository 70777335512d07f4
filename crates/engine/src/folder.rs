//! A directory that the person chose.

use serde::{Deserialize, Serialize};

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
    /// The permission lapsed: one click gives it back.
    NeedsPermission,
    /// The directory is not there: a drive unplugged, a folder moved away.
    Unreachable,
}

/// A folder as the engine knows it.
#[derive(Debug, Clone)]
pub struct Folder {
    pub name: String,
    pub access: Access,
    pub(crate) listing: Listing,
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
    pub(crate) fn new(name: String) -> Folder {
        Folder { name, access: Access::Granted, listing: Listing::Due }
    }
}
