//! The index rows for photos and videos. Only the vault calls these functions, each inside a read or a write
//! of the index.

use jiff::Timestamp;
use jiff::tz::Offset;
use protocol::media::{self, MediaKind, Named};
use protocol::{AssetId, Digest};
use rusqlite::types::Type;
use rusqlite::{Connection, OptionalExtension, Row, named_params};

use crate::taken::{self, Origin, Taken};

/// A photo or video in the vault.
#[derive(Debug, Clone)]
pub struct Asset {
    pub id: AssetId,
    pub digest: Digest,
    /// Relative to the originals folder, with `/` on every system.
    pub path: String,
    /// Like `path`.
    pub sidecar: Option<String>,
    /// The name that the client sent.
    pub name: String,
    pub kind: AssetKind,
    /// In bytes.
    pub size: u64,
    /// When it was taken.
    pub taken: Taken,
    pub modified: Timestamp,
    /// When the vault received it.
    pub added: Timestamp,
    pub favorite: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AssetKind {
    Image,
    Video,
}

/// Totals for the whole vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Totals {
    pub images: u64,
    pub videos: u64,
    /// The size of all originals together.
    pub bytes: u64,
}

impl AssetKind {
    /// Decided by the name or, where that does not decide, by the first bytes; `None` if it cannot be an asset.
    pub fn of(name: &str, head: &[u8]) -> Option<Self> {
        match media::kind_of(name, head)? {
            MediaKind::Image => Some(Self::Image),
            MediaKind::Video => Some(Self::Video),
        }
    }

    /// Judged by an ending that cameras use, whatever the bytes are.
    pub(super) fn by_ending(name: &str) -> Option<Self> {
        media::has_media_ending(name).then(|| match media::likely_kind(name) {
            MediaKind::Image => Self::Image,
            MediaKind::Video => Self::Video,
        })
    }

    /// Whether a file of this name may be an asset.
    pub fn is_possible(name: &str) -> bool {
        match media::named(name) {
            Named::Media(_) | Named::Undecided => true,
            Named::Sidecar | Named::Other => false,
        }
    }

    pub(super) fn from_text(text: &str) -> Self {
        if text == "video" { Self::Video } else { Self::Image }
    }

    pub(super) fn text(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Video => "video",
        }
    }
}

pub(super) fn insert(index: &Connection, asset: &Asset) -> rusqlite::Result<()> {
    let mut statement = index.prepare_cached(
        "INSERT INTO asset VALUES (:id, :digest, :path, :sidecar, :name, :kind, :size, :created, :modified,
            :added, :favorite, :local, :from, :doubtful, :rules)",
    )?;
    statement.execute(named_params! {
        ":id": asset.id.0, ":digest": asset.digest.0, ":path": asset.path, ":sidecar": asset.sidecar,
        ":name": asset.name, ":kind": asset.kind.text(), ":size": asset.size,
        ":created": asset.taken.instant.as_millisecond(), ":modified": asset.modified.as_millisecond(),
        ":added": asset.added.as_millisecond(), ":favorite": asset.favorite,
        ":local": local_ms(&asset.taken), ":from": asset.taken.from.text(), ":doubtful": asset.taken.is_doubtful,
        ":rules": taken::RULES,
    })?;
    Ok(())
}

pub(super) fn of(index: &Connection, digest: Digest) -> rusqlite::Result<Option<Asset>> {
    let mut statement = index.prepare_cached("SELECT * FROM asset WHERE digest = ?1")?;
    statement.query_row([digest.0], from_row).optional()
}

/// Whether the index has an original with this path. The file itself may be missing.
pub(super) fn is_path_known(index: &Connection, path: &str) -> rusqlite::Result<bool> {
    index.prepare_cached("SELECT 1 FROM asset WHERE path = ?1")?.exists([path])
}

pub(super) fn get(index: &Connection, id: AssetId) -> rusqlite::Result<Option<Asset>> {
    index.query_row("SELECT * FROM asset WHERE id = ?1", [id.0], from_row).optional()
}

