//! Sessions: one for each paired device, identified by a cookie that no script can read.

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension, Row, params};
use uuid::Uuid;

use super::Auth;
use super::secret::{Hash, Secret};
use super::user::{self, JOINED, User};
use crate::error::causes;
use crate::index::IndexError;
use crate::vault::time;

/// "Last used" is only shown to people. Writing it on every request would cost a disk sync each time.
pub(super) const LAST_USED_EVERY_MS: i64 = 60_000;

const DAY_MS: i64 = 86_400_000;

/// A session ends after this many days without use; its cookie expires then, too.
pub const UNUSED_FOR_DAYS: i64 = 400;

/// In bytes; a device's name is shown on one line.
const MAX_DEVICE_NAME_BYTES: usize = 200;

#[derive(Debug, Clone)]
pub struct Session {
    pub id: String,
    pub device_name: String,
    pub created: Timestamp,
    pub last_used: Timestamp,
}

/// Whether the browser needs a new cookie: it gets one with its first use on another day (UTC).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieAge {
    Fresh,
    RenewalDue,
}

/// Whether this request updated the last use, or a concurrent one was faster.
enum Touch {
    First,
    Late,
}

impl Session {
    pub(super) fn new(device_name: &str, now: Timestamp) -> Self {
        let shown: String = device_name.trim().chars().filter(|c| !c.is_control()).collect();
        let shown = &shown[..shown.floor_char_boundary(MAX_DEVICE_NAME_BYTES)];
        let device_name = if shown.is_empty() { "Unnamed device" } else { shown }.to_owned();
        Self { id: Uuid::new_v4().to_string(), device_name, created: now, last_used: now }
    }
}

impl Auth {
    /// The session that this token belongs to, unless it was revoked or expired.
    pub fn session_of(
        &self,
        token: &Secret,
        now: Timestamp,
    ) -> Result<Option<(Session, User, CookieAge)>, IndexError> {
        let hash = token.hash();
        let found = self.index.read(|index| {
            let sql = format!(
                "SELECT session.*, {JOINED} FROM session JOIN user ON user.id = session.user WHERE hash = ?1"
            );
            let mut statement = index.prepare_cached(&sql)?;
            statement.query_row([hash], |row| Ok((from_row(row)?, user::joined(row)?))).optional()
        })?;
        let is_alive = |session: &Session| {
            now.as_millisecond() - session.last_used.as_millisecond() < UNUSED_FOR_DAYS * DAY_MS
        };
        Ok(found.filter(|(session, _)| is_alive(session)).map(|(session, user)| {
            let age = self.used(&session, now);
            (session, user, age)
        }))
    }

    /// Stores the last use. The session stays valid even if the write fails, for example because the disk is
    /// full.
    fn used(&self, session: &Session, now: Timestamp) -> CookieAge {
        let (last, now_ms) = (session.last_used.as_millisecond(), now.as_millisecond());
        if now_ms - last < LAST_USED_EVERY_MS {
            return CookieAge::Fresh;
        }
        match self.touch(session.id.clone(), last, now_ms) {
            Ok(Touch::First) if last.div_euclid(DAY_MS) < now_ms.div_euclid(DAY_MS) => CookieAge::RenewalDue,
            Ok(Touch::First | Touch::Late) => CookieAge::Fresh,
            Err(error) => {
                tracing::warn!(error = causes(&error), "the last use of a session could not be recorded");
                CookieAge::Fresh
            }
        }
    }

    fn touch(&self, id: String, last_ms: i64, now_ms: i64) -> Result<Touch, IndexError> {
        self.index.write(move |index| {
            let sql = "UPDATE session SET last_used_at = ?3 WHERE id = ?1 AND last_used_at = ?2";
            let touched = index.execute(sql, params![id, last_ms, now_ms])?;
            Ok(if touched > 0 { Touch::First } else { Touch::Late })
        })
    }

    /// The sessions of all users, each with its user.
    pub fn sessions(&self) -> Result<Vec<(Session, User)>, IndexError> {
        let sql = format!(
            "SELECT session.*, {JOINED} FROM session JOIN user ON user.id = session.user ORDER BY session.created_at"
        );
        let both = |row: &Row<'_>| Ok((from_row(row)?, user::joined(row)?));
        self.index.read(|index| index.prepare(&sql)?.query_map([], both)?.collect())
    }

