//! The backup engine: a pure state machine.
//!
//! [`Engine::handle`] takes the time and what happened, and returns what to do. It does no IO, reads no clock
//! and never waits; a wake-up is a command like any other. The host (`crates/browser`) carries the commands
//! out and reports back; [`testing`] does the same in memory.
//!
//! What must always hold:
//! - *Protected means proven*: only the server's word for a digest makes a file [`FileState::Protected`].
//! - *Nothing vanishes*: every file seen is in exactly one [`FileState`], and every number is derived from them.
//! - *Written before acted*: [`Command::Save`] stands before the commands that rest on it.
//! - *Unreachable is not deleted*: a folder or a server that does not answer changes no file's state.

mod catalog;
mod closed;
mod command;
mod decision;
mod engine;
mod event;
mod folder;
mod gate;
mod incident;
mod intent;
mod link;
mod maybe;
mod notice;
mod pace;
mod row;
pub mod rules;
mod run;
mod speed;
mod staged;
mod tally;
mod time;
mod turns;
mod view;

#[cfg(feature = "testing")]
pub mod testing;

pub use closed::SeenClosed;
pub use command::{Command, Read, Send};
pub use decision::{Decision, after_upload};
pub use engine::{Engine, INBOX, Large, Left};
pub use event::{
    Body, Checked, Event, HashEnd, JobId, Known, KnownAccount, ListedFile, ListingEnd, Look, PairEnd, Reply,
    RequestEnd, Saved, SavedFolder, UploadEnd,
};
pub use folder::{Access, Barrier, Folder, FolderId, FolderRules, Lasting, ScanId, Scope, Versions};
pub use gate::{Gate, GateRules, Held, Power, PowerSeen, QuietHours, Surroundings, VideosInBackground};
pub use incident::{Incident, Trouble};
pub use intent::{AccountId, Intent, Settings};
pub use link::{Halt, Trust};
pub use notice::{Needs, Notice, Noticed};
pub use row::{Failure, FileId, FileState, Problem, Proof, Row, SavedRow, SkipReason, Stamp};
pub use run::{Account, Done, Ended, Run, RunEnd, Wake};
pub use staged::StageEnd;
pub use tally::Tally;
pub use time::Moment;
pub use view::{
    Activity, CopiesView, Filter, FolderView, Headline, Listed, PairingView, Reason, RowView, RowsPage,
    Stage, View,
};
