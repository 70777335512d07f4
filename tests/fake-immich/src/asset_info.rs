//! An asset as JSON.

use axum::Json;
use axum::extract::{Path, State};
use serde_json::{Value, json};

use crate::assets::{find, mime};
use crate::dialect::Dialect;
use crate::library::{Asset, Immich, Kind, User};
use crate::refusal::Refusal;
use crate::sign_in::Caller;

pub(crate) async fn info(
    State(immich): State<Immich>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Json<Value>, Refusal> {
    let owner = caller.may(&immich, "asset.read")?;
    let asset = find(&immich, owner, &id)?;
    let mut body = described(immich.dialect(), &asset);
    body["owner"] = owner_of(&caller.user);
    body["exifInfo"] = json!({"fileSizeInByte": asset.bytes.len(), "make": null, "model": null});
    Ok(Json(body))
}

/// An asset as it appears in lists.
pub(crate) fn described(dialect: Dialect, asset: &Asset) -> Value {
    let kind = match asset.kind {
        Kind::Image => "IMAGE",
        Kind::Video => "VIDEO",
    };
    let created = asset.created.to_string();
    let mut body = json!({
        "id": asset.id.to_string(), "createdAt": created, "ownerId": asset.owner.to_string(), "libraryId": null,
        "type": kind, "originalPath": format!("/data/upload/{}", asset.id), "originalFileName": asset.name,
        "originalMimeType": mime(&asset.name), "thumbhash": null, "fileCreatedAt": asset.file_created_at,
        "fileModifiedAt": asset.file_modified_at, "localDateTime": asset.file_created_at, "updatedAt": created,
        "isFavorite": asset.favorite, "isArchived": asset.visibility == "archive", "isTrashed": asset.is_trashed(),
        "visibility": asset.visibility, "livePhotoVideoId": asset.live_photo_video_id.map(|id| id.to_string()),
    });
    match dialect {
        Dialect::V2 => {
            body["deviceAssetId"] = json!(asset.device_asset_id);
            body["deviceId"] = json!(asset.device_id);
            body["duration"] = json!("0:00:00.00000");
        }
        Dialect::V3 => body["duration"] = Value::Null,
    }
    body
}

pub(crate) fn owner_of(user: &User) -> Value {
    json!({"id": user.id.to_string(), "email": user.email, "name": user.name, "profileImagePath": "",
        "avatarColor": "red", "profileChangedAt": user.created.to_string()})
}
