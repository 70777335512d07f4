//! Sessions: one for each paired device, carried by a cookie that no script can read.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::Door;
use super::secret::{Hash, Secret};
use crate::index::IndexError;
use crate::vault::time;

/// "Last used" is for people: a write for every request would cost a disk sync for nothing.
const LAST_USED_EVERY_MS: i64 = 60_000;

/// Bytes; a device's name is shown in one line.
const MAX_DEVICE_NAME_BYTES: usize = 200;

#[derive(Debug, Clone)]
pub struct Session {
    pub id: String,
    pub device_name: String,
    pub created: Timestamp,
    pub last_used: Timestamp,
}

impl Session {
    pub(super) fn new(device_name: &str, now: Timestamp) -> Self {
        let shown: String = device_name.trim().chars().filter(|c| !c.is_control()).collect();
        let shown = &shown[..shown.floor_char_boundary(MAX_DEVICE_NAME_BYTES)];
        let device_name = if shown.is_empty() { "Unnamed device" } else { shown }.to_owned();
        Self { id: Uuid::new_v4().to_string(), device_name, created: now, last_used: now }
    }
}

impl Door {
    /// The session that this token belongs to, if it was not revoked.
    pub fn session_of(&self, token: &Secret, now: Timestamp) -> Result<Option<Session>, IndexError> {
        let hash = token.hash();
        let session = self.index.read(|index| {
            let mut statement = index.prepare_cached("SELECT * FROM session WHERE hash = ?1")?;
            statement.query_row([hash], from_row).optional()
        })?;
        if let Some(session) = &session
            && now.as_millisecond() - session.last_used.as_millisecond() >= LAST_USED_EVERY_MS
        {
            self.touch(session.id.clone(), now)?;
        }
        Ok(session)
    }

    fn touch(&self, id: String, now: Timestamp) -> Result<(), IndexError> {
        self.index.write(move |index| {
            let sql = "UPDATE session SET last_used_at = ?2 WHERE id = ?1";
            index.execute(sql, params![id, now.as_millisecond()]).map(drop)
        })
    }

    pub fn sessions(&self) -> Result<Vec<Session>, IndexError> {
        self.index.read(|index| {
            index.prepare("SELECT * FROM session ORDER BY created_at")?.query_map([], from_row)?.collect()
        })
    }

    /// False: there is no such session.
    pub fn revoke_session(&self, id: &str) -> Result<bool, IndexError> {
        let id = id.to_owned();
        self.index.write(move |index| Ok(index.execute("DELETE FROM session WHERE id = ?1", [id])? > 0))
    }
}

pub(super) fn insert(index: &Connection, session: &Session, hash: &Hash) -> rusqlite::Result<()> {
    let Session { id, device_name, created, last_used } = session;
    let row = params![id, hash, device_name, created.as_millisecond(), last_used.as_millisecond()];
    index.execute("INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5)", row).map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        device_name: row.get("device_name")?,
        created: time(row, "created_at")?,
        last_used: time(row, "last_used_at")?,
    })
}
