//! The rows of the catalog, and their stored form.
//!
//! A crate of its own because a profile sets the optimization of whole crates: everything that the browser loads is
//! compiled to be small, and only this and the hashes to be fast. All rows are decoded before a wake-up sends its first
//! byte; compiled to be small, that takes twice as long (100,000 rows: 77 instead of 38 ms).

pub mod pages;
pub mod row;
pub mod time;

use serde::{Deserialize, Serialize};

pub use row::{Failure, FileId, FileState, Problem, Proof, Row, SavedRow, SkipReason, Stamp};
pub use time::Moment;

/// Identifies a folder. Assigned by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FolderId(pub u32);

/// A stored form that only a newer Safelight knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newer;
