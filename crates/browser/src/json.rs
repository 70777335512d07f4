//! What the API answers, read from its JSON. By hand: the general reader, with its errors for people, would be a
//! sixth of the worker, and nobody would see them.

use js_sys::{Array, Reflect};
use protocol::immich::{
    BulkUploadCheckResults, CheckAction, CheckResult, ErrorBody, RejectReason, UploadAnswer, UploadStatus,
};
use protocol::safelight::Capabilities;
use wasm_bindgen::{JsCast, JsValue};

/// A body that makes sense, or none.
pub(crate) trait FromJson: Sized {
    fn from_json(json: &JsValue) -> Option<Self>;
}

/// An answer whose body does not matter.
pub(crate) struct Anything;

impl FromJson for Anything {
    fn from_json(_: &JsValue) -> Option<Self> {
        Some(Anything)
    }
}

impl FromJson for ErrorBody {
    fn from_json(json: &JsValue) -> Option<Self> {
        Some(ErrorBody { message: text(json, "message")? })
    }
}

impl FromJson for Capabilities {
    fn from_json(json: &JsValue) -> Option<Self> {
        Some(Capabilities {
            version: text(json, "version")?,
            verifies_digests: flag(json, "verifiesDigests")?,
            resumable_uploads: flag(json, "resumableUploads") == Some(true),
        })
    }
}

impl FromJson for UploadAnswer {
    fn from_json(json: &JsValue) -> Option<Self> {
        let status = match text(json, "status")?.as_str() {
            "created" => UploadStatus::Created,
            "duplicate" => UploadStatus::Duplicate,
            _ => return None,
        };
        Some(UploadAnswer { id: text(json, "id")?.parse().ok()?, status })
    }
}

impl FromJson for BulkUploadCheckResults {
    fn from_json(json: &JsValue) -> Option<Self> {
        let results = property(json, "results");
        let results = results.dyn_ref::<Array>()?.iter().map(|result| CheckResult::from_json(&result));
        Some(BulkUploadCheckResults { results: results.collect::<Option<_>>()? })
    }
}

impl FromJson for CheckResult {
    fn from_json(json: &JsValue) -> Option<Self> {
        let action = match text(json, "action")?.as_str() {
            "accept" => CheckAction::Accept,
            "reject" => CheckAction::Reject,
            _ => return None,
        };
        let reason = match text(json, "reason").as_deref() {
            Some("duplicate") => Some(RejectReason::Duplicate),
            Some("unsupported-format") => Some(RejectReason::UnsupportedFormat),
            Some(_) => return None,
            None => None,
        };
        let asset_id = text(json, "assetId").map(|id| id.parse()).transpose().ok()?;
        Some(CheckResult {
            id: text(json, "id")?,
            action,
            reason,
            asset_id,
            is_trashed: flag(json, "isTrashed"),
        })
    }
}

pub(crate) fn text(json: &JsValue, name: &str) -> Option<String> {
    property(json, name).as_string()
}

pub(crate) fn flag(json: &JsValue, name: &str) -> Option<bool> {
    property(json, name).as_bool()
}

pub(crate) fn property(json: &JsValue, name: &str) -> JsValue {
    // What is no object has no properties.
    Reflect::get(json, &name.into()).unwrap_or_default()
}
