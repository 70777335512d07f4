//! The part of the Immich API that a backup client uses. The types fit 2.x and 3.x; field names are Immich's.

use serde::{Deserialize, Deserializer, Serialize};

use crate::{AssetId, Digest};

/// The version of the Immich API that the embedded vault answers as.
pub const API_VERSION: ServerVersion = ServerVersion { major: 3, minor: 1, patch: 0 };

/// Paths, relative to the origin.
pub mod path {
    pub const WELL_KNOWN: &str = "/.well-known/immich";
    pub const PING: &str = "/api/server/ping";
    pub const VERSION: &str = "/api/server/version";
    pub const MEDIA_TYPES: &str = "/api/server/media-types";
    pub const FEATURES: &str = "/api/server/features";
    pub const CONFIG: &str = "/api/server/config";
    pub const ABOUT: &str = "/api/server/about";
    pub const STORAGE: &str = "/api/server/storage";
    pub const USERS_ME: &str = "/api/users/me";
    pub const API_KEYS_ME: &str = "/api/api-keys/me";
    pub const ASSETS: &str = "/api/assets";
    pub const STATISTICS: &str = "/api/assets/statistics";
    pub const BULK_UPLOAD_CHECK: &str = "/api/assets/bulk-upload-check";
    pub const ALBUMS: &str = "/api/albums";
    pub const TIME_BUCKETS: &str = "/api/timeline/buckets";
    pub const TIME_BUCKET: &str = "/api/timeline/bucket";
}

/// The header that carries the SHA-1 of an upload, as 40 hex digits or 28 of base64.
pub const CHECKSUM_HEADER: &str = "x-immich-checksum";
/// The header that carries an API key.
pub const API_KEY_HEADER: &str = "x-api-key";

