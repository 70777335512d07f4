//! Reads the JSON body of a request.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::library::Immich;
use crate::refusal::Refusal;

/// A larger JSON body is an internal error.
const MAX_JSON_BYTES: usize = 10_000_000;

/// The parsed body of a request.
pub(crate) struct Said<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Immich> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &Immich) -> Result<Said<T>, Refusal> {
        let bytes = to_bytes(request.into_body(), usize::MAX)
            .await
            .map_err(|_| Refusal::bad_request("The body did not come"))?;
        if bytes.len() > MAX_JSON_BYTES {
            // The status 500 was seen. The wording was not recorded.
            return Err(Refusal::internal("Internal server error"));
        }
        let json: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::BrokenJson)?;
        // The wording for each field was not recorded.
        serde_json::from_value(json).map(Said).map_err(|error| Refusal::bad_request(error.to_string()))
    }
}
