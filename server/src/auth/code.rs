//! Pairing codes: a person types or opens one, once and within minutes, and gets a session for it.

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::sync::PoisonError;

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};
use subtle::ConstantTimeEq;

use super::Auth;
use super::secret::{Hash, Secret, hash};
use super::session::{self, Session};
use super::user::User;
use crate::index::IndexError;

/// Leaves out letters and digits that people mix up. 32 characters: 5 bits each.
const ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// 60 bits: even at network speed, nobody guesses a code within its lifetime.
const CODE_SIGNS: usize = 12;

/// Characters between dashes.
const GROUP_SIGNS: usize = 4;

/// Long enough to walk to another device, short enough that an old link in a chat is worthless.
pub const CODE_VALID_MINUTES: i64 = 15;

/// Nobody mistypes a code this often in a minute. Only wrong codes are limited: somebody who guesses must not lock out
/// the person with the right code, even from the same address.
const FAILURES_PER_MINUTE: u32 = 10;

/// For all addresses together, because an attacker may have many.
const FAILURES_OF_ALL_PER_MINUTE: u32 = 1000;

/// For example `7KQM-XW3P-9DTA`.
pub struct PairingCode(String);

/// Why pairing failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WrongCode {
    /// Unknown, used or expired. All three get the same answer, so that guessing reveals nothing.
    Refused,
    TooManyFailures,
}

/// Wrong codes since `since`; reset after a minute.
#[derive(Default)]
pub(super) struct Failures {
    since: Timestamp,
    of: HashMap<IpAddr, u32>,
}

impl PairingCode {
    fn random() -> Self {
        let random = rand::random::<[u8; CODE_SIGNS]>();
        let signs: Vec<char> =
            random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
        Self(signs.chunks(GROUP_SIGNS).map(String::from_iter).collect::<Vec<_>>().join("-"))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PairingCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairingCode(…)")
    }
}

impl Failures {
    /// Counts one more failure, unless the limit is reached.
    fn count(&mut self, from: IpAddr, now: Timestamp) -> WrongCode {
        // `abs` also covers a clock that was set back.
        if now.duration_since(self.since).abs() >= SignedDuration::from_mins(1) {
            *self = Self { since: now, of: HashMap::new() };
        }
        let of_all: u32 = self.of.values().sum();
        let of_one = self.of.get(&from).copied().unwrap_or_default();
        if of_one >= FAILURES_PER_MINUTE || of_all >= FAILURES_OF_ALL_PER_MINUTE {
            return WrongCode::TooManyFailures;
        }
        self.of.insert(from, of_one + 1);
        WrongCode::Refused
    }
}

impl Auth {
    /// Creates a code that pairs a browser with this user's vault.
    pub fn new_code(&self, user: &User, now: Timestamp) -> Result<PairingCode, IndexError> {
        let code = PairingCode::random();
        let hash = hash(&plain(code.reveal()));
        let user = user.id.clone();
        let expires = now.as_millisecond() + CODE_VALID_MINUTES * 60_000;
        self.index.write(move |index| {
            index.execute("DELETE FROM pairing_code WHERE expires_at <= ?1", [now.as_millisecond()])?;
            index.execute("INSERT INTO pairing_code VALUES (?1, ?2, ?3)", params![hash, user, expires])
        })?;
        Ok(code)
    }

    /// Consumes a code and opens a session for the device.
    pub fn pair(
        &self,
        code: &str,
        device_name: &str,
        from: IpAddr,
        now: Timestamp,
    ) -> Result<Result<(Session, Secret), WrongCode>, IndexError> {
        let asked = hash(&plain(code));
        if !self.index.read(|index| is_living(index, &asked, now))? {
            return Ok(Err(self.failed(from, now)));
        }
        let token = Secret::random();
        let (session, token_hash) = (Session::new(device_name, now), token.hash());
        let opened = self.index.write(move |index| {
            let user = use_up(index, &asked, now)?;
            user.map(|user| session::insert(index, &session, &user, &token_hash).map(|()| session))
                .transpose()
        })?;
        Ok(opened.map(|session| (session, token)).ok_or_else(|| self.failed(from, now)))
    }

