//! What can happen. Past tense: the engine is told, never asked.

use protocol::immich::UploadAnswer;
use protocol::{AssetId, Digest};
use serde::{Deserialize, Serialize};

use crate::folder::{Access, Barrier, FolderId, FolderRules, Lasting, ScanId};
use crate::gate::Surroundings;
use crate::intent::{AccountId, Intent, Settings};
use crate::link::Trust;
use crate::row::{FileId, SavedRow, Stamp};
use crate::run::Run;
use crate::staged::StageEnd;

/// Names one piece of work in flight, so that the end of an abandoned one is not taken for its successor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u32);

#[derive(Debug, Clone)]
pub enum Event {
    /// The first event of every engine: what the store held.
    Started(Box<Saved>),
    /// The person asked for something.
    Asked(Intent),
    /// A folder was given to us, and stored if it lasts.
    FolderAdded {
        folder: FolderId,
        name: String,
        lasting: Lasting,
    },
    /// What the browser now says of a folder's permission.
    AccessChanged {
        folder: FolderId,
        access: Access,
    },
    /// Something happened at these paths: files or folders, new, changed or gone.
    PathsTouched {
        folder: FolderId,
        paths: Vec<Box<str>>,
    },
    /// The watch of this folder began only after a look at it: what happened between the two is unknown.
    WatchBeganLate {
        folder: FolderId,
    },
    /// The watch of this folder lost sight of it, or never began to see: what happened since is unknown.
    WatchEnded {
        folder: FolderId,
    },
    /// A batch of a listing.
    FilesListed {
        folder: FolderId,
        scan: ScanId,
        files: Vec<ListedFile>,
    },
    ListingEnded {
        folder: FolderId,
        scan: ScanId,
        end: ListingEnd,
    },
    /// Bytes of a file read so far.
    HashProgressed {
        job: JobId,
        read: u64,
    },
    HashEnded {
        job: JobId,
        end: HashEnd,
    },
    /// The server's word on each digest of the batch, in the order in which they were asked.
    AskEnded {
        job: JobId,
        end: RequestEnd<Vec<Known>>,
    },
    /// The server keeps what arrives of this upload, and has so many bytes of it already.
    UploadResumed {
        job: JobId,
        at: u64,
    },
    /// Bytes of a file sent so far.
    UploadProgressed {
        job: JobId,
        sent: u64,
    },
    UploadEnded {
        job: JobId,
        end: UploadEnd,
    },
    StageEnded {
        job: JobId,
        end: StageEnd,
    },
    /// Who we are to the server, and what it can do.
    ServerChecked {
        job: JobId,
        checked: Checked,
    },
    PairingEnded(PairEnd),
    /// The network is said to be back or gone.
    NetworkChanged {
        online: bool,
    },
    /// A page opened while an engine without one works.
    TabOpened,
    /// The files that the browser itself sends are others, or were looked up anew.
    FetchingChanged(Vec<FileId>),
    /// What the browser tells of the device is new, or was looked at anew.
    SurroundingsChanged(Surroundings),
    /// A time that [`crate::Command::WakeAt`] asked for has come.
    Woke,
}

impl Event {
    /// Whether nobody waits for what follows from it: a few of them may be told together.
    pub fn can_wait(&self) -> bool {
        matches!(
            self,
            Event::FilesListed { .. }
                | Event::HashProgressed { .. }
                | Event::HashEnded { .. }
                | Event::UploadProgressed { .. }
        )
    }
}

/// What a store holds.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    pub folders: Vec<SavedFolder>,
    pub rows: Vec<SavedRow>,
    pub settings: Settings,
    /// The newest run of the history.
    pub last_run: Option<Run>,
    /// The rows that there are copies of.
    pub staged: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFolder {
    pub id: FolderId,
    pub name: String,
    pub rules: FolderRules,
}

/// A file as a listing sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedFile {
    pub path: Box<str>,
    pub look: Look,
}

/// What a look at a file showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Seen(Stamp),
    /// Not looked at: [`crate::rules::left_out`] said why.
    LeftOut,
    Unreadable,
    /// The name is not valid text; the path holds a stand-in.
    Nameless,
    /// A folder that cannot be looked into; its path ends in `/`.
    UnreadableFolder,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListingEnd {
    /// Every file within the scope was named. Only this lets the engine call a file gone.
    Complete,
    /// All was named but what lies in some folders inside, which were named as unreadable.
    Incomplete,
    OutOfReach(Barrier),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashEnd {
    /// The digest of all the bytes; the file still has the stamp that it was asked with.
    Digested(Digest),
    /// The file now looks different; read nothing into what was read.
    Moved(Look),
    /// It is no longer there.
    Vanished,
    /// It is there, unchanged, and cannot be read.
    Unreadable,
    /// The whole folder cannot be read.
    OutOfReach(Barrier),
    /// Whoever read it stopped without an answer.
    ReaderStopped,
    /// The copy that was to be read cannot be.
    CopyLost,
}

/// How a request ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestEnd<T> {
    Replied(Reply<T>),
    /// No answer: offline, refused, cut off.
    NoReply,
    /// It was abandoned because no byte moved for too long.
    Stalled,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply<T> {
    pub status: u16,
    /// From `Retry-After`, in milliseconds.
    pub retry_after_ms: Option<u64>,
    pub body: Body<T>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body<T> {
    /// What the API promises for success.
    Understood(T),
    /// The API's refusal, with its message.
    Refused(String),
    /// Anything else, most likely a proxy's page.
    Foreign,
}

/// The server's word on one digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Known {
    /// It lacks these bytes and would take them.
    Lacking,
    Held {
        asset: Option<AssetId>,
    },
    InTrash,
    Unsupported,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UploadEnd {
    Ended(RequestEnd<UploadAnswer>),
    /// The file changed before or under the reader; what was sent is void.
    Moved(Look),
    Vanished,
    Unreadable,
    OutOfReach(Barrier),
    /// The copy that was to be sent cannot be read.
    CopyLost,
}

/// How a look at the server ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub account: RequestEnd<KnownAccount>,
    pub trust: Trust,
}

/// The server knows us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownAccount(pub AccountId);

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairEnd {
    Paired,
    /// Wrong, used or too old.
    CodeRefused,
    TooManyTries,
    NoReply,
}
