//! The server's API beyond Immich's: capabilities, pairing, sessions, folders, pushes. A client reads [`Capabilities`]
//! first and requires none of this.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

/// Paths, relative to the origin.
pub mod path {
    pub const PAIR: &str = "/safelight/v1/pair";
    pub const SESSIONS: &str = "/safelight/v1/sessions";
    pub const RATE: &str = "/safelight/v1/rate";
    /// Takes several photos in one request, see [`crate::bundle`].
    pub const ASSETS: &str = "/safelight/v1/assets";
    pub const CAPABILITIES: &str = "/safelight/v1/capabilities";
    /// The contents of the devices' folders, see [`crate::inventory`].
    pub const FOLDERS: &str = "/safelight/v1/folders";
    /// Followed by the number that the device gave its folder.
    pub const OWN_FOLDERS: &str = "/safelight/v1/folders/own/";
    /// Followed by the SHA-1 of a file in hex: its unfinished uploads.
    pub const UPLOADS: &str = "/safelight/v1/uploads/";
    pub const PUSH: &str = "/safelight/v1/push";
    pub const PUSH_TEST: &str = "/safelight/v1/push/test";
    pub const HEALTH: &str = "/safelight/v1/health";
    /// A page to open: no service worker answers it, so a proxy in front of the server can show its sign-in page. It
    /// redirects to the app.
    pub const SIGN_IN: &str = "/safelight/v1/sign-in";
}

/// The status when an upload's bytes do not have the digest in its header. Nothing was stored.
pub const STATUS_DIGEST_MISMATCH: u16 = 460;

/// Exchanges a one-time code for a session cookie.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pair {
    pub code: String,
    /// The name by which the person recognises this browser in the list of devices.
    pub device_name: String,
}

/// The limit on the total upload rate of this session. It applies until it is set again or the server restarts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Rate {
    /// `None` means no limit.
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

/// A folder of a device, as of the device's last report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct KnownFolder {
    pub id: String,
    pub name: String,
    pub device_name: String,
    /// ISO 8601, UTC.
    pub told_at: String,
    /// The number of files in it that the server has.
    pub held: u64,
    /// The number of files that used to be in it and that the server still has.
    pub gone: u64,
    /// The SHA-1 of the reported text, in hex.
    pub digest: String,
}

/// What the server behind this origin can do. If a server does not name an ability, it does not have it. A server
/// without any capabilities can only take uploads and answer whether it has a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// The version of the program, for people.
    pub version: String,
    /// True if the server rejects an upload whose digest header does not match its bytes. Then "created" proves that
    /// the bytes arrived intact.
    #[serde(default)]
    pub verifies_digests: bool,
    /// Present if the server accepts [`crate::resumable`] uploads and finds an unfinished one by its digest.
    #[serde(default)]
    pub pieces: Option<Pieces>,
    /// The most photos that one request may carry ([`crate::bundle`]); absent if it may carry only one.
    #[serde(default)]
    pub bundle_of: Option<u32>,
    /// True if the server stores the contents of each folder of a device ([`crate::inventory`]).
    #[serde(default)]
    pub keeps_inventories: bool,
    /// True if assets can be put into albums.
    #[serde(default)]
    pub albums: bool,
    /// True if deleted assets go to a trash, from which they can be restored.
    #[serde(default)]
    pub trash: bool,
    /// True if the server can show its photos: a timeline with names and sizes, and thumbnails.
    #[serde(default)]
    pub thumbnails: bool,
}

/// How to send a file in pieces.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Pieces {
    /// Size in bytes from which pieces are worth it. Smaller files are sent just as quickly whole.
    pub from: u64,
    /// The most bytes that one request may carry; none if there is no limit.
    #[serde(default)]
    pub up_to: Option<u64>,
}

/// Where and when to push to this device: the JSON of the browser's `PushSubscription`, and the time.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushSubscription {
    /// An https address of the browser's push service.
    pub endpoint: String,
    pub keys: PushKeys,
    /// Minute of the day (UTC) of the daily push, which is sent whether or not the server has heard from the device.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schema(maximum = 1439))]
    pub daily_at: Option<u16>,
    /// The app is not allowed to do anything without a page now, so the server does not push. It keeps everything else.
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

/// The content of a push to the service worker. Only the device can decrypt it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Push {
    pub reason: PushReason,
}

/// Why the server pushes to a device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PushReason {
    /// The server has not heard from the device for a day.
    Silent,
    /// It is the time of day that the person chose.
    Daily,
    /// The person asked for a push now.
    Asked,
}

/// What the server knows about pushes to the device that asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct PushState {
    /// The `applicationServerKey`, in base64url.
    pub public_key: String,
    /// Whether the server pushes to this device when it has not heard from it for a day.
    pub subscribed: bool,
    /// The address that this device sent.
    pub endpoint: Option<String>,
    pub held: bool,
    pub daily_at: Option<u16>,
    /// ISO 8601, UTC: when a push was last handed to a push service.
    pub pushed_at: Option<String>,
    /// The result of the last push, for people.
    pub outcome: Option<String>,
}

/// Whether the server could store photos now.
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
    fn an_ability_that_is_not_listed_is_absent() {
        let read: Capabilities = serde_json::from_str(r#"{"version":"0.1","stacks":true}"#).unwrap();
        let nothing = Capabilities {
            version: "0.1".into(),
            verifies_digests: false,
            pieces: None,
            bundle_of: None,
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
