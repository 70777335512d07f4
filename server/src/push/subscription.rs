//! The push subscriptions of the devices. Each session has at most one, which is deleted with it.

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::Timestamp;
use rusqlite::{OptionalExtension, Row, params};
use web_push_native::{Auth, p256::PublicKey};

use super::{Outcome, Pushes, Reach, wait};
use crate::index::IndexError;
use crate::vault::time;
use axum::http::Uri;
use axum::http::uri::Authority;

/// The outcome if the push service no longer knows the subscription.
pub(crate) const GONE: &str = "gone";

/// The endpoints of the large services have some hundred bytes.
const LONGEST_ENDPOINT_BYTES: usize = 2048;

/// The push subscription of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Subscription {
    pub(crate) session: String,
    pub(crate) keys: Keys,
    /// Minute of the day, UTC.
    pub(crate) daily_at: Option<u16>,
    /// When the daily time was chosen.
    pub(crate) daily_since: Timestamp,
    /// The app must not do anything without an open page now.
    pub(crate) held: bool,
    /// The last time that a service accepted a push.
    pub(crate) pushed: Option<Timestamp>,
    /// The outcome of the last push, for people.
    pub(crate) outcome: Option<String>,
    pub(crate) not_before: Timestamp,
    pub(crate) failures: u32,
}

/// The keys that a browser gives to whoever pushes to it (RFC 8291, 2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Keys {
    pub(crate) endpoint: Uri,
    pub(crate) public_key: PublicKey,
    pub(crate) auth: Auth,
}

/// The field that is malformed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Malformed {
    #[error("endpoint must be an https address of at most 2048 bytes")]
    Endpoint,
    #[error("keys.p256dh must be a point of P-256 in base64url")]
    PublicKey,
    #[error("keys.auth must be 16 bytes in base64url")]
    Auth,
    #[error("dailyAt must be a minute of the day, below 1440")]
    DailyAt,
}

impl Keys {
    pub(crate) fn read(
        endpoint: &str,
        public_key: &str,
        auth: &str,
        reach: Reach,
    ) -> Result<Self, Malformed> {
        let uri: Uri = endpoint.parse().map_err(|_| Malformed::Endpoint)?;
        let may_reach = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => reach == Reach::Plain,
            Some(_) | None => false,
        };
        let is_service = uri.authority().is_some_and(|authority| is_service(authority, reach));
        if !may_reach || !is_service || endpoint.len() > LONGEST_ENDPOINT_BYTES {
            return Err(Malformed::Endpoint);
        }
        let bytes = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text.trim_end_matches('='));
        let point = bytes(public_key).ok().and_then(|point| PublicKey::from_sec1_bytes(&point).ok());
        let secret = bytes(auth).ok().and_then(|auth| <[u8; 16]>::try_from(auth).ok());
        Ok(Self {
            endpoint: uri,
            public_key: point.ok_or(Malformed::PublicKey)?,
            auth: secret.ok_or(Malformed::Auth)?.into(),
        })
    }
}

/// Push services have names and use the usual port. Anything else is refused, so that nobody can make the server send
/// requests into its own network.
fn is_service(authority: &Authority, reach: Reach) -> bool {
    let host = authority.host();
    // If the last label is a number, also in hexadecimal, some resolvers read the host as an IPv4 address.
    let last = host.rsplit('.').next().unwrap_or_default();
    let is_number = host.starts_with('[') || last.starts_with(|first: char| first.is_ascii_digit());
    let is_public = !is_number && host.contains('.') && authority.port_u16().is_none_or(|port| port == 443);
    !authority.as_str().contains('@') && (is_public || reach == Reach::Plain)
}

impl Subscription {
    pub(crate) fn is_gone(&self) -> bool {
        self.outcome.as_deref() == Some(GONE)
    }
}

impl Pushes {
    pub(crate) fn reach(&self) -> Reach {
        self.reach
    }

