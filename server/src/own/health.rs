//! `GET /safelight/v1/health`: whether the server would accept a photo now. It is for monitoring: it names the problem,
//! but says nothing about the contents.

use axum::Json;
use axum::extract::State as Shared;
use axum::http::StatusCode;
use protocol::safelight::{Health, path};

use crate::error::{AppError, causes};
use crate::state::{Parts, State};
use crate::vault::{KEPT_FREE_BYTES, VaultError};

#[utoipa::path(
    get,
    path = path::HEALTH,
    tag = "Safelight",
    responses(
        (status = 200, body = Health, description = "The server would accept photos"),
        (status = 503, body = Health, description = "It would not"),
    ),
)]
pub(super) async fn health(Shared(state): Shared<State>) -> Result<(StatusCode, Json<Health>), AppError> {
    let problem = state.blocking(|parts| Ok::<_, AppError>(problem(parts))).await?;
    let status = if problem.is_some() { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    Ok((status, Json(Health { ok: problem.is_none(), problem: problem.map(str::to_owned) })))
}

fn problem(parts: &Parts) -> Option<&'static str> {
    if parts.stopping.is_cancelled() {
        return Some("The server is stopping");
    }
    // Checked first, because nothing can be written to a full disk.
    if parts.vault.free().is_ok_and(|free| free < KEPT_FREE_BYTES) {
        return Some("The disk is full");
    }
    match parts.vault.look() {
        Ok(()) => None,
        Err(error) => {
            tracing::error!(error = causes(&error), "the vault cannot be used");
            Some(match error {
                VaultError::Index(_) => "The index cannot be read",
                VaultError::NoOriginals { .. } => "The folder of the originals is missing",
                VaultError::Io { .. }
                | VaultError::InUse(_)
                | VaultError::Damaged { .. }
                | VaultError::NotMedia(_) => "The data folder is not writable",
            })
        }
    }
}
