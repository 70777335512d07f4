//! A JSON body or a query, with refusals in the shape of the API.

use axum::extract::{FromRequest, FromRequestParts, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::chunks::read_whole;
use crate::error::AppError;

/// Immich takes 10 MB of questions; a little above that, so that nobody meets two limits at once.
const MAX_JSON_BYTES: usize = 12 * 1024 * 1024;

/// What anybody may ask for is read with a smaller limit.
pub(crate) struct JsonBody<T, const MAX_BYTES: usize = MAX_JSON_BYTES>(pub T);

impl<T: DeserializeOwned, S: Sync, const MAX_BYTES: usize> FromRequest<S> for JsonBody<T, MAX_BYTES> {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let bytes = read_whole(request.into_body(), MAX_BYTES).await?;
        // serde would take an array for a struct, field by field.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(AppError::bad_request("Validation failed: expected a JSON object".to_owned()));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| AppError::bad_request(format!("Validation failed: {error}")))
    }
}

/// What follows the `?`, with refusals in the same shape.
pub(crate) struct QueryOf<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|refusal| AppError::bad_request(format!("Validation failed: {}", refusal.body_text())))
    }
}
