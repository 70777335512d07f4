//! The engine's commands, typed by when they may be carried out. [`crate::schedule`] turns the commands of one or
//! several turns into an ordered list of effects. Every host follows that order.

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

/// Reading, and the alarm. They tell nobody outside about the turn, so they begin before anything is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begin {
    /// Report changes in the folder from now on, if the browser can. Comes before the listing, so that no change
    /// between the two is missed.
    WatchFolder(FolderId),
    /// List every file within the scope, in batches, then report how the listing ended. If it reads ahead, it may also
    /// digest small photos and videos while it has them open.
    ListFolder { folder: FolderId, scan: ScanId, scope: Scope, reads_ahead: bool },
    /// Go on with this listing without reading ahead.
    StopReadingAhead(ScanId),
    /// Read a file and report its SHA-1.
    Hash(Read),
    /// Ask the server who we are, and what it can do.
    CheckServer { job: JobId },
    /// Send [`crate::Event::Woke`] at this time. Replaces the previous alarm.
    WakeAt(Moment),
}

/// What must become durable, all or nothing, in one transaction.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// In the order in which they changed. For each id, the last one counts.
    pub rows: Vec<SavedRow>,
    pub settings: Option<Settings>,
    pub memory: Option<Memory>,
    pub rules: Vec<(FolderId, FolderRules)>,
    pub runs: Vec<SavedRun>,
    /// The complete list of recent incidents.
    pub incidents: Option<Vec<Incident>>,
    /// Folders whose records are to be deleted.
    pub forgotten: Vec<FolderId>,
}

/// Save this run in the history, in place of its earlier version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedRun {
    pub run: Run,
    /// When an earlier run began that did nothing. This run replaces it.
    pub replaces: Option<Moment>,
}

/// What the server, another device or the person will notice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AfterStored {
    /// Ask the server whether it holds these.
    Ask {
        job: JobId,
        digests: Vec<Digest>,
    },
    Upload(Upload),
    /// The same for several files, in one request. Each ends by itself; progress is reported for the first of them, and
    /// counts the bytes of all.
    UploadBundle(Vec<Upload>),
    /// Cancel a job. Nobody waits for its end. The jobs of a bundle are cancelled together.
    Abandon(JobId),
    /// Tell the server to accept at most this many bytes per second from us; `None` is no limit.
    LimitRate(Option<NonZeroU64>),
    RemoveCopies(Vec<FileId>),
    OfPage(OfPage),
}

/// Commands that only an engine with a page gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OfPage {
    /// Send the server this folder's [`crate::Engine::inventory`].
    TellInventory(FolderId),
    /// Copy a file into the browser's own storage.
    Copy { read: Read, file: FileId },
    /// Delete a file that is ours alone: it was shared with us, and the server holds it or the person asked to remove
    /// it.
    Discard { folder: FolderId, path: Box<str> },
    /// Tell the server that an upload of these bytes will not be finished.
    DropUpload(Digest),
    /// Show a notification.
    Notify(Notice),
    /// Exchange a pairing code for a session.
    Pair { code: String },
}

/// What the pages are told at the end of a turn, after all its changes are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tell {
    /// The page's message with this number was handled, and its consequences are stored.
    Confirm(u32),
    /// The view may have changed.
    View,
}

/// A file to read, as it looked when it was listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Read {
    pub job: JobId,
    pub folder: FolderId,
    pub path: Box<str>,
    pub stamp: Stamp,
    /// Read this copy instead, because the folder cannot be read.
    pub copy: Option<FileId>,
    /// The folder's handle cannot open it, only a page that was given it.
    pub hidden: bool,
}

/// A file to upload, with the digest that its bytes must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    pub read: Read,
    pub digest: Digest,
}

impl Changes {
    pub fn is_empty(&self) -> bool {
        let Changes { rows, settings, memory, rules, runs, incidents, forgotten } = self;
        let no_record = settings.is_none() && memory.is_none() && incidents.is_none();
        no_record && rows.is_empty() && rules.is_empty() && runs.is_empty() && forgotten.is_empty()
    }

    /// Later values replace earlier ones.
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
