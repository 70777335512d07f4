//! API keys for other clients of the Immich API. They are created and revoked on the command line.

use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::Auth;
use super::secret::Secret;
use super::session::LAST_USED_EVERY_MS;
use super::user::{self, JOINED, User};
use crate::error::causes;
use crate::index::IndexError;
use crate::vault::time;

#[derive(Debug, Clone)]
pub struct ApiKey {
    pub id: String,
    pub name: String,
    pub created: Timestamp,
    pub last_used: Option<Timestamp>,
}

/// The name by which a person recognises a key: one line, not empty.
#[derive(Debug, Clone)]
pub struct KeyName(String);

#[derive(Debug, thiserror::Error)]
#[error("the name of a key must be a single line")]
pub struct NotAName;

impl FromStr for KeyName {
    type Err = NotAName;

    fn from_str(text: &str) -> Result<Self, NotAName> {
        let fits = !text.trim().is_empty() && !text.contains(char::is_control);
        fits.then(|| Self(text.trim().to_owned())).ok_or(NotAName)
    }
}

impl Auth {
    /// This is the only time that the secret is returned.
    pub fn new_key(
        &self,
        user: &User,
        name: &KeyName,
        now: Timestamp,
    ) -> Result<(ApiKey, Secret), IndexError> {
        let key =
            ApiKey { id: Uuid::new_v4().to_string(), name: name.0.clone(), created: now, last_used: None };
        let secret = Secret::random();
        let (row, user, hash) = (key.clone(), user.id.clone(), secret.hash());
        self.index.write(move |index| {
            let row = params![row.id, user, hash, row.name, row.created.as_millisecond()];
            index.execute("INSERT INTO api_key VALUES (?1, ?2, ?3, ?4, ?5, NULL)", row)
        })?;
        Ok((key, secret))
    }

    pub fn key_of(&self, secret: &Secret, now: Timestamp) -> Result<Option<(ApiKey, User)>, IndexError> {
        let hash = secret.hash();
        let found = self.index.read(|index| {
            let sql = format!(
                "SELECT api_key.*, {JOINED} FROM api_key JOIN user ON user.id = api_key.user WHERE hash = ?1"
            );
            let mut statement = index.prepare_cached(&sql)?;
            statement.query_row([hash], |row| Ok((from_row(row)?, user::joined(row)?))).optional()
        })?;
        if let Some((key, _)) = &found {
            self.key_used(key, now);
        }
        Ok(found)
    }

    fn key_used(&self, key: &ApiKey, now: Timestamp) {
        let is_known = |last: Timestamp| now.as_millisecond() - last.as_millisecond() < LAST_USED_EVERY_MS;
        if key.last_used.is_some_and(is_known) {
            return;
        }
        let (id, now_ms) = (key.id.clone(), now.as_millisecond());
        let sql = "UPDATE api_key SET last_used_at = ?2 WHERE id = ?1";
        if let Err(error) = self.index.write(move |index| index.execute(sql, params![id, now_ms])) {
            tracing::warn!(error = causes(&error), "the last use of a key could not be recorded");
        }
    }

    /// The keys of all users, each with its user.
    pub fn keys(&self) -> Result<Vec<(ApiKey, User)>, IndexError> {
        let sql = format!(
            "SELECT api_key.*, {JOINED} FROM api_key JOIN user ON user.id = api_key.user ORDER BY api_key.created_at"
        );
        let both = |row: &Row<'_>| Ok((from_row(row)?, user::joined(row)?));
        self.index.read(|index| index.prepare(&sql)?.query_map([], both)?.collect())
    }

    /// Returns false if there is no such key.
    pub fn revoke_key(&self, id: &str) -> Result<bool, IndexError> {
        let id = id.to_owned();
        self.index.write(move |index| Ok(index.execute("DELETE FROM api_key WHERE id = ?1", [id])? > 0))
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<ApiKey> {
    let last_used = row.get::<_, Option<i64>>("last_used_at")?;
    Ok(ApiKey {
        id: row.get("id")?,
        name: row.get("name")?,
        created: time(row, "created_at")?,
        last_used: last_used.and_then(|ms| Timestamp::from_millisecond(ms).ok()),
    })
}
