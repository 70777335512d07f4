//! `/api/albums`: list albums, create one, read one, and add assets to one.

use axum::http::StatusCode;
use axum::{Extension, Json};
use protocol::immich::{AddToAlbum, AddedToAlbum, CreateAlbum, path};
use serde::Deserialize;
use serde_json::{Value, json};

use super::asked::{JsonBody, PathOf, QueryOf};
use super::sign_in::SignedIn;
use super::users::email;
use crate::auth::User;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::vault::{Album, AlbumId};

#[derive(Deserialize)]
pub(super) struct Wanted {
    name: Option<String>,
}

#[utoipa::path(
    get,
    path = path::ALBUMS,
    tag = "Immich",
    params(("name" = Option<String>, Query)),
    responses((status = 200, body = Vec<Value>, description = "All albums, or those with the given name"), Refused),
)]
pub(super) async fn list(
    Extension(who): Extension<SignedIn>,
    QueryOf(wanted): QueryOf<Wanted>,
) -> Result<Json<Vec<Value>>, AppError> {
    let albums = who.ask(move |vault| vault.albums(wanted.name.as_deref())).await?;
    Ok(Json(albums.iter().map(|album| shape(album, &who.user)).collect()))
}

#[utoipa::path(
    post,
    path = path::ALBUMS,
    tag = "Immich",
    request_body = CreateAlbum,
    responses((status = 201, body = Value, description = "The new album"), Refused),
)]
pub(super) async fn create(
    Extension(who): Extension<SignedIn>,
    JsonBody(wanted): JsonBody<CreateAlbum>,
) -> Result<(StatusCode, Json<Value>), AppError> {
    let CreateAlbum { album_name, description, asset_ids } = wanted;
    let album = who.ask(move |vault| vault.create_album(album_name, description, asset_ids)).await?;
    Ok((StatusCode::CREATED, Json(shape(&album, &who.user))))
}

#[utoipa::path(
    get,
    path = "/api/albums/{id}",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Value, description = "One album"), Refused),
)]
pub(super) async fn album(
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<Json<Value>, AppError> {
    let id = album_id(&id)?;
    let album = who.ask(move |vault| vault.album(id)).await?;
    let album = album.ok_or_else(|| AppError::bad_request("Not found or no album.read access"))?;
    Ok(Json(shape(&album, &who.user)))
}

#[utoipa::path(
    put,
    path = "/api/albums/{id}/assets",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid")),
    request_body = AddToAlbum,
    responses((status = 200, body = Vec<AddedToAlbum>, description = "The result for each asset"), Refused),
)]
pub(super) async fn add(
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
    JsonBody(AddToAlbum { ids }): JsonBody<AddToAlbum>,
) -> Result<Json<Vec<AddedToAlbum>>, AppError> {
    let (id, assets) = (album_id(&id)?, ids.clone());
    let added = who
        .ask(move |vault| vault.add_to_album(id, assets))
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

fn shape(album: &Album, owner: &User) -> Value {
    json!({
        "id": album.id.0.to_string(), "albumName": album.name, "description": album.description,
        "albumThumbnailAssetId": album.cover, "createdAt": album.created.to_string(),
        "updatedAt": album.updated.to_string(), "shared": false, "hasSharedLink": false,
        "assetCount": album.asset_count, "isActivityEnabled": true, "order": "desc",
        "albumUsers": [{"role": "owner", "user": {
            "id": owner.id, "email": email(owner), "name": owner.name.to_string(), "profileImagePath": "",
            "avatarColor": "red", "profileChangedAt": owner.since.to_string(),
        }}],
    })
}
