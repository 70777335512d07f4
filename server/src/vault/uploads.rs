//! Uploads that come in pieces. Their bytes are in a folder of their own, and a row of the index stores how far each
//! upload has got. Both survive a restart.
//!
//! Invariant: a row never claims a byte that is not on the disk. After a crash, an upload resumes from its last record,
//! and the bytes written after it are cut off. The hash state is stored too, so recorded bytes are never hashed again.

use std::fmt::{self, Display, Formatter};
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom};
use std::path::PathBuf;

use jiff::{SignedDuration, Timestamp, ToSpan};
use protocol::{AssetId, Digest};
use rusqlite::{Connection, OptionalExtension, Row, named_params};
use sha1::digest::common::hazmat::{SerializableState, SerializedState};
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use super::assets::time;
use super::disk::{self, remove_if_there};
use super::error::Doing;
use super::incoming::{Part, Received};
use super::{Description, Kept, Vault, VaultError};
use crate::error::causes;
use crate::index::IndexError;

/// The most bytes of an upload that a crash can cost.
const RECORD_EVERY_BYTES: u64 = 16 << 20;

/// An upload that nobody continued for this long no longer holds room. On the slowest lines, the bytes between two
/// records take a few minutes.
const LIVE_FOR: SignedDuration = SignedDuration::from_hours(1);

/// An upload that nobody resumed for this long is deleted.
pub const KEPT_FOR_DAYS: i64 = 7;

const EXTENSION: &str = "part";

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct UploadId(Uuid);

/// An upload, as stored in the index.
#[derive(Debug, Clone)]
pub struct Upload {
    pub id: UploadId,
    /// The promised digest of the whole file.
    digest: Digest,
    /// Bytes of the whole file, if the client said so.
    pub length: Option<u64>,
    /// Bytes that are on the disk.
    pub received: u64,
    hash_state: Vec<u8>,
    description: Description,
    /// The asset that it became, once complete.
    pub asset: Option<AssetId>,
}

/// An upload that is being written. It may be open only once at a time.
pub struct Open {
    upload: Upload,
    path: PathBuf,
    file: File,
    hash: Sha1,
    written: u64,
}

/// The result of completing an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Completed {
    Kept(Kept),
    /// The digest differs from the promised one. Nothing was kept.
    Mismatch,
}

impl UploadId {
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }

    fn key(self) -> [u8; 16] {
        self.0.into_bytes()
    }
}

impl Display for UploadId {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Vault {
    pub fn begin_upload(
        &self,
        digest: Digest,
        length: Option<u64>,
        description: Description,
    ) -> Result<Upload, VaultError> {
        let id = UploadId(Uuid::new_v4());
        let part = Part::create(self.part_of(id))?;
        disk::sync_folder(&self.uploads)?;
        let hash_state = Sha1::new().serialize().to_vec();
        let upload = Upload { id, digest, length, received: 0, hash_state, description, asset: None };
        let row = upload.clone();
        self.index.write(move |index| insert(index, &row))?;
        part.stay();
        Ok(upload)
    }

    pub fn upload(&self, id: UploadId) -> Result<Option<Upload>, IndexError> {
        self.index.read(|index| get(index, id))
    }

    /// Opens an upload to resume it. `None` if its bytes are lost; then the upload is forgotten.
    pub fn open_upload(&self, upload: Upload) -> Result<Option<Open>, VaultError> {
        let path = self.part_of(upload.id);
        let state = SerializedState::<Sha1>::try_from(upload.hash_state.as_slice()).ok();
        let hash = state.and_then(|state| Sha1::deserialize(&state).ok());
        let file = match File::options().write(true).open(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            file => Some(file.doing("open", &path)?),
        };
        let (Some(hash), Some(mut file)) = (hash, file) else {
            self.forget_upload(upload.id)?;
            return Ok(None);
        };
        if file.metadata().doing("inspect", &path)?.len() < upload.received {
            tracing::warn!(path = %path.display(), "an upload lost bytes and must start over");
            self.forget_upload(upload.id)?;
            return Ok(None);
        }
        // Touching it restarts its time limit.
        if !self.index.write({
            let id = upload.id;
            move |index| touch(index, id)
        })? {
            return Ok(None);
        }
        disk::change("cut", &path, || file.set_len(upload.received))?;
        file.seek(SeekFrom::End(0)).doing("continue", &path)?;
        let written = upload.received;
        Ok(Some(Open { upload, path, file, hash, written }))
    }

