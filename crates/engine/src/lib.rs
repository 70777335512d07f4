//! The backup engine: a pure state machine.
//!
//! [`Engine::handle`] takes the time and what happened, and returns what to do. It does no IO, reads no clock
//! and never waits; a wake-up is a command like any other. The host (`crates/browser`) carries the commands
//! out and reports back; [`testing`] does the same in memory.
//!
//! What must always hold:
//! - *Protected means proven*: a file becomes [`FileState::Protected`] only when the server confirms its digest.
//! - *Nothing vanishes*: every file seen is in exactly one [`FileState`], and every number is derived from them.
//! - *Written before acted*: others learn about a turn only after its changes are stored, see [`effects`].
//! - *Unreachable is not deleted*: a folder or a server that does not answer changes no file's state.

mod abilities;
mod catalog;
mod command;
mod copies;
mod decision;
mod engine;
mod event;
mod folder;
mod gate;
mod incident;
mod intent;
mod kind;
mod link;
mod list;
mod notice;
mod pace;
pub mod record;
pub mod rules;
mod run;
mod schedule;
mod settings;
mod speed;
mod tally;
mod view;
mod woken;

#[cfg(feature = "testing")]
pub mod testing;

pub use abilities::Abilities;
pub use command::{AfterStored, Begin, Changes, Commands, OfPage, Read, SavedRun, Tell, Upload};
pub use copies::CopyEnd;
pub use decision::{Decision, after_upload};
pub use engine::{Engine, INBOX, Large, Page, Role, Shift, ShiftReport};
pub use event::{
    Body, Checked, Event, FolderEvent, HashEnd, JobId, Known, LinkEvent, ListedFile, ListingEnd, Look,
    PairEnd, ReadingEvent, Reply, RequestEnd, Saved, SavedFolder, SendingEvent, UploadEnd,
};
pub use folder::{Access, Barrier, Folder, FolderRules, Lasting, ScanId, Scope, Versions};
pub use gate::{Gate, GateRules, Held, Power, PowerSeen, QuietHours, Surroundings, VideosInBackground};
pub use incident::{Incident, Trouble};
pub use intent::Intent;
pub use kind::Kind;
pub use link::Halt;
pub use list::{Cause, Chosen, ListOrder, Lists, Query, Recency};
pub use notice::{Needs, Notice, Noticed};
pub use record::Loaded;
pub use rows::{
    Failure, FileId, FileState, FolderId, Moment, Problem, Proof, Row, SavedRow, SkipReason, Stamp,
};
pub(crate) use rows::{row, time};
pub use run::{Account, Done, Ended, Run, RunEnd, Wake};
pub use schedule::{Effect, Turn, effects};
pub use settings::{AccountId, Memory, PerFolder, Readable, Settings};
pub use tally::Tally;
pub use view::{
    Activity, CopiesView, Filter, FolderView, Headline, Listed, PairingView, Reason, RowView, RowsPage,
    Stage, View,
};
pub use woken::Woken;