/// The local time as if it were in UTC, in milliseconds since 1970.
fn local_ms(taken: &Taken) -> i64 {
    Offset::UTC.to_timestamp(taken.local).map_or(0, Timestamp::as_millisecond)
}

/// Assets that were dated by older rules, in the order of their ids.
pub(super) fn dated_before(
    index: &Connection,
    rules: u32,
    after: Option<AssetId>,
    most: usize,
) -> rusqlite::Result<Vec<Asset>> {
    let sql = "SELECT * FROM asset WHERE date_rules < ?1 AND (?2 IS NULL OR id > ?2) ORDER BY id LIMIT ?3";
    let values = (rules, after.map(|id| id.0), most);
    index.prepare_cached(sql)?.query_map(values, from_row)?.collect()
}

pub(super) fn date(index: &Connection, id: AssetId, taken: &Taken) -> rusqlite::Result<()> {
    let sql =
        "UPDATE asset SET created_at = ?2, local_at = ?3, date_from = ?4, date_doubtful = ?5, date_rules = ?6
        WHERE id = ?1";
    let (instant, from) = (taken.instant.as_millisecond(), taken.from.text());
    let values = (id.0, instant, local_ms(taken), from, taken.is_doubtful, taken::RULES);
    index.prepare_cached(sql)?.execute(values).map(drop)
}

/// The assets taken between `start` and `end`, newest first, by the time of the place where they were taken.
pub(super) fn between(index: &Connection, start: Timestamp, end: Timestamp) -> rusqlite::Result<Vec<Asset>> {
    let sql = "SELECT * FROM asset WHERE local_at >= ?1 AND local_at < ?2 ORDER BY local_at DESC, path";
    let mut statement = index.prepare_cached(sql)?;
    statement.query_map([start.as_millisecond(), end.as_millisecond()], from_row)?.collect()
}

pub(super) fn all(index: &Connection) -> rusqlite::Result<Vec<Asset>> {
    index.prepare("SELECT * FROM asset ORDER BY path")?.query_map([], from_row)?.collect()
}

pub(super) fn move_to(
    index: &Connection,
    digest: Digest,
    path: &str,
    sidecar: Option<&str>,
) -> rusqlite::Result<()> {
    let sql = "UPDATE asset SET path = ?2, sidecar = ?3 WHERE digest = ?1";
    index.execute(sql, (digest.0, path, sidecar)).map(drop)
}

pub(super) fn count(index: &Connection) -> rusqlite::Result<usize> {
    index.query_row("SELECT count(*) FROM asset", [], |row| row.get(0))
}

pub(super) fn totals(index: &Connection) -> rusqlite::Result<Totals> {
    let sql = "SELECT count(*) FILTER (WHERE kind = 'image'), count(*) FILTER (WHERE kind = 'video'),
        coalesce(sum(size), 0) FROM asset";
    index
        .query_row(sql, [], |row| Ok(Totals { images: row.get(0)?, videos: row.get(1)?, bytes: row.get(2)? }))
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Asset> {
    Ok(Asset {
        id: AssetId(row.get("id")?),
        digest: Digest(row.get("digest")?),
        path: row.get("path")?,
        sidecar: row.get("sidecar")?,
        name: row.get("name")?,
        kind: AssetKind::from_text(&row.get::<_, String>("kind")?),
        size: row.get("size")?,
        taken: Taken {
            instant: time(row, "created_at")?,
            local: Offset::UTC.to_datetime(time(row, "local_at")?),
            from: Origin::from_text(&row.get::<_, String>("date_from")?),
            is_doubtful: row.get("date_doubtful")?,
        },
        modified: time(row, "modified_at")?,
        added: time(row, "added_at")?,
        favorite: row.get("favorite")?,
    })
}

/// Reads a column of milliseconds since 1970.
pub(crate) fn time(row: &Row<'_>, column: &str) -> rusqlite::Result<Timestamp> {
    Timestamp::from_millisecond(row.get(column)?)
        .map_err(|error| rusqlite::Error::FromSqlConversionFailure(0, Type::Integer, Box::new(error)))
}
