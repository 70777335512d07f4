//! `/safelight/v1/folders`: the inventories of the devices' folders. Each device uploads those of its own folders. Any
//! device of the user may read them, to restore a folder.

use axum::extract::{FromRequest, Request, State as Shared};
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use protocol::safelight::{KnownFolder, path};
use serde::Deserialize;

use crate::api::asked::{PathOf, QueryOf, TextBody};
use crate::api::sign_in::{By, SignedIn};
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;
use crate::vault::{Heading, InventoryId, Telling, TellingError, Vault};

/// Enough for half a million files.
const MAX_BYTES: usize = 64 << 20;

/// The name that a person gave the folder.
const MAX_NAME_BYTES: usize = 1024;

#[utoipa::path(
    get,
    path = path::FOLDERS,
    tag = "Safelight",
    responses((status = 200, body = Vec<KnownFolder>, description = "The folders, most recently reported \
        first"), Refused),
)]
pub(super) async fn list(Extension(who): Extension<SignedIn>) -> Result<Json<Vec<KnownFolder>>, AppError> {
    let all = who.ask(Vault::inventories).await?;
    Ok(Json(all.into_iter().map(|(id, heading)| shape(&id, heading)).collect()))
}

#[utoipa::path(
    get,
    path = "/safelight/v1/folders/{id}",
    tag = "Safelight",
    params(("id" = String, Path)),
    responses(
        (status = 200, body = String, content_type = "text/plain",
            description = "One line for each file: SHA-1 BYTES PATH; it begins with - if the file is gone"),
        Refused,
    ),
)]
pub(super) async fn one(
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<String, AppError> {
    let id = InventoryId::read(&id).ok_or_else(unknown)?;
    let found = who.ask(move |vault| vault.inventory(&id)).await?;
    found.map(|(_, lines)| lines).ok_or_else(unknown)
}

#[utoipa::path(
    delete,
    path = "/safelight/v1/folders/{id}",
    tag = "Safelight",
    params(("id" = String, Path)),
    responses((status = 204, description = "The list of its files is forgotten; the files are kept"), Refused),
)]
pub(super) async fn forget(
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<StatusCode, AppError> {
    let id = InventoryId::read(&id).ok_or_else(unknown)?;
    let known = who.ask(move |vault| vault.forget_inventory(&id)).await?;
    known.then_some(StatusCode::NO_CONTENT).ok_or_else(unknown)
}

#[utoipa::path(
    get,
    path = "/safelight/v1/folders/own/{number}",
    tag = "Safelight",
    params(("number" = u32, Path, format = "uint32")),
    responses((status = 200, body = KnownFolder, description = "What this device last reported about it"), Refused),
)]
pub(super) async fn told(
    Extension(who): Extension<SignedIn>,
    PathOf(number): PathOf<u32>,
) -> Result<Json<KnownFolder>, AppError> {
    let id = own(&who, number)?;
    let asked = id.clone();
    let found = who.ask(move |vault| vault.inventory(&asked)).await?;
    found.map(|(heading, _)| Json(shape(&id, heading))).ok_or_else(unknown)
}

#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Named {
    name: String,
}

#[utoipa::path(
    put,
    path = "/safelight/v1/folders/own/{number}",
    tag = "Safelight",
    params(("number" = u32, Path, format = "uint32"), Named),
    request_body(content = Option<String>, content_type = "text/plain",
        description = "All its files that the server has, one line each: SHA-1 BYTES PATH"),
    responses((status = 204, description = "Recorded"), Refused),
)]
pub(super) async fn tell(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(number): PathOf<u32>,
    QueryOf(Named { name }): QueryOf<Named>,
    request: Request,
) -> Result<StatusCode, AppError> {
    let id = own(&who, number)?;
    if name.len() > MAX_NAME_BYTES {
        return Err(AppError::bad_request("Validation failed: the name is too long"));
    }
    // The semaphore is never closed.
    let _turn = state.tellers.acquire().await;
    let TextBody(text) = TextBody::<MAX_BYTES>::from_request(request, &()).await?;
    who.has_room_for(text.len() as u64).await?;
    let device = match &who.by {
        By::Device(session) => session.device_name.clone(),
        By::Client(key) => key.name.clone(),
    };
    let told = Telling { folder: name, device, text };
    who.ask(move |vault| vault.take_inventory(&id, told, Timestamp::now())).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn own(who: &SignedIn, number: u32) -> Result<InventoryId, AppError> {
    InventoryId::of(who.id(), number).ok_or_else(unknown)
}

fn unknown() -> AppError {
    AppError::Refused(StatusCode::NOT_FOUND, "There is no such folder".to_owned())
}

fn shape(id: &InventoryId, heading: Heading) -> KnownFolder {
    KnownFolder {
        id: id.to_string(),
        name: heading.folder,
        device_name: heading.device,
        told_at: heading.told.to_string(),
        held: heading.held,
        gone: heading.gone,
        digest: heading.digest.to_string(),
    }
}

impl From<TellingError> for AppError {
    fn from(error: TellingError) -> Self {
        match error {
            TellingError::Unreadable | TellingError::TooMuch => {
                Self::bad_request(format!("Validation failed: {error}"))
            }
            TellingError::Vault(error) => error.into(),
        }
    }
}