    /// Appends a piece. It counts once it is recorded.
    pub fn append(&self, open: &mut Open, bytes: &[u8]) -> Result<(), VaultError> {
        disk::write(&open.path, &open.file, bytes)?;
        open.hash.update(bytes);
        open.written += bytes.len() as u64;
        if open.written - open.upload.received >= RECORD_EVERY_BYTES { self.record(open) } else { Ok(()) }
    }

    /// Syncs and records the bytes written so far. Once this returns, a power cut cannot undo them.
    pub fn record(&self, open: &mut Open) -> Result<(), VaultError> {
        disk::change("sync", &open.path, || open.file.sync_data())?;
        let (id, received, state) = (open.upload.id, open.written, open.hash.serialize().to_vec());
        let row_state = state.clone();
        self.index.write(move |index| advance(index, id, received, &row_state))?;
        (open.upload.received, open.upload.hash_state) = (received, state);
        Ok(())
    }

    /// Stores the length of the whole file.
    pub fn set_length(&self, open: &mut Open, length: u64) -> Result<(), VaultError> {
        let id = open.upload.id;
        self.index.write(move |index| {
            index.execute("UPDATE upload SET length = ?2 WHERE id = ?1", (id.key(), length)).map(drop)
        })?;
        open.upload.length = Some(length);
        Ok(())
    }

    /// Keeps the file if its digest is the promised one.
    pub fn complete(&self, open: Open) -> Result<Completed, VaultError> {
        let Open { upload, path, file, hash, written } = open;
        let digest = Digest(hash.finalize().into());
        if digest != upload.digest {
            self.forget_upload(upload.id)?;
            return Ok(Completed::Mismatch);
        }
        let head = disk::head(&path)?;
        let part = Part::lasting(path.clone(), file);
        let received = Received { part, digest, size: written, head };
        let kept = match self.keep(received, None, upload.description) {
            Err(error @ VaultError::NotMedia(_)) => {
                self.forget_upload(upload.id)?;
                return Err(error);
            }
            kept => kept?,
        };
        let (Kept::New(asset) | Kept::Already(asset)) = kept;
        // The part still exists if the bytes were already held.
        let tidied = remove_if_there(&path)
            .and_then(|()| Ok(self.index.write(move |index| conclude(index, upload.id, written, asset))?));
        if let Err(error) = tidied {
            tracing::warn!(error = causes(&error), "a complete upload stays open until it expires");
        }
        Ok(Completed::Kept(kept))
    }

    pub fn forget_upload(&self, id: UploadId) -> Result<(), VaultError> {
        self.index
            .write(move |index| index.execute("DELETE FROM upload WHERE id = ?1", [id.key()]).map(drop))?;
        remove_if_there(&self.part_of(id))
    }

    /// The unfinished upload of these bytes that has got furthest.
    pub fn unfinished_upload(&self, digest: Digest) -> Result<Option<Upload>, IndexError> {
        self.index.read(|index| {
            let sql =
                "SELECT * FROM upload WHERE digest = ?1 AND asset IS NULL ORDER BY received DESC LIMIT 1";
            index.prepare_cached(sql)?.query_row([digest.0], from_row).optional()
        })
    }

    /// Deletes uploads that nobody resumed in time, and returns their number.
    pub fn forget_stale_uploads(&self, now: Timestamp) -> Result<usize, VaultError> {
        let before = (now - (KEPT_FOR_DAYS * 24).hours()).as_millisecond();
        let stale = self.index.read(|index| {
            let mut ids = index.prepare_cached("SELECT id FROM upload WHERE touched_at < ?1")?;
            ids.query_map([before], |row| Ok(UploadId(Uuid::from_bytes(row.get(0)?))))?
                .collect::<rusqlite::Result<Vec<UploadId>>>()
        })?;
        stale.iter().try_for_each(|id| self.forget_upload(*id))?;
        Ok(stale.len())
    }

