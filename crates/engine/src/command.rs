//! What to do, typed by when it may be done. [`crate::schedule`] turns the commands of a turn, or of several turns
//! together, into the order of effects; every host follows that order.

use std::num::NonZeroU64;

use protocol::Digest;

use crate::event::JobId;
use crate::folder::{FolderId, FolderRules, ScanId, Scope};
use crate::incident::Incident;
use crate::notice::Notice;
use crate::row::{FileId, SavedRow, Stamp};
use crate::run::Run;
use crate::settings::{Memory, Settings};
use crate::time::Moment;

/// What the engine wants done after one event.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Commands {
    pub begin: Vec<Begin>,
    pub store: Changes,
    pub after_stored: Vec<AfterStored>,
}

/// Reading, and the alarm clock: nobody outside hears of it, so it begins before anything is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Tell what changes in the folder from now on, where the browser can. Stands before the listing, so that
    /// nothing is missed between the two.
    WatchFolder(FolderId),
    /// Name every file within the scope, in batches, then say how it ended.
    ListFolder { folder: FolderId, scan: ScanId, scope: Scope },
    /// Read a file and tell its SHA-1.
    Hash(Read),
    /// Ask the server who we are, and what it can do.
    CheckServer { job: JobId },
    /// Send [`crate::Event::Woke`] at this time. Replaces what was asked before.
    WakeAt(Moment),
}

/// What must become durable, all or nothing, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// In the order in which they changed: the last one of each id counts.
    pub rows: Vec<SavedRow>,
    pub settings: Option<Settings>,
    pub memory: Option<Memory>,
    pub rules: Vec<(FolderId, FolderRules)>,
    pub runs: Vec<SavedRun>,
    /// The last incidents, all of them.
    pub incidents: Option<Vec<Incident>>,
    /// Folders whose records go.
    pub forgotten: Vec<FolderId>,
}

/// Keep this run in the history, in place of what was kept of it before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRun {
    pub run: Run,
    /// The beginning of an earlier run that did nothing: this one takes its place.
    pub replaces: Option<Moment>,
}

/// What the server, another device or the person hears of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterStored {
    /// Ask the server whether it holds these.
    Ask {
        job: JobId,
        digests: Vec<Digest>,
    },
    Upload(Upload),
    /// Stop a piece of work; nobody waits for its end.
    Abandon(JobId),
    /// Let the server take no more than so many bytes per second from us; `None` is no limit.
    LimitRate(Option<NonZeroU64>),
    RemoveCopies(Vec<FileId>),
    OfPage(OfPage),
}

/// What only an engine with a page asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfPage {
    /// Tell the server what [`crate::Engine::inventory`] says of this folder.
    TellInventory(FolderId),
    /// Copy a file into the browser's own storage.
    Copy { read: Read, file: FileId },
    /// Remove a file that is ours alone: it was shared with us, and the server holds it.
    Discard { folder: FolderId, path: Box<str> },
    /// Show a notification.
    Notify(Notice),
    /// Exchange a pairing code for a session.
    Pair { code: String },
}

/// What pages hear at the end of a turn, when everything that it changed is stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// The page's message of this number was heard, and what followed from it is stored.
    Confirm(u32),
    /// There may be a new view.
    View,
}

/// A file to read, as it looked when it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub job: JobId,
    pub folder: FolderId,
    pub path: Box<str>,
    pub stamp: Stamp,
    /// Its folder cannot be read, but this copy of the file can.
    pub copy: Option<FileId>,
}

/// A file to upload, with the digest that its bytes must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub read: Read,
    pub digest: Digest,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        *self == Changes::default()
    }

    /// What comes later counts.
    pub(crate) fn append(&mut self, later: Changes) {
        let Changes { rows, settings, memory, rules, runs, incidents, forgotten } = later;
        self.rows.extend(rows);
        self.settings = settings.or(self.settings.take());
        self.memory = memory.or(self.memory.take());
        self.rules.extend(rules);
        self.runs.extend(runs);
        self.incidents = incidents.or(self.incidents.take());
        self.forgotten.extend(forgotten);
    }
}
