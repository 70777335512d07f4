//! `POST /safelight/v1/pair`: a one-time code for a session. The token travels in a cookie that no script can
//! read, and nowhere else.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use protocol::safelight::Pair;

use super::sessions::shape;
use crate::api::json::JsonBody;
use crate::api::sign_in::COOKIE;
use crate::door::origin::PublicUrl;
use crate::door::{Secret, WrongCode};
use crate::error::AppError;
use crate::state::State;

/// 400 days, the longest that browsers keep a cookie.
const MAX_AGE_SECONDS: u32 = 34_560_000;

pub(super) async fn pair(
    Shared(state): Shared<State>,
    JsonBody(Pair { code, device_name }): JsonBody<Pair>,
) -> Result<Response, AppError> {
    let opened = state.blocking(move |parts| parts.door.pair(&code, &device_name, Timestamp::now())).await?;
    let (session, token) = opened.map_err(refusal)?;
    let cookie = cookie(&token, state.settings.public_url.as_ref());
    let body = Json(shape(&session, Some(&session.id)));
    Ok((StatusCode::CREATED, [(header::SET_COOKIE, cookie)], body).into_response())
}

fn cookie(token: &Secret, public_url: Option<&PublicUrl>) -> String {
    let secure = if public_url.is_some_and(PublicUrl::is_https) { "; Secure" } else { "" };
    format!(
        "{COOKIE}={}; HttpOnly; SameSite=Strict; Path=/; Max-Age={MAX_AGE_SECONDS}{secure}",
        token.reveal()
    )
}

fn refusal(wrong: WrongCode) -> AppError {
    match wrong {
        WrongCode::Refused => AppError::unauthorized(
            "This pairing code is wrong, used or too old. Run `safelight pair` on the server for a new one.",
        ),
        WrongCode::TooManyFailures => AppError::Refused(
            StatusCode::TOO_MANY_REQUESTS,
            "Too many wrong codes. Wait a minute and try again.".to_owned(),
        ),
    }
}
