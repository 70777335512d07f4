//! Users: the owner, whose vault is the data folder itself, and others, whose vaults are folders below it.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use uuid::Uuid;

use super::Auth;
use crate::index::IndexError;
use crate::vault::time;

/// The owner's name on the command line and in the index.
const OWNER: &str = "owner";

const MOST_SIGNS: usize = 32;

/// The folder that holds the vaults of everybody but the owner.
const FOLDER: &str = "users";

#[derive(Debug, Clone)]
pub struct User {
    pub id: String,
    pub name: UserName,
    /// The most bytes that the vault may hold, if there is a limit.
    pub quota: Option<u64>,
    pub since: Timestamp,
}

/// Lower case letters, digits, `-` and `_`, so that it is a valid folder name on any system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UserName(String);

#[derive(Debug, thiserror::Error)]
#[error("a user's name has up to {MOST_SIGNS} lowercase letters, digits, - and _, and begins with a letter")]
pub struct NotAUserName;

/// Why a user was not added or removed.
#[derive(Debug, thiserror::Error)]
pub enum UserError {
    #[error("user {0} already exists")]
    Exists(UserName),
    #[error("there is no user {0}; run `safelight user list` to see them")]
    Unknown(UserName),
    #[error("the owner cannot be removed: the data folder is the owner's")]
    Owner,
    #[error(transparent)]
    Index(#[from] IndexError),
}

impl FromStr for UserName {
    type Err = NotAUserName;

    fn from_str(text: &str) -> Result<Self, NotAUserName> {
        let is_sign = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '_';
        let fits = text.len() <= MOST_SIGNS && text.starts_with(|c: char| c.is_ascii_lowercase());
        (fits && text.chars().all(is_sign)).then(|| Self(text.to_owned())).ok_or(NotAUserName)
    }
}

impl Display for UserName {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl User {
    pub fn is_owner(&self) -> bool {
        self.name.0 == OWNER
    }

    /// The folder of the user's vault.
    pub fn folder(&self, data: &Path) -> PathBuf {
        if self.is_owner() { data.to_owned() } else { data.join(FOLDER).join(&self.name.0) }
    }
}

impl Auth {
    pub fn owner(&self) -> Result<User, IndexError> {
        self.index.read(|index| index.query_row("SELECT * FROM user WHERE name = ?1", [OWNER], user))
    }

    pub fn user(&self, name: &UserName) -> Result<User, UserError> {
        let found = self.index.read(|index| {
            index.query_row("SELECT * FROM user WHERE name = ?1", [&name.0], user).optional()
        })?;
        found.ok_or_else(|| UserError::Unknown(name.clone()))
    }

    /// All users, the owner first.
    pub fn users(&self) -> Result<Vec<User>, IndexError> {
        let sql = "SELECT * FROM user ORDER BY name <> ?1, name";
        self.index.read(|index| index.prepare(sql)?.query_map([OWNER], user)?.collect())
    }

    /// A user who was removed and is added again gets their old photos back.
    pub fn add_user(&self, name: &UserName, quota: Option<u64>, now: Timestamp) -> Result<User, UserError> {
        let new = User { id: Uuid::new_v4().to_string(), name: name.clone(), quota, since: now };
        let row = new.clone();
        let added = self.index.write(move |index| {
            let row = params![row.id, row.name.0, row.quota, row.since.as_millisecond()];
            index.execute("INSERT OR IGNORE INTO user VALUES (?1, ?2, ?3, ?4)", row)
        })?;
        if added > 0 { Ok(new) } else { Err(UserError::Exists(name.clone())) }
    }

    pub fn set_quota(&self, name: &UserName, quota: Option<u64>) -> Result<(), UserError> {
        let text = name.0.clone();
        let changed = self.index.write(move |index| {
            index.execute("UPDATE user SET quota = ?2 WHERE name = ?1", params![text, quota])
        })?;
        if changed > 0 { Ok(()) } else { Err(UserError::Unknown(name.clone())) }
    }

    /// Ends all sessions and keys of the user from the next request on. The photos stay on the disk.
    pub fn remove_user(&self, name: &UserName) -> Result<User, UserError> {
        let gone = self.user(name)?;
        if gone.is_owner() {
            return Err(UserError::Owner);
        }
        let id = gone.id.clone();
        self.index.write(move |index| index.execute("DELETE FROM user WHERE id = ?1", [id]).map(drop))?;
        Ok(gone)
    }
}

fn user(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get("id")?,
        name: UserName(row.get("name")?),
        quota: row.get("quota")?,
        since: time(row, "created_at")?,
    })
}

/// Reads a user from a row of another table joined with `user`.
pub(super) fn joined(row: &Row<'_>) -> rusqlite::Result<User> {
    Ok(User {
        id: row.get("user")?,
        name: UserName(row.get("user_name")?),
        quota: row.get("user_quota")?,
        since: time(row, "user_since")?,
    })
}

/// The columns that `joined` reads.
pub(super) const JOINED: &str =
    "user.name AS user_name, user.quota AS user_quota, user.created_at AS user_since";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

    #[test]
    fn a_name_is_a_folder_on_any_system() {
        for name in ["anna", "a-1_b", "x"] {
            assert!(name.parse::<UserName>().is_ok(), "{name}");
        }
        for name in ["", "Anna", "1a", "-a", "a b", "a/b", "..", "ä", "a.", &"a".repeat(33)] {
            assert!(name.parse::<UserName>().is_err(), "{name}");
        }
    }

    #[test]
    fn users_come_and_go_but_the_owner_stays() {
        let folder = tempfile::tempdir().unwrap();
        let auth = Auth::new(Index::open(folder.path()).unwrap());
        let (anna, owner): (UserName, UserName) = ("anna".parse().unwrap(), OWNER.parse().unwrap());
        let added = auth.add_user(&anna, Some(5), Timestamp::now()).unwrap();
        assert!(matches!(auth.add_user(&anna, None, Timestamp::now()), Err(UserError::Exists(_))));
        assert!(matches!(auth.add_user(&owner, None, Timestamp::now()), Err(UserError::Exists(_))));
        assert_eq!(added.folder(folder.path()), folder.path().join("users/anna"));
        assert_eq!(
            auth.users().unwrap().iter().map(|user| user.name.to_string()).collect::<Vec<_>>(),
            [OWNER, "anna"]
        );
        auth.set_quota(&anna, None).unwrap();
        assert_eq!(auth.user(&anna).unwrap().quota, None);
        assert!(auth.remove_user(&anna).is_ok());
        assert!(matches!(auth.remove_user(&anna), Err(UserError::Unknown(_))));
        assert!(matches!(auth.remove_user(&owner), Err(UserError::Owner)));
        assert_eq!(auth.owner().unwrap().folder(folder.path()), folder.path());
    }
}
