//! API keys: for other clients of the Immich API, made and revoked on the command line.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::Door;
use super::secret::Secret;
use crate::index::IndexError;
use crate::vault::time;

#[derive(Debug, Clone)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    pub created: Timestamp,
}

/// How a person recognises a key: one line with something in it.
#[derive(Debug, Clone)]
pub struct KeyName(String);

#[derive(Debug, thiserror::Error)]
#[error("a key needs a name of one line")]
pub struct NotAName;

impl FromStr for KeyName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let fits = !text.trim().is_empty() && !text.contains(char::is_control);
        fits.then(|| Self(text.trim().to_owned())).ok_or(NotAName)
    }
}

impl Door {
    /// The secret is told only now.
    pub fn new_key(&self, name: &KeyName, now: Timestamp) -> Result<(ApiKey, Secret), IndexError> {
        let key = ApiKey { id: Uuid::new_v4().to_string(), name: name.0.clone(), created: now };
        let secret = Secret::random();
        let (row, hash) = (key.clone(), secret.hash());
        self.index.write(move |index| {
            let row = params![row.id, hash, row.name, row.created.as_millisecond()];
            index.execute("INSERT INTO api_key VALUES (?1, ?2, ?3, ?4)", row)
        })?;
        Ok((key, secret))
    }

    pub fn key_of(&self, secret: &Secret) -> Result<Option<ApiKey>, IndexError> {
        let hash = secret.hash();
        self.index.read(|index| {
            let mut statement = index.prepare_cached("SELECT * FROM api_key WHERE hash = ?1")?;
            statement.query_row([hash], from_row).optional()
        })
    }

    pub fn keys(&self) -> Result<Vec<ApiKey>, IndexError> {
        self.index.read(|index| {
            index.prepare("SELECT * FROM api_key ORDER BY created_at")?.query_map([], from_row)?.collect()
        })
    }

    /// False: there is no such key.
    pub fn revoke_key(&self, id: &str) -> Result<bool, IndexError> {
        let id = id.to_owned();
        self.index.write(move |index| Ok(index.execute("DELETE FROM api_key WHERE id = ?1", [id])? > 0))
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    Ok(ApiKey { id: row.get("id")?, name: row.get("name")?, created: time(row, "created_at")? })
}
