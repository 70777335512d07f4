//! A JSON body, with refusals in the shape of the API.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use axum::http::StatusCode;
use serde::de::DeserializeOwned;

use crate::error::AppError;

/// Immich takes 10 MB of questions; a little above that, so that nobody meets two limits at once.
const MAX_JSON_BYTES: usize = 12 * 1024 * 1024;

pub(crate) struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let too_large =
            |_| AppError::Refused(StatusCode::PAYLOAD_TOO_LARGE, "Request entity too large".to_owned());
        let bytes = to_bytes(request.into_body(), MAX_JSON_BYTES).await.map_err(too_large)?;
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| AppError::bad_request(format!("Validation failed: {error}")))
    }
}
