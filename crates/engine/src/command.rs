//! What to do. The host carries the commands out in order; a [`Command::Save`] is finished before what follows.

use protocol::Digest;

use crate::event::JobId;
use crate::folder::{FolderId, ScanId};
use crate::intent::Settings;
use crate::row::{SavedRow, Stamp};
use crate::time::Moment;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make these rows durable.
    Save(Vec<SavedRow>),
    SaveSettings(Settings),
    /// Forget the folder's handle.
    ForgetFolder(FolderId),
    /// Name every file of the folder, in batches, then say how it ended.
    ListFolder {
        folder: FolderId,
        scan: ScanId,
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
}

/// A file to send, with the digest that its bytes must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Send {
    pub read: Read,
    pub digest: Digest,
}