    fn failed(&self, from: IpAddr, now: Timestamp) -> WrongCode {
        self.failures.lock().unwrap_or_else(PoisonError::into_inner).count(from, now)
    }
}

/// Deletes the code and returns its user.
fn use_up(index: &Connection, asked: &Hash, now: Timestamp) -> rusqlite::Result<Option<String>> {
    if !is_living(index, asked, now)? {
        return Ok(None);
    }
    let sql = "DELETE FROM pairing_code WHERE hash = ?1 RETURNING user";
    index.query_row(sql, [asked], |row| row.get(0)).optional()
}

/// Compares the code with every valid one in constant time, so that the duration reveals nothing.
fn is_living(index: &Connection, asked: &Hash, now: Timestamp) -> rusqlite::Result<bool> {
    let living: Vec<Hash> = index
        .prepare("SELECT hash FROM pairing_code WHERE expires_at > ?1")?
        .query_map([now.as_millisecond()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    let right = living.iter().fold(subtle::Choice::from(0), |found, hash| found | hash.ct_eq(asked));
    Ok(right.into())
}

/// A code reduced to its letters and digits, in upper case and without grouping.
fn plain(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|sign| sign.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::Index;

    #[test]
    fn a_code_is_typed_in_any_case_and_without_dashes() {
        for typed in ["7KQM-XW3P-9DTA", "7kqm-xw3p-9dta", "7KQMXW3P9DTA", " 7kqm xw3p 9dta "] {
            assert_eq!(plain(typed), "7KQMXW3P9DTA");
        }
    }

    #[test]
    fn a_code_has_three_groups_of_four_and_is_not_printed_by_accident() {
        let code = PairingCode::random();
        assert!(code.reveal().split('-').all(|group| group.len() == 4), "{}", code.reveal());
        assert_eq!(code.reveal().len(), 14);
        assert!(!format!("{code:?}").contains(code.reveal()));
    }

    #[test]
    fn a_code_works_for_fifteen_minutes() {
        let (_folder, auth, now) = auth();
        let (early, late) = (
            auth.new_code(&auth.owner().unwrap(), now).unwrap(),
            auth.new_code(&auth.owner().unwrap(), now).unwrap(),
        );
        let minutes = |n| now + SignedDuration::from_mins(n);
        assert!(auth.pair(early.reveal(), "a", HOME, minutes(14)).unwrap().is_ok());
        assert_eq!(
            auth.pair(late.reveal(), "b", HOME, minutes(15)).unwrap().unwrap_err(),
            WrongCode::Refused
        );
    }

    #[test]
    fn guessing_is_stopped_without_locking_out_the_right_code() {
        let (_folder, auth, now) = auth();
        let code = auth.new_code(&auth.owner().unwrap(), now).unwrap();
        let guess = |from, now| auth.pair("AAAA", "x", from, now).unwrap().unwrap_err();
        for _ in 0..FAILURES_PER_MINUTE {
            assert_eq!(guess(HOME, now), WrongCode::Refused);
        }
        assert_eq!(guess(HOME, now), WrongCode::TooManyFailures);
        assert_eq!(guess(IpAddr::from([192, 0, 2, 2]), now), WrongCode::Refused, "others are not held up");
        assert!(auth.pair(code.reveal(), "x", HOME, now).unwrap().is_ok());
        assert_eq!(guess(HOME, now + SignedDuration::from_mins(1)), WrongCode::Refused);
    }

    #[test]
    fn a_stranger_with_many_addresses_is_stopped_too() {
        let (_folder, auth, now) = auth();
        let guess = |from: u32| auth.pair("AAAA", "x", from.to_be_bytes().into(), now).unwrap().unwrap_err();
        let stopped =
            (0..2 * FAILURES_OF_ALL_PER_MINUTE).find(|from| guess(*from) == WrongCode::TooManyFailures);
        assert_eq!(stopped, Some(FAILURES_OF_ALL_PER_MINUTE));
    }

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn auth() -> (tempfile::TempDir, Auth, Timestamp) {
        let folder = tempfile::tempdir().unwrap();
        let auth = Auth::new(Index::open(folder.path()).unwrap());
        (folder, auth, "2026-05-01T12:00:00Z".parse().unwrap())
    }
}