    /// Replaces an earlier subscription of this device, or of this browser.
    pub(crate) fn subscribe(
        &self,
        session: &str,
        keys: &Keys,
        daily_at: Option<u16>,
        held: bool,
        now: Timestamp,
    ) -> Result<(), IndexError> {
        let row = (
            session.to_owned(),
            keys.endpoint.to_string(),
            keys.public_key.to_sec1_bytes().into_vec(),
            keys.auth.to_vec(),
            daily_at,
            held,
            now.as_millisecond(),
        );
        self.index.write(move |index| {
            // A browser that was paired again is a new device to us. It keeps the time that was chosen before.
            let others =
                "DELETE FROM push_subscription WHERE endpoint = ?2 AND session <> ?1 RETURNING daily_at";
            let theirs = index.query_row(others, params![row.0, row.1], |row| row.get::<_, Option<u16>>(0));
            let daily_at = row.4.or(theirs.optional()?.flatten());
            let row = (row.0, row.1, row.2, row.3, daily_at, row.5, row.6);
            // If the endpoint is the same, the outcomes so far are kept.
            let sql = "INSERT INTO push_subscription
                (session, endpoint, public_key, auth, daily_at, held, daily_since, not_before, failures)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0)
                ON CONFLICT (session) DO UPDATE SET
                    daily_since = iif(daily_at IS excluded.daily_at, daily_since, excluded.daily_since),
                    held = excluded.held,
                    pushed_at = iif(endpoint = excluded.endpoint, pushed_at, NULL),
                    outcome = iif(endpoint = excluded.endpoint, outcome, NULL),
                    not_before = iif(endpoint = excluded.endpoint, not_before, 0),
                    failures = iif(endpoint = excluded.endpoint, failures, 0),
                    endpoint = excluded.endpoint, public_key = excluded.public_key, auth = excluded.auth,
                    daily_at = excluded.daily_at";
            index.execute(sql, row).map(drop)
        })
    }

    pub(crate) fn unsubscribe(&self, session: &str) -> Result<(), IndexError> {
        let session = session.to_owned();
        self.index.write(move |index| {
            index.execute("DELETE FROM push_subscription WHERE session = ?1", [session]).map(drop)
        })
    }

    /// The subscription of this session, including one that is gone.
    pub(crate) fn of(&self, session: &str) -> Result<Option<Subscription>, IndexError> {
        let sql = "SELECT * FROM push_subscription WHERE session = ?1";
        self.index.read(|index| index.query_row(sql, [session], from_row).optional())
    }

    /// All subscriptions, each with the time when its device was last seen.
    pub(super) fn all(&self) -> Result<Vec<(Subscription, Timestamp)>, IndexError> {
        let sql = "SELECT push_subscription.*, last_used_at
            FROM push_subscription JOIN session ON session.id = push_subscription.session
            WHERE outcome IS NOT ?1";
        let both = |row: &Row<'_>| Ok((from_row(row)?, time(row, "last_used_at")?));
        self.index.read(|index| index.prepare(sql)?.query_map([GONE], both)?.collect())
    }

    pub(super) fn remember(
        &self,
        one: &Subscription,
        outcome: Outcome,
        now: Timestamp,
    ) -> Result<(), IndexError> {
        let now_ms = now.as_millisecond();
        let (pushed, not_before, failures, words) = match outcome {
            // The row stays, so that the next subscription keeps the chosen time.
            Outcome::Gone => (None, 0, 0, GONE.to_owned()),
            Outcome::Taken => (Some(now_ms), 0, 0, "taken".to_owned()),
            Outcome::Later(asked) => {
                let next = now.saturating_add(wait(one.failures, asked)).unwrap_or(Timestamp::MAX);
                (None, next.as_millisecond(), one.failures.saturating_add(1), "not now".to_owned())
            }
            // Only another subscription can fix this. Until then, it is tried once a day.
            Outcome::Refused(status) => (Some(now_ms), 0, 0, format!("refused with {status}")),
        };
        // The device may have a new subscription with another endpoint by now.
        let (session, endpoint) = (one.session.clone(), one.keys.endpoint.to_string());
        self.index.write(move |index| {
            let sql = "UPDATE push_subscription SET pushed_at = coalesce(?2, pushed_at), not_before = ?3,
                failures = ?4, outcome = ?5 WHERE session = ?1 AND endpoint = ?6";
            index.execute(sql, params![session, pushed, not_before, failures, words, endpoint]).map(drop)
        })
    }
}

fn from_row(row: &Row<'_>) -> rusqlite::Result<Subscription> {
    let pushed = row.get::<_, Option<i64>>("pushed_at")?.map(|_| time(row, "pushed_at")).transpose()?;
    Ok(Subscription {
        session: row.get("session")?,
        keys: keys_of(row)?,
        daily_at: row.get("daily_at")?,
        daily_since: time(row, "daily_since")?,
        held: row.get("held")?,
        pushed,
        outcome: row.get("outcome")?,
        not_before: time(row, "not_before")?,
        failures: row.get("failures")?,
    })
}

fn keys_of(row: &Row<'_>) -> rusqlite::Result<Keys> {
    let broken = |column: usize| {
        rusqlite::Error::InvalidColumnType(column, "push_subscription".into(), rusqlite::types::Type::Blob)
    };
    let endpoint: String = row.get("endpoint")?;
    let (point, auth): (Vec<u8>, [u8; 16]) = (row.get("public_key")?, row.get("auth")?);
    Ok(Keys {
        endpoint: endpoint.parse().map_err(|_| broken(1))?,
        public_key: PublicKey::from_sec1_bytes(&point).map_err(|_| broken(2))?,
        auth: auth.into(),
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The receiver in RFC 8291, appendix A.
    pub(in super::super) const PUBLIC_KEY: &str =
        "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4";
    pub(in super::super) const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

    pub(in super::super) fn subscription() -> Subscription {
        Subscription {
            session: "s".into(),
            keys: Keys::read("https://push.example.net/p/1", PUBLIC_KEY, AUTH, Reach::Secure).unwrap(),
            daily_at: None,
            daily_since: Timestamp::UNIX_EPOCH,
            held: false,
            pushed: None,
            outcome: None,
            not_before: Timestamp::UNIX_EPOCH,
            failures: 0,
        }
    }

    #[test]
    fn a_subscription_that_no_browser_would_issue_is_refused() {
        let read =
            |endpoint: &str, key: &str, auth: &str| Keys::read(endpoint, key, auth, Reach::Secure).err();
        let good = "https://push.example.net/p/1";
        assert_eq!(read(good, PUBLIC_KEY, AUTH), None);
        assert_eq!(read(good, &format!("{PUBLIC_KEY}="), AUTH), None, "some libraries pad");
        for endpoint in [
            "http://push.example.net/",
            "nonsense",
            "https://me@push.example.net/",
            "/path",
            "https://192.168.1.1/",
            "https://127.1/",
            "https://0x7f.0.0.1/",
            "https://192.168.257/",
            "https://[::1]/",
            "https://router/",
            "https://push.example.net:8443/",
        ] {
            assert_eq!(read(endpoint, PUBLIC_KEY, AUTH), Some(Malformed::Endpoint), "{endpoint}");
        }
        assert_eq!(read(&format!("{good}{}", "x".repeat(2048)), PUBLIC_KEY, AUTH), Some(Malformed::Endpoint));
        assert_eq!(read(good, "BCVx", AUTH), Some(Malformed::PublicKey));
        assert_eq!(read(good, PUBLIC_KEY, "BTBZ"), Some(Malformed::Auth));
    }
}
