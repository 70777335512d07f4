//! The session cookie: setting it, renewing it, and finding it in a request.

use axum::http::{HeaderMap, HeaderValue, header};

use crate::auth::{Secret, UNUSED_FOR_DAYS};
use crate::error::AppError;
use crate::state::State;

pub(crate) const NAME: &str = "safelight_session";

/// The longest time for which browsers keep a cookie.
const MAX_AGE_SECONDS: i64 = UNUSED_FOR_DAYS * 86_400;

/// The value of `Set-Cookie`. No script can read the token, and requests from other sites do not carry it.
pub(crate) fn set(token: &Secret, state: &State, is_https: bool) -> Result<HeaderValue, AppError> {
    let is_https = is_https || state.settings.public_url.as_ref().is_some_and(|url| url.is_https());
    let secure = if is_https { "; Secure" } else { "" };
    let token = token.reveal();
    format!("{NAME}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={MAX_AGE_SECONDS}{secure}")
        .try_into()
        .map_err(AppError::fault)
}

pub(super) fn find(headers: &HeaderMap) -> Option<Secret> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == NAME).map(|(_, value)| Secret::received(value))
}
