//! One file of a folder, and everything that can be true of it.

use protocol::{AssetId, Digest};
use serde::{Deserialize, Serialize};

use crate::folder::FolderId;
use crate::time::Moment;

/// Names a row. Stable for as long as the row exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FileId(pub u32);

/// What tells whether a file changed without reading it.
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
    /// Inside the folder, parts joined by `/`.
    pub path: Box<str>,
    /// Zero for a file that is left out by its name: such a file is not looked at.
    pub stamp: Stamp,
    pub state: FileState,
    /// Attempts that failed since the content last changed. Time offline burns none.
    pub attempts: u8,
    /// The bytes that were proven last, where the file looked different since.
    pub before: Option<Box<Digest>>,
}

/// Where a file stands. Every file is in exactly one of these. Stored, see [`crate::record`]: any change of this type, or
/// of the types inside it, is a new form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FileState {
    /// Listed; its bytes are not known yet.
    Found,
    /// Read; the server was not asked yet.
    Hashed { digest: Digest },
    /// The server was asked and lacks it.
    Ready { digest: Digest },
    /// Saved before the first byte leaves.
    Uploading { digest: Digest },
    /// The server says it stored it, but does not verify digests: it must be asked once more.
    Sent { digest: Digest, asset: AssetId },
    /// Failed for now; tried again at `until`.
    Waiting { digest: Option<Digest>, until: Moment, failure: Failure },
    /// The server confirmed that it holds exactly these bytes. Nothing else makes this state.
    Protected { digest: Digest, asset: Option<AssetId>, proof: Proof },
    /// Left out on purpose.
    Skipped(SkipReason),
    /// Needs the person.
    Problem { digest: Option<Digest>, problem: Problem },
    /// The server has it in its trash, where the person put it. It is not sent again unasked.
    InTrash { digest: Digest, asset: Option<AssetId> },
    /// No longer in the folder. Kept as history; on the server nothing happens.
    Gone { digest: Option<Digest> },
}

/// What the server's confirmation was.
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
    /// The server does not take this kind of file.
    UnsupportedByServer,
    /// It changed after it was backed up, and its folder keeps first versions only.
    LaterVersion,
}

/// What the person has to look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Problem {
    /// The browser cannot read it.
    Unreadable,
    /// Its name is not valid text, so that the browser can list but never open it.
    Nameless,
    /// A folder inside the folder that cannot be looked into; its path ends in `/`.
    UnreadableFolder,
    /// The server, or a proxy before it, takes no file of this size.
    TooLargeForServer,
    /// The server refused this file, with this status.
    Refused(u16),
    /// It failed as often as is sensible; the last failure.
    GaveUp(Failure),
    /// It is in the server's trash. The kind of [`FileState::InTrash`], for counts and lists.
    InServerTrash,
}

/// Why one attempt at one file failed. The run goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Failure {
    /// A fault of the server, with this status.
    ServerError(u16),
    /// An answer that is not of the API: a proxy's page, most likely.
    NotUnderstood,
    /// No byte moved for too long.
    Stalled,
    /// The bytes that arrived were not those that were read.
    DigestMismatch,
    /// The connection broke while it was sent, though the server could be reached again at once.
    CutOff,
    /// It is being written: it changed a moment ago, or while it was read.
    Changing,
    /// A worker that read it stopped.
    ReaderStopped,
}

/// A row on its way into the store; no row means that it is to be forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SavedRow {
    pub id: FileId,
    pub row: Option<Row>,
}

impl FileState {
    /// The digest of the bytes, where they were read.
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

    /// Where to begin again when all that is certain is the digest, or nothing: the server is asked anew.
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
