//! Ends uploads that a client will not finish.

use axum::Extension;
use axum::extract::State as Shared;
use axum::http::StatusCode;

use super::take;
use crate::api::asked::PathOf;
use crate::api::sign_in::SignedIn;
use crate::api::upload::checksum;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;
use crate::vault::UploadId;

#[utoipa::path(
    delete,
    path = "/api/upload/{id}",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "Cancelled"), Refused),
)]
pub(in crate::api) async fn cancel(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, AppError> {
    let (taken, upload) = take(&state, &who, UploadId::parse(&id)).await?;
    who.ask(move |vault| {
        let _guard = taken.guard;
        vault.forget_upload(upload.id)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// A client that will not finish an upload need not know its address.
#[utoipa::path(
    delete,
    path = "/safelight/v1/uploads/{digest}",
    tag = "Safelight",
    params(("digest" = String, Path, description = "The SHA-1 of the file, in hex")),
    responses((status = 204, description = "No upload of these bytes is unfinished"), Refused),
)]
pub(in crate::api) async fn cancel_all(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(digest): PathOf<String>,
) -> Result<StatusCode, AppError> {
    let digest = checksum::parse(&digest)
        .ok_or_else(|| AppError::bad_request("Validation failed: digest must be a SHA-1 in hex"))?;
    while let Some(upload) = who.ask(move |vault| vault.unfinished_upload(digest)).await? {
        let taken = state.upload_locks.acquire(upload.id).await;
        who.ask(move |vault| {
            let _guard = taken.guard;
            vault.forget_upload(upload.id)
        })
        .await?;
    }
    Ok(StatusCode::NO_CONTENT)
}
