//! `POST /safelight/v1/pair`: exchanges a one-time code for a session. The token is sent only in a cookie
//! that no script can read.

use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use jiff::Timestamp;
use protocol::immich::ErrorBody;
use protocol::safelight::{Pair, Session, path};

use super::sessions::shape;
use crate::api::asked::JsonBody;
use crate::api::cookie;
use crate::auth::WrongCode;
use crate::error::AppError;
use crate::listen::Caller;
use crate::openapi::Refused;
use crate::state::State;

/// Anybody may send this request. It contains a code and a device name, so a small limit is enough.
const MAX_PAIR_BYTES: usize = 4 * 1024;

#[utoipa::path(
    post,
    path = path::PAIR,
    tag = "Safelight",
    request_body = Pair,
    responses(
        (status = 201, body = Session, description = "Paired; the session is in the cookie"),
        (status = 401, body = ErrorBody, description = "A wrong code"),
        Refused,
    ),
)]
pub(super) async fn pair(
    Shared(state): Shared<State>,
    Extension(caller): Extension<Caller>,
    JsonBody(Pair { code, device_name }): JsonBody<Pair, MAX_PAIR_BYTES>,
) -> Result<Response, AppError> {
    let now = Timestamp::now();
    let opened =
        state.blocking(move |parts| parts.auth.pair(&code, &device_name, caller.household(), now)).await?;
    let (session, token) = opened.map_err(refusal)?;
    let cookie = cookie::set(&token, &state, caller.is_https)?;
    let body = Json(shape(&session, Some(&session.id)));
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], body).into_response())
}

fn refusal(wrong: WrongCode) -> AppError {
    match wrong {
        WrongCode::Refused => AppError::unauthorized(
            "This pairing code is wrong, already used or expired. Run `safelight pair` on the server to get a new \
             one.",
        ),
        WrongCode::TooManyFailures => {
            AppError::too_many("Too many wrong codes. Wait a minute and try again.", 60)
        }
    }
}
