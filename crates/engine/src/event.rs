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
use crate::row::{FileId, SavedRow, SkipReason, Stamp};
use crate::run::Run;
use crate::settings::{AccountId, Memory, Settings};

/// Identifies one job in flight, so that the end of an abandoned job is not mistaken for the end of its successor.
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
    /// The server's answer for each digest of the batch, in the order in which they were asked.
    AskEnded(JobId, RequestEnd<Vec<Known>>),
    Sending(JobId, SendingEvent),
    CopyEnded(JobId, CopyEnd),
    Link(LinkEvent),
    /// What the browser says about the device has changed, or was read again.
    SurroundingsChanged(Surroundings),
    /// The browser itself is uploading these files now.
    FetchingChanged(Vec<FileId>),
    /// A page opened while an engine without a page is running.
    PageOpened,
    /// The time set by [`crate::Begin::WakeAt`] has come.
    Woke,
}

#[derive(Debug, Clone)]
pub enum FolderEvent {
    /// It was added, and stored if it is lasting.
    Added {
        name: String,
        lasting: Lasting,
    },
    /// The browser's current answer about its permission.
    AccessChanged(Access),
    /// Files or folders at these paths are new, changed or gone.
    PathsTouched(Vec<Box<str>>),
    /// Another listing of the browser, which hides no names, was compared with the folder's own: these are all the
    /// files in this part of the folder that the folder's own listing leaves out. Until the page is gone, they can be
    /// read.
    HiddenFound {
        /// A folder's path with a trailing slash; empty for the whole folder.
        within: Box<str>,
        files: Vec<ListedFile>,
        /// Files, and folders with a trailing slash, that could not be looked at. Nothing is known about what is there.
        unread: Vec<Box<str>>,
    },
    /// The watch began only after a listing of the folder had begun. Changes between the two are unknown.
    WatchBeganLate,
    /// The watch ended or never began. Changes since then are unknown.
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
    /// The server keeps the received part of this upload, and already has this many bytes of it.
    Resumed(u64),
    /// Bytes sent so far.
    Progressed(u64),
    Ended(UploadEnd),
}

#[derive(Debug, Clone)]
pub enum LinkEvent {
    /// Our account on the server, and what the server can do.
    Checked(JobId, Checked),
    PairingEnded(PairEnd),
    /// The browser says that the network is back or gone.
    NetworkChanged {
        online: bool,
    },
}

impl Event {
    /// Whether nobody waits for its consequences. Several such events may be handled together.
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

    /// Whether only an engine with a page handles it.
    pub(crate) fn is_of_pages(&self) -> bool {
        match self {
            Event::Asked(_)
            | Event::CopyEnded(..)
            | Event::FetchingChanged(_)
            | Event::Link(LinkEvent::PairingEnded(_) | LinkEvent::NetworkChanged { .. })
            | Event::Folder(
                _,
                FolderEvent::Added { .. }
                | FolderEvent::HiddenFound { .. }
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
    /// Rows whose records cannot be read. Their files are treated as new; the records stay.
    pub unreadable_rows: Vec<FileId>,
    pub settings: Loaded<Settings>,
    pub memory: Loaded<Memory>,
    /// The newest run of the history.
    pub last_run: Option<Run>,
    /// The last incidents, oldest first.
    pub incidents: Vec<crate::incident::Incident>,
    /// The rows that have a copy of their file.
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
    /// Of all its bytes, as they were when it looked like this; present if the listing read it.
    pub digest: Option<Digest>,
}

impl ListedFile {
    /// A file that was not read.
    pub fn new(path: impl Into<Box<str>>, look: Look) -> ListedFile {
        ListedFile { path: path.into(), look, digest: None }
    }
}

/// The result of looking at a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Look {
    Seen(Stamp),
    /// Not looked at, because it is left out for this reason.
    LeftOut(SkipReason),
    Unreadable,
    /// The name is not valid text; the path holds a placeholder.
    Nameless,
    /// A folder that cannot be listed; its path ends in `/`.
    UnreadableFolder,
    /// A cloud service's placeholder of a photo or video.
    OnlyInCloud,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListingEnd {
    /// Every file within the scope was listed. Only then may the engine mark files as gone.
    Complete,
    /// Everything was listed except the contents of some subfolders, which were listed as unreadable.
    Incomplete,
    OutOfReach(Barrier),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HashEnd {
    /// The digest of all the bytes. The file still has the stamp given in the command.
    Digested(Digest),
    /// The file looks different now, so what was read is void.
    Moved(Look),
    /// It is no longer there.
    Vanished,
    /// It is there, unchanged, and cannot be read.
    Unreadable,
    /// Its name does not tell what it is, and its first bytes are those of neither a photo nor a video.
    NotMedia,
    /// The whole folder cannot be read.
    OutOfReach(Barrier),
    /// The reader stopped without an answer.
    ReaderStopped,
    /// The copy that was to be read cannot be read.
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
    /// The answer that the API promises for success.
    Understood(T),
    /// The API's refusal, with its message.
    Refused(String),
    /// Anything else, most likely a proxy's page.
    Foreign,
}

/// The server's answer for one digest.
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
    /// The request that carried it in a bundle ended without a word about single files.
    BundleEnded(RequestEnd<UploadAnswer>),
    /// The bundle broke off because of another file in it.
    BrokenByAnother,
    /// The file changed before or while it was read. What was sent is void.
    Moved(Look),
    Vanished,
    Unreadable,
    OutOfReach(Barrier),
    /// The copy that was to be sent cannot be read.
    CopyLost,
}

/// The result of checking the server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checked {
    pub account: RequestEnd<AccountId>,
    pub abilities: Abilities,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairEnd {
    Paired,
    /// The code is wrong, used or too old.
    CodeRefused,
    TooManyTries,
    NoReply,
}
