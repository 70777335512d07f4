//! Resumable uploads according to the IETF draft "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload), in
//! the form that Immich plans.

use serde::{Deserialize, Serialize};

/// Where an upload is created; its own path is below this one.
pub const PATH: &str = "/api/upload";

/// The draft's interop version: the wire format used here.
pub const INTEROP_VERSION: u32 = 8;

/// The media type of appended bytes.
pub const PARTIAL_UPLOAD: &str = "application/partial-upload";

/// The names of the header fields.
pub mod header {
    pub const COMPLETE: &str = "upload-complete";
    pub const OFFSET: &str = "upload-offset";
    pub const LENGTH: &str = "upload-length";
    pub const LIMIT: &str = "upload-limit";
    pub const INTEROP: &str = "upload-draft-interop-version";
    /// `sha=:BASE64:`, the SHA-1 of the whole file (RFC 9530).
    pub const DIGEST: &str = "repr-digest";
    /// [`super::AssetData`] as JSON, in base64.
    pub const ASSET_DATA: &str = "x-immich-asset-data";
}

/// The name of the limit in `Upload-Limit` on how much one request may append.
pub const MAX_APPEND_SIZE: &str = "max-append-size";

/// The draft's problem types (RFC 9457).
pub mod problem {
    pub const MISMATCHING_OFFSET: &str =
        "https://iana.org/assignments/http-problem-types#mismatching-upload-offset";
    pub const COMPLETED: &str = "https://iana.org/assignments/http-problem-types#completed-upload";
    pub const INCONSISTENT_LENGTH: &str =
        "https://iana.org/assignments/http-problem-types#inconsistent-upload-length";
}

/// The client's description of the file: the text fields of the upload form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct AssetData {
    pub filename: String,
    /// ISO 8601.
    pub file_created_at: String,
    /// ISO 8601.
    pub file_modified_at: String,
    #[serde(default)]
    pub is_favorite: bool,
}