/// Fields of the upload form. Every text field comes before [`field::ASSET_DATA`].
pub mod field {
    pub const DEVICE_ASSET_ID: &str = "deviceAssetId";
    pub const DEVICE_ID: &str = "deviceId";
    pub const FILE_CREATED_AT: &str = "fileCreatedAt";
    pub const FILE_MODIFIED_AT: &str = "fileModifiedAt";
    pub const IS_FAVORITE: &str = "isFavorite";
    pub const FILENAME: &str = "filename";
    pub const ASSET_DATA: &str = "assetData";
    pub const SIDECAR_DATA: &str = "sidecarData";
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BulkUploadCheck {
    pub assets: Vec<CheckItem>,
}

/// One question: does the server have these bytes? `id` is chosen by the client and returned unchanged.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct CheckItem {
    pub id: String,
    pub checksum: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct BulkUploadCheckResults {
    pub results: Vec<CheckResult>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CheckResult {
    pub id: String,
    pub action: CheckAction,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<RejectReason>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub asset_id: Option<AssetId>,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub is_trashed: Option<bool>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CheckAction {
    Accept,
    Reject,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "kebab-case")]
pub enum RejectReason {
    Duplicate,
    UnsupportedFormat,
}

/// The answer to an upload: 201 with `Created`, 200 with `Duplicate`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct UploadAnswer {
    pub id: AssetId,
    pub status: UploadStatus,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum UploadStatus {
    Created,
    Duplicate,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ServerVersion {
    pub major: u32,
    pub minor: u32,
    pub patch: u32,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MediaTypes {
    pub video: Vec<String>,
    pub image: Vec<String>,
    pub sidecar: Vec<String>,
}

/// The signed-in user, as far as a backup depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserMe {
    pub id: String,
    /// Only from Safelight. It changes when the server may have lost something that it had confirmed.
    #[serde(default)]
    pub epoch: Option<String>,
}

/// What a server says about itself before sign-in, as far as a backup depends on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerConfig {
    /// The address of the server's own web page; empty if not configured.
    pub external_domain: String,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Statistics {
    pub images: u64,
    pub videos: u64,
    pub total: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct CreateAlbum {
    pub album_name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub asset_ids: Vec<AssetId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AddToAlbum {
    pub ids: Vec<AssetId>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct AddedToAlbum {
    pub id: AssetId,
    pub success: bool,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<AddToAlbumError>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum AddToAlbumError {
    Duplicate,
    NoPermission,
    NotFound,
    Unknown,
}

/// One month of the timeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TimeBucket {
    /// The first day of the month, like 2024-05-01.
    pub time_bucket: String,
    pub count: u64,
}

/// The assets of a month: one entry in each list for each asset, newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct TimeBucketAssets {
    pub id: Vec<AssetId>,
    pub is_image: Vec<bool>,
    pub is_favorite: Vec<bool>,
    /// ISO 8601.
    pub file_created_at: Vec<String>,
    /// How far the clock of the place was ahead of UTC.
    pub local_offset_hours: Vec<f64>,
    /// Safelight's own column: whether that clock is known. If not, the offset is zero.
    #[serde(default)]
    pub is_local_known: Vec<bool>,
    /// Safelight's own column: the clock of the camera was probably never set.
    #[serde(default)]
    pub is_date_doubtful: Vec<bool>,
    pub original_file_name: Vec<String>,
    pub file_size_in_byte: Vec<u64>,
}

/// One asset of a [`TimeBucketAssets`].
#[derive(Debug, Clone, PartialEq)]
pub struct TimeBucketAsset {
    pub id: AssetId,
    pub is_image: bool,
    pub is_favorite: bool,
    /// ISO 8601.
    pub file_created_at: String,
    /// How far the clock of the place was ahead of UTC.
    pub local_offset_hours: f64,
    /// Whether that clock is known. If not, the offset is zero.
    pub is_local_known: bool,
    /// The clock of the camera was probably never set.
    pub is_date_doubtful: bool,
    pub original_file_name: String,
    pub file_size_in_byte: u64,
}

impl TimeBucketAssets {
    pub fn push(&mut self, asset: TimeBucketAsset) {
        self.id.push(asset.id);
        self.is_image.push(asset.is_image);
        self.is_favorite.push(asset.is_favorite);
        self.file_created_at.push(asset.file_created_at);
        self.local_offset_hours.push(asset.local_offset_hours);
        self.is_local_known.push(asset.is_local_known);
        self.is_date_doubtful.push(asset.is_date_doubtful);
        self.original_file_name.push(asset.original_file_name);
        self.file_size_in_byte.push(asset.file_size_in_byte);
    }

    /// The assets one by one; `None` if a list is shorter than the ids.
    pub fn into_assets(self) -> Option<Vec<TimeBucketAsset>> {
        let mut images = self.is_image.into_iter();
        let mut favorites = self.is_favorite.into_iter();
        let mut times = self.file_created_at.into_iter();
        let mut offsets = self.local_offset_hours.into_iter();
        // Immich has no such columns: there every clock counts as known and right.
        let mut known = self.is_local_known.into_iter().chain(std::iter::repeat(true));
        let mut doubtful = self.is_date_doubtful.into_iter().chain(std::iter::repeat(false));
        let mut names = self.original_file_name.into_iter();
        let mut sizes = self.file_size_in_byte.into_iter();
        let asset = |id| {
            Some(TimeBucketAsset {
                id,
                is_image: images.next()?,
                is_favorite: favorites.next()?,
                file_created_at: times.next()?,
                local_offset_hours: offsets.next()?,
                is_local_known: known.next()?,
                is_date_doubtful: doubtful.next()?,
                original_file_name: names.next()?,
                file_size_in_byte: sizes.next()?,
            })
        };
        self.id.into_iter().map(asset).collect()
    }
}

/// The body of every error of the API. 3.x sends one message; 2.x may send a list of them, which is parsed as one text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    #[serde(deserialize_with = "one_text")]
    pub message: String,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Message {
    Text(String),
    List(Vec<String>),
}

fn one_text<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    Ok(match Message::deserialize(from)? {
        Message::Text(text) => text,
        Message::List(texts) => texts.join("; "),
    })
}

/// Builds the question for a batch: `id` is the position in `digests`.
pub fn question(digests: &[Digest]) -> BulkUploadCheck {
    let item =
        |(at, digest): (usize, &Digest)| CheckItem { id: at.to_string(), checksum: digest.to_string() };
    BulkUploadCheck { assets: digests.iter().enumerate().map(item).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_of_the_bulk_check_reads_as_immich_writes_it() {
        let text = r#"{"results":[{"id":"0","action":"accept"},{"id":"1","action":"reject","reason":"duplicate",
            "assetId":"712c5753-6095-41de-9d40-c36fb14df722","isTrashed":true}]}"#;
        let read: BulkUploadCheckResults = serde_json::from_str(text).unwrap();
        assert_eq!(read.results[0].action, CheckAction::Accept);
        assert_eq!(read.results[1].is_trashed, Some(true));
    }

    #[test]
    fn an_accepted_item_is_written_without_empty_fields() {
        let accepted = CheckResult {
            id: "7".into(),
            action: CheckAction::Accept,
            reason: None,
            asset_id: None,
            is_trashed: None,
        };
        assert_eq!(serde_json::to_string(&accepted).unwrap(), r#"{"id":"7","action":"accept"}"#);
    }

    #[test]
    fn a_refusal_is_read_the_same_from_2_x_and_3_x() {
        let table = [
            (r#"{"message":"File is empty"}"#, Some("File is empty")),
            (
                r#"{"message":["a must be a date","b is missing"],"statusCode":400}"#,
                Some("a must be a date; b is missing"),
            ),
            (r#"{"message":[]}"#, Some("")),
            (r#"{"message":7}"#, None),
            (r#"{"message":["a",7]}"#, None),
            (r#"{"error":"Bad Request"}"#, None),
        ];
        for (text, message) in table {
            let read = serde_json::from_str::<ErrorBody>(text).ok().map(|refusal| refusal.message);
            assert_eq!(read.as_deref(), message, "{text}");
        }
    }

    #[test]
    fn a_month_is_read_by_rows_and_written_by_columns() {
        let text = r#"{"id":["712c5753-6095-41de-9d40-c36fb14df722"],"isImage":[true],"isFavorite":[false],
            "fileCreatedAt":["2024-05-01T10:00:00Z"],"localOffsetHours":[2],"isLocalKnown":[true],"isDateDoubtful":[true],"originalFileName":["a.jpg"],"fileSizeInByte":[7],
            "ratio":[1.5]}"#;
        let read: TimeBucketAssets = serde_json::from_str(text).unwrap();
        let assets = read.clone().into_assets().unwrap();
        assert_eq!(assets[0].original_file_name, "a.jpg");
        let mut written = TimeBucketAssets::default();
        assets.into_iter().for_each(|asset| written.push(asset));
        assert_eq!(written, read);
    }

    #[test]
    fn a_month_with_a_short_column_is_refused() {
        let mut columns = TimeBucketAssets { id: vec![AssetId([7; 16])], ..TimeBucketAssets::default() };
        assert_eq!(columns.clone().into_assets(), None);
        columns.id.clear();
        assert_eq!(columns.into_assets(), Some(vec![]));
    }
}
