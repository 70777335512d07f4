//! A bundle: several photos in one request, because a request costs a browser more than a small photo does.
//!
//! The body is a form (`multipart/form-data`). Each photo is two parts: first [`Bundled`] in JSON, then the file. The
//! answer is a list of [`BundledEnd`], one for each photo and in their order. If the request as a whole fails, the
//! server may still hold some of them.

use serde::{Deserialize, Serialize};

use crate::immich::UploadAnswer;
use crate::resumable::AssetData;

/// The names of the parts.
pub mod part {
    /// [`super::Bundled`] in JSON.
    pub const DESCRIPTION: &str = "description";
    pub const FILE: &str = "assetData";
}

/// The description of the file that follows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Bundled {
    /// The SHA-1 that its bytes must have, in hex or base64.
    pub checksum: String,
    pub asset: AssetData,
}

/// What would have been the answer to an upload of this photo alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct BundledEnd {
    /// The HTTP status.
    pub status: u16,
    /// Present if the server holds it.
    #[serde(default)]
    pub kept: Option<UploadAnswer>,
    /// Why it was refused.
    #[serde(default)]
    pub message: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::immich::UploadStatus;

    #[test]
    fn each_photo_has_its_own_answer() {
        let text = r#"[{"status":201,"kept":{"id":"712c5753-6095-41de-9d40-c36fb14df722","status":"created"}},
            {"status":460,"message":"no"}]"#;
        let [kept, refused]: [BundledEnd; 2] = serde_json::from_str(text).unwrap();
        assert_eq!(kept.kept.map(|answer| answer.status), Some(UploadStatus::Created));
        assert_eq!((refused.kept, refused.message.as_deref()), (None, Some("no")));
        assert_eq!((kept.status, refused.status), (201, 460));
    }
}
