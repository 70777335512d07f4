//! The part of the Immich API that a backup client speaks. Shapes fit 2.x and 3.x; field names are Immich's.

use serde::{Deserialize, Serialize};

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

/// One question: does the server hold these bytes? `id` is the asker's own and comes back unread.
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

#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct UserMe {
    pub id: String,
    pub email: String,
    pub name: String,
    pub quota_size_in_bytes: Option<u64>,
    pub quota_usage_in_bytes: Option<u64>,
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

/// Every refusal of the API in its 3.x shape. 2.x may send a list of messages instead of one.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    pub message: String,
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
}
