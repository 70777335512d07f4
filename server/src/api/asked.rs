//! Extractors for the body, the path and the query of a request. Their errors have the shape of the API.

use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::chunks::read_whole;
use crate::error::AppError;

/// Immich accepts JSON bodies of 10 MB. This is slightly more, so that a client never hits our limit before
/// Immich's.
const MAX_JSON_BYTES: usize = 12 * 1024 * 1024;

/// Routes that need no sign-in use a smaller limit.
pub(crate) struct JsonBody<T, const MAX_BYTES: usize = MAX_JSON_BYTES>(pub T);

impl<T: DeserializeOwned, S: Sync, const MAX_BYTES: usize> FromRequest<S> for JsonBody<T, MAX_BYTES> {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let bytes = read_whole(request.into_body(), MAX_BYTES).await?;
        // serde would also accept an array for a struct, field by field.
        if bytes.trim_ascii_start().first() != Some(&b'{') {
            return Err(AppError::bad_request("Validation failed: expected a JSON object".to_owned()));
        }
        serde_json::from_slice(&bytes)
            .map(Self)
            .map_err(|error| AppError::bad_request(format!("Validation failed: {error}")))
    }
}

/// A text body of at most `MAX_BYTES`.
pub(crate) struct TextBody<const MAX_BYTES: usize>(pub String);

impl<S: Sync, const MAX_BYTES: usize> FromRequest<S> for TextBody<MAX_BYTES> {
    type Rejection = AppError;

    async fn from_request(request: Request, _: &S) -> Result<Self, AppError> {
        let text = String::from_utf8(read_whole(request.into_body(), MAX_BYTES).await?);
        text.map(Self).map_err(|_| AppError::bad_request("Validation failed: expected UTF-8"))
    }
}

/// The parameters of the path.
pub(crate) struct PathOf<T>(pub T);

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for PathOf<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, AppError> {
        let path = Path::from_request_parts(parts, state).await;
        path.map(|Path(parameters)| Self(parameters))
            .map_err(|refusal| AppError::bad_request(format!("Validation failed: {}", refusal.body_text())))
    }
}

/// The parameters of the query string.
pub(crate) struct QueryOf<T>(pub T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for QueryOf<T> {
    type Rejection = AppError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, AppError> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|refusal| AppError::bad_request(format!("Validation failed: {}", refusal.body_text())))
    }
}
