//! Client errors as the draft defines them, in the form of RFC 9457.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use protocol::resumable::problem;
use serde_json::json;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Problem {
    MismatchingOffset { expected: u64, provided: u64 },
    Completed,
    InconsistentLength,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let (status, body) = match self {
            Self::MismatchingOffset { expected, provided } => (
                StatusCode::CONFLICT,
                json!({
                    "type": problem::MISMATCHING_OFFSET,
                    "title": "The upload is at another offset",
                    "expected-offset": expected,
                    "provided-offset": provided,
                }),
            ),
            Self::Completed => (
                StatusCode::BAD_REQUEST,
                json!({"type": problem::COMPLETED, "title": "The upload is already complete"}),
            ),
            Self::InconsistentLength => (
                StatusCode::BAD_REQUEST,
                json!({"type": problem::INCONSISTENT_LENGTH, "title": "The lengths of the upload do not agree"}),
            ),
        };
        let mut response = (status, Json(body)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}
