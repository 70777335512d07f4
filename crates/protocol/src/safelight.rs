//! What a server may answer beyond the Immich API: what it can do, pairing, sessions, folders, pushes. A client asks for
//! [`Capabilities`] and requires none of this.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// Paths, relative to the origin.
pub mod path {
    pub const PAIR: &str = "/safelight/v1/pair";
    pub const SESSIONS: &str = "/safelight/v1/sessions";
    pub const RATE: &str = "/safelight/v1/rate";
    pub const CAPABILITIES: &str = "/safelight/v1/capabilities";
    /// What the folders of the devices hold, [`crate::inventory`].
    pub const FOLDERS: &str = "/safelight/v1/folders";
    /// Before the number that a device gives one of its folders.
    pub const OWN_FOLDERS: &str = "/safelight/v1/folders/own/";
    pub const PUSH: &str = "/safelight/v1/push";
    pub const PUSH_TEST: &str = "/safelight/v1/push/test";
    pub const HEALTH: &str = "/safelight/v1/health";
}

/// The status of an upload whose bytes do not have the digest that its header promised. Nothing was kept.
pub const STATUS_DIGEST_MISMATCH: u16 = 460;

/// Exchanges a one-time code for a session cookie.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    pub code: String,
    /// How the person will recognise this browser in the list of devices.
    pub device_name: String,
}

/// How fast the uploads of this session may be, together. Holds until it is set anew or the server restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    /// `None` is as fast as the way allows.
    #[cfg_attr(feature = "schema", schema(value_type = Option<u64>, minimum = 1, format = "uint64"))]
    pub bytes_per_second: Option<NonZeroU64>,
}

/// A paired device, as the owner sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Session {
    pub id: String,
    pub device_name: String,
    /// ISO 8601, UTC.
    pub created_at: String,
    /// ISO 8601, UTC.
    pub last_used_at: String,
    /// True for the session that asked.
    pub current: bool,
}

/// A folder of a device, as it was when the device last told of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct KnownFolder {
    pub id: String,
    pub name: String,
    pub device_name: String,
    /// ISO 8601, UTC.
    pub told_at: String,
    /// Files in it that the server has.
    pub held: u64,
    /// Files that were in it once, and that the server still has.
    pub gone: u64,
    /// The SHA-1 of the text by which the device told it, in hex.
    pub digest: String,
}

/// What the server behind this origin can do. A server that does not name an ability does not have it, and one that
/// has no capabilities at all can do nothing but take uploads and answer questions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// The version of the program, for people.
    pub version: String,
    /// True if an upload whose digest header does not fit its bytes is refused. Then "created" is proof.
    #[serde(default)]
    pub verifies_digests: bool,
    /// Present if [`crate::resumable`] uploads are taken, and one that was begun is found again by its digest.
    #[serde(default)]
    pub pieces: Option<Pieces>,
    /// True if the server keeps what each folder of a device holds ([`crate::inventory`]).
    #[serde(default)]
    pub keeps_inventories: bool,
    /// True if assets can be put into albums.
    #[serde(default)]
    pub albums: bool,
    /// True if what is deleted lies in a trash, from which it can be restored.
    #[serde(default)]
    pub trash: bool,
    /// True if the server shows what it holds: a timeline with names and sizes, and small pictures.
    #[serde(default)]
    pub thumbnails: bool,
}

/// How a file is best sent in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pieces {
    /// Bytes. Smaller files are sent whole as quickly.
    pub from: u64,
    /// The most bytes that one request may carry; none if nothing limits them.
    #[serde(default)]
    pub up_to: Option<u64>,
}

/// Where and how this device is pushed to: what a browser's `PushSubscription` says of itself as JSON, and when.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushSubscription {
    /// An https address of the browser's push service.
    pub endpoint: String,
    pub keys: PushKeys,
    /// Minute of the day (UTC) at which it is pushed to each day, whether or not it was heard of.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(maximum = 1439))]
    pub daily_at: Option<u16>,
    /// The app may do nothing without a page now, so it is not pushed to; all else is kept.
    #[serde(default)]
    pub held: bool,
}

/// In base64url.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct PushKeys {
    /// A point of P-256.
    pub p256dh: String,
    /// 16 bytes.
    pub auth: String,
}

/// What a push says to the service worker. Only the device can read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub reason: PushReason,
}

/// Why a device is pushed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PushReason {
    /// The server has not heard of the device for a day.
    Silent,
    /// It is the time of day that its person chose.
    Daily,
    /// Its person asked for one now.
    Asked,
}

/// What the server knows of pushing to the device that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushState {
    /// The `applicationServerKey`, in base64url.
    pub public_key: String,
    /// Whether this device is pushed to when nothing was heard of it for a day.
    pub subscribed: bool,
    /// As this device gave it.
    pub endpoint: Option<String>,
    pub held: bool,
    pub daily_at: Option<u16>,
    /// ISO 8601, UTC: when a push service was last given one.
    pub pushed_at: Option<String>,
    /// How the last one ended, for people.
    pub outcome: Option<String>,
}

/// Whether the server would take photos in now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Health {
    pub ok: bool,
    /// What is wrong, for people.
    pub problem: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ability_that_is_not_named_is_not_there() {
        let read: Capabilities = serde_json::from_str(r#"{"version":"0.1","stacks":true}"#).unwrap();
        let nothing = Capabilities {
            version: "0.1".into(),
            verifies_digests: false,
            pieces: None,
            keeps_inventories: false,
            albums: false,
            trash: false,
            thumbnails: false,
        };
        assert_eq!(read, nothing);
    }

    #[test]
    fn pieces_may_be_limited_or_not() {
        let read = |text: &str| serde_json::from_str::<Pieces>(text).unwrap();
        assert_eq!(read(r#"{"from":1,"upTo":2}"#), Pieces { from: 1, up_to: Some(2) });
        assert_eq!(read(r#"{"from":1,"upTo":null}"#), Pieces { from: 1, up_to: None });
        assert_eq!(read(r#"{"from":1}"#), Pieces { from: 1, up_to: None });
    }
}
