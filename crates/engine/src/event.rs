//! What can happen, grouped by the part of the engine that it concerns. Past tense: the engine is told, never asked.

use protocol::immich::UploadAnswer;
use protocol::{AssetId, Digest};
use serde::{Deserialize, Serialize};

use crate::abilities::Abilities;
use crate::copies::CopyEnd;
use crate::folder::{Access, Barrier, FolderId, FolderRules, Lasting, ScanId};
use crate::gate::Surroundings;
use crate::intent::Intent;
use crate::record::Loaded;
use crate::row::{FileId, SavedRow, Stamp};
use crate::run::Run;
use crate::settings::{AccountId, Memory, Settings};

/// Names one piece of work in flight, so that the end of an abandoned one is not taken for its successor's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct JobId(pub u32);

#[derive(Debug, Clone)]
pub enum Event {
    /// The first event of every engine: what the store held.
    Started(Box<Saved>),
    /// The person asked for something.
    Asked(Intent),
    Folder(FolderId, FolderEvent),
    Reading(JobId, ReadingEvent),
    /// The server's word on each digest of the batch, in the order in which they were asked.
    AskEnded(JobId, RequestEnd<Vec<Known>>),
    Sending(JobId, SendingEvent),
    CopyEnded(JobId, CopyEnd),
    Link(LinkEvent),
    /// What the browser tells of the device is new, or was looked at again.
    SurroundingsChanged(Surroundings),
    /// The browser itself sends these files now.
    FetchingChanged(Vec<FileId>),
    /// A page opened while an engine without one works.
    PageOpened,
    /// A time that [`crate::Begin::WakeAt`] asked for has come.
    Woke,
}

#[derive(Debug, Clone)]
pub enum FolderEvent {
    /// It was given to us, and stored if it lasts.
    Added {
        name: String,
        lasting: Lasting,
    },
    /// What the browser now says of its permission.
    AccessChanged(Access),
    /// Something happened at these paths: files or folders, new, changed or gone.
    PathsTouched(Vec<Box<str>>),
    /// The watch began only after a look at the folder did: what happened between the two is unknown.
    WatchBeganLate,
    /// The watch ended, or never began: what happened since is unknown.
    WatchEnded,
    /// A batch of a listing.
    FilesListed {
        scan: ScanId,
        files: Vec<ListedFile>,
    },
    ListingEnded {
        scan: ScanId,
        end: ListingEnd,
    },
}

#[derive(Debug, Clone, Copy)]
pub enum ReadingEvent {
    /// Bytes read so far.
    Progressed(u64),
    Ended(HashEnd),
}

#[derive(Debug, Clone)]
pub enum SendingEvent {
    /// The server keeps what arrives of this upload, and has so many bytes of it already.
    Resumed(u64),
    /// Bytes sent so far.
    Progressed(u64),
    Ended(UploadEnd),
}

#[derive(Debug, Clone)]
pub enum LinkEvent {
    /// Who we are to the server, and what it can do.
    Checked(JobId, Checked),
    PairingEnded(PairEnd),
    /// The network is said to be back or gone.
    NetworkChanged {
        online: bool,
    },
}

impl Event {
    /// Whether nobody waits for what follows from it: a few of them may be told together.
    pub fn can_wait(&self) -> bool {
        match self {
            Event::Folder(_, FolderEvent::FilesListed { .. })
            | Event::Reading(..)
            | Event::Sending(_, SendingEvent::Progressed(_)) => true,
            Event::Started(_)
            | Event::Asked(_)
            | Event::Folder(..)
            | Event::AskEnded(..)
            | Event::Sending(..)
            | Event::CopyEnded(..)
            | Event::Link(_)
            | Event::SurroundingsChanged(_)
            | Event::FetchingChanged(_)
            | Event::PageOpened
            | Event::Woke => false,
        }
    }

    /// Whether only an engine with a page hears it.
    pub(crate) fn is_of_pages(&self) -> bool {
        match self {
            Event::Asked(_)
            | Event::CopyEnded(..)
            | Event::FetchingChanged(_)
            | Event::Link(LinkEvent::PairingEnded(_) | LinkEvent::NetworkChanged { .. })
            | Event::Folder(
                _,
                FolderEvent::Added { .. }
                | FolderEvent::PathsTouched(_)
                | FolderEvent::WatchBeganLate
                | FolderEvent::WatchEnded,
            ) => true,
            Event::Started(_)
            | Event::Folder(
                _,
                FolderEvent::AccessChanged(_)
                | FolderEvent::FilesListed { .. }
                | FolderEvent::ListingEnded { .. },
            )
            | Event::Reading(..)
            | Event::AskEnded(..)
            | Event::Sending(..)
            | Event::Link(LinkEvent::Checked(..))
            | Event::SurroundingsChanged(_)
            | Event::PageOpened
            | Event::Woke => false,
        }
    }
}

/// What a store holds.
#[derive(Debug, Clone, Default)]
pub struct Saved {
    pub folders: Vec<SavedFolder>,
    pub rows: Vec<SavedRow>,
    /// Rows whose records cannot be read. Their files are looked at as if they were new; the records stay.
    pub unreadable_rows: Vec<FileId>,
    pub settings: Loaded<Settings>,
    pub memory: Loaded<Memory>,
    /// The newest run of the history.
    pub last_run: Option<Run>,
    /// The last incidents, oldest first.
    pub incidents: Vec<crate::incident::Incident>,
    /// The rows that there are copies of.
    pub copies: Vec<FileId>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SavedFolder {
    pub id: FolderId,
    pub name: String,
    pub rules: Loaded<FolderRules>,
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
    InTrash {
        asset: Option<AssetId>,
    },
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
    pub account: RequestEnd<AccountId>,
    pub abilities: Abilities,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairEnd {
    Paired,
    /// Wrong, used or too old.
    CodeRefused,
    TooManyTries,
    NoReply,
}
