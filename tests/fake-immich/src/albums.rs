//! Albums. Names are not unique, and adding an asset that is already in the album is reported as an error for that
//! asset.

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::asset_info::{described, owner_of};
use crate::dialect::Dialect;
use crate::library::{Album, Immich, Library, User};
use crate::refusal::{Refusal, Violation};
use crate::said::Said;
use crate::sign_in::Caller;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    name: Option<String>,
}

/// 2.x lists no assets here, and does not know `name`.
pub(crate) async fn list(
    State(immich): State<Immich>,
    caller: Caller,
    Query(wanted): Query<Wanted>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let owner = caller.may(&immich, "album.read")?;
    let name = wanted.name.filter(|_| immich.dialect() == Dialect::V3);
    let library = immich.open();
    let own = library.albums.iter().filter(|album| album.owner == owner);
    let named = own.filter(|album| name.as_ref().is_none_or(|name| *name == album.name));
    Ok(Json(named.map(|album| shown(immich.dialect(), &caller.user, album, &[])).collect()))
}

pub(crate) async fn one(
    State(immich): State<Immich>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let owner = caller.may(&immich, "album.read")?;
    let library = immich.open();
    let at = place_of(&library, owner, &id, "album.read")?;
    Ok(Json(whole(immich.dialect(), &library, &caller.user, &library.albums[at])))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewAlbum {
    album_name: String,
    #[serde(default)]
    description: String,
    #[serde(default)]
    asset_ids: Vec<Uuid>,
}

pub(crate) async fn create(
    State(immich): State<Immich>,
    caller: Caller,
    Said(new): Said<NewAlbum>,
) -> Result<Response, Refusal> {
    let owner = caller.may(&immich, "album.create")?;
    let mut library = immich.open();
    let assets = new.asset_ids.into_iter().filter(|id| library.asset(owner, *id).is_some()).collect();
    let (id, created) = (Uuid::new_v4(), Timestamp::now());
    let album = Album { id, owner, name: new.album_name, description: new.description, assets, created };
    let body = whole(immich.dialect(), &library, &caller.user, &album);
    library.albums.push(album);
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

#[derive(Deserialize)]
pub(crate) struct Ids {
    ids: Vec<Uuid>,
}

pub(crate) async fn add(
    State(immich): State<Immich>,
    caller: Caller,
    Path(id): Path<String>,
    Said(Ids { ids }): Said<Ids>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let owner = caller.may(&immich, "albumAsset.create")?;
    let mut library = immich.open();
    let at = place_of(&library, owner, &id, "albumAsset.create")?;
    let mut results = Vec::new();
    for id in ids {
        let known = library.asset(owner, id).is_some();
        let album = &mut library.albums[at];
        results.push(if album.assets.contains(&id) {
            json!({"id": id.to_string(), "success": false, "error": "duplicate"})
        } else if known {
            album.assets.push(id);
            json!({"id": id.to_string(), "success": true})
        } else {
            json!({"id": id.to_string(), "success": false, "error": "no_permission"})
        });
    }
    Ok(Json(results))
}

pub(crate) async fn remove(
    State(immich): State<Immich>,
    caller: Caller,
    Path(id): Path<String>,
    Said(Ids { ids }): Said<Ids>,
) -> Result<Json<Vec<Value>>, Refusal> {
    let owner = caller.may(&immich, "albumAsset.delete")?;
    let mut library = immich.open();
    let at = place_of(&library, owner, &id, "albumAsset.delete")?;
    let album = &mut library.albums[at];
    let mut results = Vec::new();
    for id in ids {
        let was_there = album.assets.contains(&id);
        album.assets.retain(|other| *other != id);
        results.push(if was_there {
            json!({"id": id.to_string(), "success": true})
        } else {
            json!({"id": id.to_string(), "success": false, "error": "not_found"})
        });
    }
    Ok(Json(results))
}

fn place_of(library: &Library, owner: Uuid, id: &str, permission: &str) -> Result<usize, Refusal> {
    let id: Uuid = id.parse().map_err(|_| Refusal::Invalid(vec![Violation::not_a_uuid("id")]))?;
    let at = library.albums.iter().position(|album| album.id == id && album.owner == owner);
    at.ok_or_else(|| Refusal::bad_request(format!("Not found or no {permission} access")))
}

/// An album, with its assets if the dialect lists them.
fn whole(dialect: Dialect, library: &Library, user: &User, album: &Album) -> Value {
    let assets = album.assets.iter().filter_map(|id| library.asset(album.owner, *id));
    let assets: Vec<Value> = assets.map(|asset| described(dialect, asset)).collect();
    shown(dialect, user, album, &assets)
}

fn shown(dialect: Dialect, user: &User, album: &Album, assets: &[Value]) -> Value {
    let created = album.created.to_string();
    let mut body = json!({
        "albumName": album.name, "description": album.description, "createdAt": created, "updatedAt": created,
        "albumThumbnailAssetId": album.assets.first().map(Uuid::to_string), "id": album.id.to_string(),
        "shared": false, "hasSharedLink": false, "assetCount": album.assets.len(), "isActivityEnabled": true,
        "order": "desc",
    });
    match dialect {
        Dialect::V2 => {
            body["ownerId"] = json!(user.id.to_string());
            body["owner"] = owner_of(user);
            body["albumUsers"] = json!([]);
            body["assets"] = json!(assets);
        }
        Dialect::V3 => body["albumUsers"] = json!([{"user": owner_of(user), "role": "owner"}]),
    }
    body
}
