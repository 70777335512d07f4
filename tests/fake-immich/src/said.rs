//! How the JSON body of a request is read.

use axum::body::to_bytes;
use axum::extract::{FromRequest, Request};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::library::Immich;
use crate::refusal::Refusal;

/// More JSON than this is an internal error.
const MAX_JSON_BYTES: usize = 10_000_000;

/// What the body of a request says.
pub(crate) struct Said<T>(pub(crate) T);

impl<T: DeserializeOwned> FromRequest<Immich> for Said<T> {
    type Rejection = Refusal;

    async fn from_request(request: Request, _: &Immich) -> Result<Said<T>, Refusal> {
        let bytes = to_bytes(request.into_body(), usize::MAX)
            .await
            .map_err(|_| Refusal::bad_request("The body did not come"))?;
        if bytes.len() > MAX_JSON_BYTES {
            // That it is 500 was seen, its sentence was not recorded.
            return Err(Refusal::internal("Internal server error"));
        }
        let json: Value = serde_json::from_slice(&bytes).map_err(|_| Refusal::BrokenJson)?;
        // The sentences for each field were not recorded.
        serde_json::from_value(json).map(Said).map_err(|error| Refusal::bad_request(error.to_string()))
    }
}
