//! `POST /safelight/v1/rate`: sets the upload rate limit of the device that sends the request.

use axum::Extension;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use protocol::safelight::{Rate, path};

use crate::api::asked::JsonBody;
use crate::api::sign_in::SignedIn;
use crate::openapi::Refused;
use crate::state::State;

#[utoipa::path(
    post,
    path = path::RATE,
    tag = "Safelight",
    request_body = Rate,
    responses((status = 204, description = "The limit is in effect"), Refused),
)]
pub(super) async fn set(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    JsonBody(Rate { bytes_per_second }): JsonBody<Rate>,
) -> StatusCode {
    state.throttles.of(who.id()).set(bytes_per_second);
    StatusCode::NO_CONTENT
}