    /// Removes parts without a row, which a crash left behind. Must not run while uploads can begin.
    pub(super) fn remove_unknown_parts(&self) -> Result<usize, VaultError> {
        let mut removed = 0;
        for entry in fs::read_dir(&self.uploads).doing("list", &self.uploads)? {
            let path = entry.doing("list", &self.uploads)?.path();
            let is_part = path.extension().is_some_and(|extension| extension == EXTENSION);
            let id = path.file_stem().and_then(|stem| stem.to_str()).and_then(UploadId::parse);
            if let Some(id) = id.filter(|_| is_part)
                && self.upload(id)?.is_none()
            {
                remove_if_there(&path)?;
                removed += 1;
            }
        }
        Ok(removed)
    }

    fn part_of(&self, id: UploadId) -> PathBuf {
        self.uploads.join(format!("{id}.{EXTENSION}"))
    }
}

impl Open {
    pub fn upload(&self) -> &Upload {
        &self.upload
    }

    /// Bytes that may still come, if the length is known.
    pub fn room(&self) -> Option<u64> {
        self.upload.length.map(|length| length.saturating_sub(self.written))
    }
}

fn insert(index: &Connection, upload: &Upload) -> rusqlite::Result<()> {
    let Upload { id, digest, length, received, hash_state, description, asset: _ } = upload;
    let mut statement = index.prepare_cached(
        "INSERT INTO upload VALUES (:id, :digest, :length, :received, :state, :name, :created, :modified,
            :favorite, :touched, NULL)",
    )?;
    statement.execute(named_params! {
        ":id": id.key(), ":digest": digest.0, ":length": length, ":received": received, ":state": hash_state,
        ":name": description.name,
        ":created": description.created.as_millisecond(),
        ":modified": description.modified.as_millisecond(), ":favorite": description.favorite,
        ":touched": now_ms(),
    })?;
    Ok(())
}

/// What uploads hold that are still going on.
pub(super) struct LiveBytes {
    pub(super) received: u64,
    pub(super) awaited: u64,
}

/// An upload that nobody continued for a while holds nothing, although its bytes are kept for longer.
pub(super) fn bytes_of_live(index: &Connection, now: Timestamp) -> rusqlite::Result<LiveBytes> {
    let since = (now - LIVE_FOR).as_millisecond();
    let sql = "SELECT coalesce(sum(received), 0), coalesce(sum(max(length - received, 0)), 0) FROM upload
        WHERE asset IS NULL AND touched_at >= ?1";
    let bytes = |row: &Row<'_>| Ok(LiveBytes { received: row.get(0)?, awaited: row.get(1)? });
    index.prepare_cached(sql)?.query_row([since], bytes)
}

fn get(index: &Connection, id: UploadId) -> rusqlite::Result<Option<Upload>> {
    index.prepare_cached("SELECT * FROM upload WHERE id = ?1")?.query_row([id.key()], from_row).optional()
}

/// Returns false if the upload no longer exists.
fn touch(index: &Connection, id: UploadId) -> rusqlite::Result<bool> {
    let sql = "UPDATE upload SET touched_at = ?2 WHERE id = ?1";
    Ok(index.prepare_cached(sql)?.execute((id.key(), now_ms()))? > 0)
}

fn advance(index: &Connection, id: UploadId, received: u64, state: &[u8]) -> rusqlite::Result<()> {
    let sql = "UPDATE upload SET received = ?2, hash_state = ?3, touched_at = ?4 WHERE id = ?1";
    index.prepare_cached(sql)?.execute((id.key(), received, state, now_ms())).map(drop)
}

/// The row stays for a while, so that a client that missed the response can still learn that the upload is complete.
fn conclude(index: &Connection, id: UploadId, received: u64, asset: AssetId) -> rusqlite::Result<()> {
    let sql = "UPDATE upload SET received = ?2, length = ?2, asset = ?3, touched_at = ?4 WHERE id = ?1";
    index.prepare_cached(sql)?.execute((id.key(), received, asset.0, now_ms())).map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Upload> {
    Ok(Upload {
        id: UploadId(Uuid::from_bytes(row.get("id")?)),
        digest: Digest(row.get("digest")?),
        length: row.get("length")?,
        received: row.get("received")?,
        hash_state: row.get("hash_state")?,
        description: Description {
            name: row.get("name")?,
            created: time(row, "created_at")?,
            modified: time(row, "modified_at")?,
            favorite: row.get("favorite")?,
        },
        asset: row.get::<_, Option<[u8; 16]>>("asset")?.map(AssetId),
    })
}

fn now_ms() -> i64 {
    Timestamp::now().as_millisecond()
}
