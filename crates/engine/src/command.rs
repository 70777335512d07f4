//! What to do. The host carries the commands out in order; a [`Command::Save`] is finished before what follows.

use std::num::NonZeroU64;

use protocol::Digest;

use crate::event::JobId;
use crate::folder::{FolderId, FolderRules, ScanId, Scope};
use crate::intent::Settings;
use crate::notice::Notice;
use crate::row::{FileId, SavedRow, Stamp};
use crate::run::Run;
use crate::time::Moment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make these rows durable.
    Save(Vec<SavedRow>),
    SaveSettings(Settings),
    SaveRules {
        folder: FolderId,
        rules: FolderRules,
    },
    /// Keep this run in the history, in place of what was kept of it before, and of one that did nothing.
    SaveRun {
        run: Run,
        replaces: Option<Moment>,
    },
    /// Forget the folder's handle.
    ForgetFolder(FolderId),
    /// Tell what changes in the folder from now on, where the browser can. Stands before the listing, so that
    /// nothing falls between the two.
    WatchFolder(FolderId),
    /// Name every file within the scope, in batches, then say how it ended.
    ListFolder {
        folder: FolderId,
        scan: ScanId,
        scope: Scope,
    },
    /// Read a file and tell its SHA-1.
    Hash(Read),
    /// Ask the server whether it holds these.
    Ask {
        job: JobId,
        digests: Vec<Digest>,
    },
    Upload(Send),
    /// Stop a piece of work; nobody waits for its end.
    Abandon(JobId),
    /// Ask the server who we are, and what it can do.
    CheckServer {
        job: JobId,
    },
    /// Let the server take no more than so many bytes per second from us; `None` is as many as it can.
    LimitRate(Option<NonZeroU64>),
    /// Let the server know what [`crate::Engine::inventory`] says of this folder.
    TellInventory(FolderId),
    /// Copy a file into the browser's own storage.
    Stage {
        read: Read,
        file: FileId,
    },
    /// Remove these copies.
    Unstage(Vec<FileId>),
    /// Remove a file that is ours alone: it was shared with us, and the server holds it.
    Discard {
        folder: FolderId,
        path: Box<str>,
    },
    /// Tell the person, who does not look.
    Notify(Notice),
    /// Exchange a pairing code for a session.
    Pair {
        code: String,
    },
    /// Send [`crate::Event::Woke`] at this time. Replaces what was asked before.
    WakeAt(Moment),
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

/// A file to send, with the digest that its bytes must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    pub read: Read,
    pub digest: Digest,
}
