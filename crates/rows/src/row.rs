//! One file of a folder, and every state that it can be in.

use protocol::{AssetId, Digest};
use serde::{Deserialize, Serialize};

use crate::FolderId;
use crate::time::Moment;

/// Identifies a row. Stable for as long as the row exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// Tells whether a file changed, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Stamp {
    /// Bytes.
    pub size: u64,
    pub modified: Moment,
}

/// A file as the catalog holds it. Small, because a library has many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    pub folder: FolderId,
    /// Relative to the folder, parts joined by `/`.
    pub path: Box<str>,
    /// Zero for a file that is skipped because of its name: such a file is not looked at.
    pub stamp: Stamp,
    pub state: FileState,
    /// Failed attempts since the content last changed. Time offline does not count.
    pub attempts: u8,
    /// The digest that was proven last, if the file has looked different since.
    pub before: Option<Box<Digest>>,
    /// The browser leaves the file out of its folder's listings because of its name. Stored beside the rest of the row.
    #[serde(skip)]
    pub hidden: bool,
}

/// The state of a file. Every file is in exactly one of these. Stored, see [`crate::pages`]: any change to this
/// type, or to the types inside it, is a new form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileState {
    /// Listed; its bytes are not known yet.
    Found,
    /// Read; the server has not been asked yet.
    Hashed { digest: Digest },
    /// The server was asked and lacks it.
    Ready { digest: Digest },
    /// Saved before the first byte leaves.
    Uploading { digest: Digest },
    /// The server says that it stored the file, but does not verify digests. It must be asked again.
    Sent { digest: Digest, asset: AssetId },
    /// Failed for now; retried at `until`.
    Waiting { digest: Option<Digest>, until: Moment, failure: Failure },
    /// The server confirmed that it holds exactly these bytes. Nothing else leads to this state.
    Protected { digest: Digest, asset: Option<AssetId>, proof: Proof },
    /// Left out on purpose.
    Skipped(SkipReason),
    /// Needs the person.
    Problem { digest: Option<Digest>, problem: Problem },
    /// It is in the server's trash, where the person put it. It is not sent again unless the person asks for it.
    InTrash { digest: Digest, asset: Option<AssetId> },
    /// No longer in the folder. Kept as history; nothing happens on the server.
    Gone { digest: Option<Digest> },
}

/// How the server confirmed the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Proof {
    /// It held the digest before we sent anything.
    AlreadyThere,
    /// It received the bytes from us and confirmed their digest.
    Stored,
}

/// Why a file is left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum SkipReason {
    /// The file, or a folder above it, has a name that begins with a dot.
    Hidden,
    /// Made by a program for itself: thumbnails, catalogs, recycle bins.
    SystemFiles,
    /// Neither photo nor video.
    NotMedia,
    /// An XMP file: it describes a photo and is not one.
    Sidecar,
    /// Zero bytes.
    Empty,
    /// No longer used: see [`Problem::UnsupportedByServer`].
    UnsupportedByServer,
    /// It changed after it was backed up, and its folder keeps first versions only.
    LaterVersion,
    /// The person left it out, by name.
    Chosen,
}

/// What the person has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Problem {
    /// The browser cannot read it.
    Unreadable,
    /// Its name is not valid text, so the browser can list it but never open it.
    Nameless,
    /// A subfolder that cannot be listed; its path ends in `/`.
    UnreadableFolder,
    /// The server, or a proxy in front of it, does not accept a file of this size.
    TooLargeForServer,
    /// The server refused this file, with this status.
    Refused(u16),
    /// It failed too often; this was the last failure.
    GaveUp(Failure),
    /// It is in the server's trash. Stands for [`FileState::InTrash`] in counts and lists.
    InServerTrash,
    /// Only a placeholder is here; a cloud service has the file.
    OnlyInCloud,
    /// The browser hides it from web apps because of its name.
    HiddenName,
    /// The server does not take this kind of file.
    UnsupportedByServer,
}

/// Why one attempt at one file failed. The run continues.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Failure {
    /// The server failed, with this status.
    ServerError(u16),
    /// An answer that is not from the API, most likely a proxy's page.
    NotUnderstood,
    /// No byte moved for too long.
    Stalled,
    /// The bytes that arrived were not those that were read.
    DigestMismatch,
    /// The connection broke during the upload, although the server could be reached again at once.
    CutOff,
    /// It is being written: it changed a moment ago, or while it was read.
    Changing,
    /// A worker that read it stopped.
    ReaderStopped,
    /// It does not fit into the account's quota.
    QuotaFull,
    /// It does not fit on the server's disk.
    DiskFull,
}

impl Failure {
    /// Whether the file waits until the server has room for it. That is nobody's fault, so it counts as no attempt.
    pub fn is_lack_of_room(self) -> bool {
        match self {
            Failure::QuotaFull | Failure::DiskFull => true,
            Failure::ServerError(_)
            | Failure::NotUnderstood
            | Failure::Stalled
            | Failure::DigestMismatch
            | Failure::CutOff
            | Failure::Changing
            | Failure::ReaderStopped => false,
        }
    }
}

/// A row to be stored. No row means that it is to be deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRow {
    pub id: FileId,
    pub row: Option<Row>,
}

impl FileState {
    /// Whether the file waits until the server has room for it.
    pub fn lacks_room(&self) -> bool {
        matches!(self, FileState::Waiting { failure, .. } if failure.is_lack_of_room())
    }

    /// The digest of the bytes, if they were read.
    pub fn digest(&self) -> Option<Digest> {
        match self {
            FileState::Found | FileState::Skipped(_) => None,
            FileState::Hashed { digest }
            | FileState::Ready { digest }
            | FileState::Uploading { digest }
            | FileState::Sent { digest, .. }
            | FileState::InTrash { digest, .. }
            | FileState::Protected { digest, .. } => Some(*digest),
            FileState::Waiting { digest, .. }
            | FileState::Problem { digest, .. }
            | FileState::Gone { digest } => *digest,
        }
    }

    /// What the person has to look at.
    pub fn problem(&self) -> Option<Problem> {
        match self {
            FileState::Problem { problem, .. } => Some(*problem),
            FileState::InTrash { .. } => Some(Problem::InServerTrash),
            FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Waiting { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Gone { .. } => None,
        }
    }

    /// The state to start again from when only the digest, or nothing, is certain. The server is asked again.
    pub fn begin_again(digest: Option<Digest>) -> FileState {
        digest.map_or(FileState::Found, |digest| FileState::Hashed { digest })
    }
}

impl Row {
    /// The last part of the path.
    pub fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or(&self.path)
    }
}
