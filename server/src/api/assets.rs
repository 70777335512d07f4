//! `/api/assets/…` for reading: which assets the vault holds, one asset, and its bytes.

use std::fmt::Write;
use std::io;
use std::path::Path;
use std::time::SystemTime;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::immich::{Statistics, path};
use serde_json::{Value, json};
use tokio::fs::File;
use tokio_util::io::ReaderStream;
use tower_http::services::ServeFile;

use super::asked::PathOf;
use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::vault::{Asset, AssetKind, Vault};

#[utoipa::path(
    get,
    path = path::STATISTICS,
    tag = "Immich",
    responses((status = 200, body = Statistics, description = "The number of photos and videos"), Refused),
)]
pub(super) async fn statistics(Extension(who): Extension<SignedIn>) -> Result<Json<Statistics>, AppError> {
    let totals = who.ask(Vault::totals).await?;
    let (images, videos) = (totals.images, totals.videos);
    Ok(Json(Statistics { images, videos, total: images + videos }))
}

#[utoipa::path(
    get,
    path = "/api/assets/{id}",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 200, body = Value, description = "One photo or video"), Refused),
)]
pub(super) async fn asset(
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<Json<Value>, AppError> {
    let asset = find(&who, &id).await?;
    Ok(Json(json!({
        "id": asset.id, "ownerId": who.user.id, "createdAt": asset.added.to_string(), "libraryId": null,
        "type": match asset.kind { AssetKind::Image => "IMAGE", AssetKind::Video => "VIDEO" },
        "originalPath": asset.path, "originalFileName": asset.name, "originalMimeType": mime(&asset),
        "checksum": STANDARD.encode(asset.digest.0), "fileCreatedAt": asset.taken.instant.to_string(),
        "fileModifiedAt": asset.modified.to_string(), "localDateTime": format!("{}Z", asset.taken.local),
        "updatedAt": asset.added.to_string(), "isFavorite": asset.favorite, "isArchived": false,
        "isTrashed": false, "isOffline": false, "visibility": "timeline", "duration": null,
        "thumbhash": null, "exifInfo": {
            "fileSizeInByte": asset.size,
            "dateTimeOriginal": asset.taken.is_from_file().then(|| asset.taken.instant.to_string()),
        },
    })))
}

/// Always sent as a download: an SVG counts as a photo here and must never run as a page of this origin.
#[utoipa::path(
    get,
    path = "/api/assets/{id}/original",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid")),
    responses(
        (
            status = 200,
            description = "The bytes as they were uploaded",
            content_type = "application/octet-stream",
            body = [u8],
        ),
        Refused,
    ),
)]
pub(super) async fn original(
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
    request: Request,
) -> Result<Response, AppError> {
    let asset = find(&who, &id).await?;
    let (mime, name) = (mime(&asset), escaped(&asset.name));
    let path = who.ask(move |vault| vault.original(&asset)).await?;
    let mut response = served(&path, &mime, request).await?;
    let as_file = format!("attachment; filename*=UTF-8''{name}").try_into().map_err(AppError::fault)?;
    response.headers_mut().insert(header::CONTENT_DISPOSITION, as_file);
    Ok(response)
}

/// A file, or the requested range of it, as a video player asks for it.
pub(super) async fn served(path: &Path, mime: &str, request: Request) -> Result<Response, AppError> {
    if is_older_than_http(path).await.map_err(AppError::fault)? {
        return whole(path, mime).await.map_err(AppError::fault);
    }
    let mime = mime.parse().unwrap_or(mime_guess::mime::APPLICATION_OCTET_STREAM);
    let mut file = ServeFile::new_with_mime(path, &mime);
    Ok(file.try_call(request).await.map_err(AppError::fault)?.into_response())
}

/// Scans keep the date of the photo, which may be before 1970. HTTP cannot express that in `Last-Modified`, and
/// [`ServeFile`] panics.
async fn is_older_than_http(path: &Path) -> io::Result<bool> {
    Ok(tokio::fs::metadata(path).await?.modified()? < SystemTime::UNIX_EPOCH)
}

async fn whole(path: &Path, mime: &str) -> io::Result<Response> {
    let file = File::open(path).await?;
    let length = file.metadata().await?.len();
    let headers = [(header::CONTENT_TYPE, mime.to_owned()), (header::CONTENT_LENGTH, length.to_string())];
    Ok((headers, Body::from_stream(ReaderStream::new(file))).into_response())
}

pub(super) async fn find(who: &SignedIn, id: &str) -> Result<Asset, AppError> {
    let id = id.parse().map_err(|_| AppError::bad_request("Validation failed: id must be a UUID"))?;
    let asset = who.ask(move |vault| vault.asset(id)).await?;
    asset.ok_or_else(|| AppError::bad_request("Not found or no asset.read access"))
}

fn mime(asset: &Asset) -> String {
    mime_guess::from_path(&asset.name).first_or_octet_stream().to_string()
}

/// A file name, encoded for a header (RFC 8187).
fn escaped(name: &str) -> String {
    name.bytes().fold(String::new(), |mut text, byte| {
        if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) {
            text.push(char::from(byte));
        } else {
            // Writing to a string cannot fail.
            let _ = write!(text, "%{byte:02X}");
        }
        text
    })
}
