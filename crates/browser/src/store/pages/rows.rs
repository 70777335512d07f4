//! Rows from bytes, as postcard writes them, read by hand: this stands between a wake-up and its first upload, and is
//! several times as quick and half as large as what is derived.
//!
//! A state that is new in the engine is new here; a test reads one of each.

use engine::{
    Failure, FileId, FileState, FolderId, Moment, Problem, Proof, Row, SavedRow, SkipReason, Stamp,
};
use protocol::{AssetId, Digest};

/// What is known of a row depends on the form that it was written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// It did not know what was proven before a change.
    First,
    Second,
}

/// None if the bytes are not of this form.
pub(super) fn read(bytes: &[u8], form: Form) -> Option<Vec<SavedRow>> {
    let mut left = Left { bytes, form };
    let count = left.number()?;
    // As many as there can be, whatever the number says.
    let mut rows = Vec::with_capacity(bytes.len().min(count as usize));
    for _ in 0..count {
        rows.push(left.saved()?);
    }
    Some(rows)
}

struct Left<'a> {
    bytes: &'a [u8],
    form: Form,
}

impl Left<'_> {
    fn byte(&mut self) -> Option<u8> {
        let (first, rest) = self.bytes.split_first()?;
        self.bytes = rest;
        Some(*first)
    }

    /// Seven bits to a byte, the lowest first.
    fn number(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            number |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn short(&mut self) -> Option<u32> {
        self.number()?.try_into().ok()
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (array, rest) = self.bytes.split_first_chunk()?;
        self.bytes = rest;
        Some(*array)
    }

    fn text(&mut self) -> Option<Box<str>> {
        let length = self.short()? as usize;
        let (text, rest) = self.bytes.split_at_checked(length)?;
        self.bytes = rest;
        str::from_utf8(text).ok().map(Into::into)
    }

    /// None within if it is left out.
    fn maybe<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        match self.byte()? {
            0 => Some(None),
            1 => read(self).map(Some),
            _ => None,
        }
    }

    fn saved(&mut self) -> Option<SavedRow> {
        Some(SavedRow { id: FileId(self.short()?), row: self.maybe(Left::row)? })
    }

    fn row(&mut self) -> Option<Row> {
        Some(Row {
            folder: FolderId(self.short()?),
            path: self.text()?,
            stamp: Stamp { size: self.number()?, modified: self.moment()? },
            state: self.state()?,
            attempts: self.byte()?,
            before: match self.form {
                Form::First => None,
                Form::Second => self.maybe_digest()?.map(Box::new),
            },
        })
    }

    fn state(&mut self) -> Option<FileState> {
        Some(match self.byte()? {
            0 => FileState::Found,
            1 => FileState::Hashed { digest: self.digest()? },
            2 => FileState::Ready { digest: self.digest()? },
            3 => FileState::Uploading { digest: self.digest()? },
            4 => FileState::Sent { digest: self.digest()?, asset: self.asset()? },
            5 => FileState::Waiting {
                digest: self.maybe_digest()?,
                until: self.moment()?,
                failure: self.failure()?,
            },
            6 => FileState::Protected {
                digest: self.digest()?,
                asset: self.maybe(Left::asset)?,
                proof: self.proof()?,
            },
            7 => FileState::Skipped(self.skip_reason()?),
            8 => FileState::Problem { digest: self.maybe_digest()?, problem: self.problem()? },
            9 => FileState::Gone { digest: self.maybe_digest()? },
            _ => return None,
        })
    }

    fn digest(&mut self) -> Option<Digest> {
        self.array().map(Digest)
    }

    fn maybe_digest(&mut self) -> Option<Option<Digest>> {
        self.maybe(Left::digest)
    }

    fn asset(&mut self) -> Option<AssetId> {
        self.array().map(AssetId)
    }

    fn moment(&mut self) -> Option<Moment> {
        self.number().map(Moment)
    }

    fn status(&mut self) -> Option<u16> {
        self.number()?.try_into().ok()
    }

    fn proof(&mut self) -> Option<Proof> {
        Some(match self.byte()? {
            0 => Proof::AlreadyThere,
            1 => Proof::Stored,
            _ => return None,
        })
    }

    fn skip_reason(&mut self) -> Option<SkipReason> {
        Some(match self.byte()? {
            0 => SkipReason::Hidden,
            1 => SkipReason::SystemFiles,
            2 => SkipReason::NotMedia,
            3 => SkipReason::Sidecar,
            4 => SkipReason::Empty,
            5 => SkipReason::UnsupportedByServer,
            6 => SkipReason::LaterVersion,
            _ => return None,
        })
    }

    fn problem(&mut self) -> Option<Problem> {
        Some(match self.byte()? {
            0 => Problem::Unreadable,
            1 => Problem::Nameless,
            2 => Problem::UnreadableFolder,
            3 => Problem::TooLargeForServer,
            4 => Problem::Refused(self.status()?),
            5 => Problem::GaveUp(self.failure()?),
            6 => Problem::InServerTrash,
            _ => return None,
        })
    }

    fn failure(&mut self) -> Option<Failure> {
        Some(match self.byte()? {
            0 => Failure::ServerError(self.status()?),
            1 => Failure::NotUnderstood,
            2 => Failure::Stalled,
            3 => Failure::DigestMismatch,
            4 => Failure::CutOff,
            5 => Failure::Changing,
            6 => Failure::ReaderStopped,
            _ => return None,
        })
    }
}
