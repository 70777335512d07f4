//! `/api/albums`: list, create, look at one, add to one.

use axum::Json;
use axum::extract::{Path, Query, State as Shared};
use axum::http::StatusCode;
use protocol::immich::{AddToAlbum, AddedToAlbum, CreateAlbum};
use serde::Deserialize;
use serde_json::{Value, json};

use super::json::JsonBody;
use super::users::{OWNER_EMAIL, OWNER_NAME};
use crate::door::Owner;
use crate::error::AppError;
use crate::state::State;
use crate::vault::{Album, AlbumId};

#[derive(Deserialize)]
pub(super) struct Wanted {
    name: Option<String>,
}

pub(super) async fn list(
    Shared(state): Shared<State>,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Value>>, AppError> {
    let (owner, albums) = state
        .blocking(move |parts| {
            Ok::<_, AppError>((parts.door.owner()?, parts.vault.albums(wanted.name.as_deref())?))
        })
        .await?;
    Ok(Json(albums.iter().map(|album| shape(album, &owner)).collect()))
}

pub(super) async fn create(
    Shared(state): Shared<State>,
    JsonBody(wanted): JsonBody<CreateAlbum>,
) -> Result<(StatusCode, Json<Value>), AppError> {
    let CreateAlbum { album_name, description, asset_ids } = wanted;
    let (owner, album) = state
        .blocking(move |parts| {
            let album = parts.vault.create_album(album_name, description, asset_ids)?;
            Ok::<_, AppError>((parts.door.owner()?, album))
        })
        .await?;
    Ok((StatusCode::CREATED, Json(shape(&album, &owner))))
}

pub(super) async fn album(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
) -> Result<Json<Value>, AppError> {
    let id = album_id(&id)?;
    let (owner, album) =
        state.blocking(move |parts| Ok::<_, AppError>((parts.door.owner()?, parts.vault.album(id)?))).await?;
    let album = album.ok_or_else(|| AppError::bad_request("Not found or no album.read access"))?;
    Ok(Json(shape(&album, &owner)))
}

pub(super) async fn add(
    Shared(state): Shared<State>,
    Path(id): Path<String>,
    JsonBody(AddToAlbum { ids }): JsonBody<AddToAlbum>,
) -> Result<Json<Vec<AddedToAlbum>>, AppError> {
    let (id, assets) = (album_id(&id)?, ids.clone());
    let added = state
        .blocking(move |parts| parts.vault.add_to_album(id, assets))
        .await?
        .ok_or_else(|| AppError::bad_request("Not found or no albumAsset.create access"))?;
    let answers = ids.into_iter().zip(added);
    Ok(Json(
        answers.map(|(id, added)| AddedToAlbum { id, success: added.is_ok(), error: added.err() }).collect(),
    ))
}

fn album_id(text: &str) -> Result<AlbumId, AppError> {
    text.parse().map(AlbumId).map_err(|_| AppError::bad_request("Validation failed: id must be a UUID"))
}

fn shape(album: &Album, owner: &Owner) -> Value {
    json!({
        "id": album.id.0.to_string(), "albumName": album.name, "description": album.description,
        "albumThumbnailAssetId": album.cover, "createdAt": album.created.to_string(),
        "updatedAt": album.updated.to_string(), "shared": false, "hasSharedLink": false,
        "assetCount": album.asset_count, "isActivityEnabled": true, "order": "desc",
        "albumUsers": [{"role": "owner", "user": {
            "id": owner.id, "email": OWNER_EMAIL, "name": OWNER_NAME, "profileImagePath": "",
            "avatarColor": "red", "profileChangedAt": owner.since.to_string(),
        }}],
    })
}