    pub fn sessions_of(&self, user: &User) -> Result<Vec<Session>, IndexError> {
        let sql = "SELECT * FROM session WHERE user = ?1 ORDER BY created_at";
        self.index.read(|index| index.prepare(sql)?.query_map([&user.id], from_row)?.collect())
    }

    /// Returns false if this user has no such session.
    pub fn revoke_session_of(&self, user: &User, id: &str) -> Result<bool, IndexError> {
        let (user, id) = (user.id.clone(), id.to_owned());
        let sql = "DELETE FROM session WHERE user = ?1 AND id = ?2";
        self.index.write(move |index| Ok(index.execute(sql, [user, id])? > 0))
    }

    /// Returns false if there is no such session.
    pub fn revoke_session(&self, id: &str) -> Result<bool, IndexError> {
        let id = id.to_owned();
        self.index.write(move |index| Ok(index.execute("DELETE FROM session WHERE id = ?1", [id])? > 0))
    }
}

pub(super) fn insert(index: &Connection, session: &Session, user: &str, hash: &Hash) -> rusqlite::Result<()> {
    let Session { id, device_name, created, last_used } = session;
    let row = params![id, user, hash, device_name, created.as_millisecond(), last_used.as_millisecond()];
    index.execute("INSERT INTO session VALUES (?1, ?2, ?3, ?4, ?5, ?6)", row).map(drop)
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Session> {
    Ok(Session {
        id: row.get("id")?,
        device_name: row.get("device_name")?,
        created: time(row, "created_at")?,
        last_used: time(row, "last_used_at")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

    #[test]
    fn a_cookie_is_renewed_once_on_each_day_of_use() {
        let (_folder, auth, token) = signed_in("2026-05-01T23:50:00Z");
        let table = [
            ("2026-05-01T23:59:00Z", CookieAge::Fresh),
            ("2026-05-02T00:01:00Z", CookieAge::RenewalDue),
            ("2026-05-02T00:01:30Z", CookieAge::Fresh),
            ("2026-05-02T23:00:00Z", CookieAge::Fresh),
            ("2026-05-09T08:00:00Z", CookieAge::RenewalDue),
        ];
        for (now, age) in table {
            let (_, _, found) = auth.session_of(&token, now.parse().unwrap()).unwrap().unwrap();
            assert_eq!(found, age, "{now}");
        }
    }

    #[test]
    fn a_session_that_nobody_used_for_400_days_has_ended() {
        let (_folder, auth, token) = signed_in("2026-05-01T12:00:00Z");
        let is_open = |now: &str| auth.session_of(&token, now.parse().unwrap()).unwrap().is_some();
        assert!(is_open("2027-06-05T11:59:00Z"));
        assert!(is_open("2028-01-01T00:00:00Z"), "it was used since");
        assert!(!is_open("2029-06-01T00:00:00Z"));
    }

    #[test]
    fn a_session_stays_open_when_its_use_cannot_be_written() {
        let (_folder, auth, token) = signed_in("2026-05-01T12:00:00Z");
        let full = "CREATE TRIGGER full BEFORE UPDATE ON session BEGIN SELECT RAISE(FAIL, 'disk full'); END";
        auth.index.write(move |index| index.execute_batch(full)).unwrap();
        let later = "2026-05-02T12:00:00Z".parse().unwrap();
        assert_eq!(auth.session_of(&token, later).unwrap().unwrap().2, CookieAge::Fresh);
    }

    fn signed_in(since: &str) -> (tempfile::TempDir, Auth, Secret) {
        let folder = tempfile::tempdir().unwrap();
        let auth = Auth::new(Index::open(folder.path()).unwrap());
        let now = since.parse().unwrap();
        let code = auth.new_code(&auth.owner().unwrap(), now).unwrap();
        let (_, token) = auth.pair(code.reveal(), "x", [127, 0, 0, 1].into(), now).unwrap().unwrap();
        (folder, auth, token)
    }
}
