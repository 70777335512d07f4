//! `/safelight/v1/sessions`: lists the paired devices and revokes them.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::{Extension, Json};
use protocol::safelight::{self, path};

use crate::api::asked::PathOf;
use crate::api::sign_in::{By, SignedIn};
use crate::auth::Session;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;

#[utoipa::path(
    get,
    path = path::SESSIONS,
    tag = "Safelight",
    responses((status = 200, body = Vec<safelight::Session>, description = "The paired browsers"), Refused),
)]
pub(super) async fn list(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
) -> Result<Json<Vec<safelight::Session>>, AppError> {
    let user = who.user.clone();
    let sessions = state.blocking(move |parts| parts.auth.sessions_of(&user)).await?;
    let current = match &who.by {
        By::Device(session) => Some(session.id.as_str()),
        By::Client(_) => None,
    };
    Ok(Json(sessions.iter().map(|session| shape(session, current)).collect()))
}

#[utoipa::path(
    delete,
    path = "/safelight/v1/sessions/{id}",
    tag = "Safelight",
    params(("id" = String, Path)),
    responses((status = 204, description = "Revoked"), Refused),
)]
pub(super) async fn revoke(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, AppError> {
    let known = state.blocking(move |parts| parts.auth.revoke_session_of(&who.user, &id)).await?;
    let unknown = || AppError::Refused(StatusCode::NOT_FOUND, "There is no such device".to_owned());
    known.then_some(StatusCode::NO_CONTENT).ok_or_else(unknown)
}

pub(super) fn shape(session: &Session, current: Option<&str>) -> safelight::Session {
    safelight::Session {
        id: session.id.clone(),
        device_name: session.device_name.clone(),
        created_at: session.created.to_string(),
        last_used_at: session.last_used.to_string(),
        current: current == Some(session.id.as_str()),
    }
}
