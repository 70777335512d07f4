//! `POST /assets`: uploads one photo or video.
//!
//! The order of the checks is Immich's: authentication; the checksum header, which is only a look-up and not
//! verified; the parts of the form; the text fields; whether there is a file; the quota; the live photo; the bytes.

use axum::Json;
use axum::body::{Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde_json::json;
use uuid::Uuid;

use crate::bulk_check::digest;
use crate::dialect::Dialect;
use crate::dress::read_away;
use crate::fault::Fault;
use crate::form::{FilePart, Form, kind_of};
use crate::library::{Asset, Immich, Kind, Library, Place, sha1};
use crate::refusal::Refusal;
use crate::sign_in::Caller;

pub(crate) async fn upload(
    State(immich): State<Immich>,
    caller: Caller,
    request: Request,
) -> Result<Response, Refusal> {
    let (parts, body) = request.into_parts();
    let owner = match caller.may(&immich, "asset.upload") {
        Ok(owner) => owner,
        Err(refusal) => {
            read_away(body).await;
            return Err(refusal);
        }
    };
    if let Some(known) = look_up(&immich, owner, &parts.headers) {
        // A client that waits for `100 Continue` gets its answer before it sends the body.
        if !parts.headers.contains_key(header::EXPECT) {
            read_away(body).await;
        }
        return Ok(duplicate(known));
    }
    let body = to_bytes(body, usize::MAX).await.map_err(|_| Refusal::bad_request("Request aborted"))?;
    let form = read_form(&immich, &parts.headers, body).await?;
    form.validate(immich.dialect())?;
    take_in(&immich, &caller, form)
}

/// A digest that does not match the bytes is never detected.
fn look_up(immich: &Immich, owner: Uuid, headers: &HeaderMap) -> Option<Uuid> {
    let digest = digest(headers.get("x-immich-checksum")?.to_str().ok()?)?;
    immich.open().by_digest(owner, digest).map(|asset| asset.id)
}

async fn read_form(immich: &Immich, headers: &HeaderMap, body: Bytes) -> Result<Form, Refusal> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    match multer::parse_boundary(kind) {
        Ok(boundary) => Form::read(immich.dialect(), boundary, body).await,
        // Without parts there are no fields.
        Err(_) => Ok(Form::default()),
    }
}

fn take_in(immich: &Immich, caller: &Caller, mut form: Form) -> Result<Response, Refusal> {
    let original = form.original.take().ok_or_else(|| Refusal::bad_request("File is required"))?;
    // 2.x accepts an empty file.
    if original.bytes.is_empty() && immich.dialect() == Dialect::V3 {
        return Err(Refusal::bad_request("File is empty"));
    }
    let mut library = immich.open();
    check_quota(&library, caller, original.bytes.len() as u64)?;
    let film = film_of(&library, caller, &form)?;
    let asset = asset_of(immich.dialect(), caller.user.id, form, original, film, &library.faults)?;
    if let Some(known) = library.by_digest(asset.owner, asset.digest) {
        return Ok(duplicate(known.id));
    }
    let id = asset.id;
    library.assets.push(asset);
    Ok((StatusCode::CREATED, Json(json!({"id": id.to_string(), "status": "created"}))).into_response())
}

/// Wherever the asset is: a duplicate of a trashed asset stays in the trash.
fn duplicate(id: Uuid) -> Response {
    Json(json!({"status": "duplicate", "id": id.to_string()})).into_response()
}

fn check_quota(library: &Library, caller: &Caller, more: u64) -> Result<(), Refusal> {
    let full = caller.user.quota.is_some_and(|quota| library.usage(caller.user.id) + more > quota);
    if full || library.faults.contains(&Fault::QuotaExceeded) {
        return Err(Refusal::bad_request("Quota has been exceeded!"));
    }
    Ok(())
}

/// The video half of a live photo. It must already be uploaded.
fn film_of(library: &Library, caller: &Caller, form: &Form) -> Result<Option<Uuid>, Refusal> {
    let Some(text) = form.text("livePhotoVideoId") else { return Ok(None) };
    let film = text.parse().ok().and_then(|id| library.asset(caller.user.id, id));
    let film = film.filter(|asset| asset.kind == Kind::Video);
    film.map(|asset| Some(asset.id)).ok_or_else(|| Refusal::bad_request("Live photo video not found"))
}

fn asset_of(
    dialect: Dialect,
    owner: Uuid,
    form: Form,
    original: FilePart,
    film: Option<Uuid>,
    faults: &[Fault],
) -> Result<Asset, Refusal> {
    let text = |name: &str| form.text(name).unwrap_or_default().to_owned();
    let name = form.text("filename").unwrap_or(&original.name).to_owned();
    let kind = kind_of(dialect, &name)
        .ok_or_else(|| Refusal::bad_request(format!("Unsupported file type {name}")))?;
    let mut bytes = original.bytes;
    if faults.contains(&Fault::ChangesBytes) {
        bytes.push(b'!');
    }
    let place = if faults.contains(&Fault::TrashesUploads) { Place::Trash } else { Place::Timeline };
    Ok(Asset {
        id: Uuid::new_v4(),
        owner,
        digest: sha1(&bytes),
        bytes,
        name,
        kind,
        file_created_at: text("fileCreatedAt"),
        file_modified_at: text("fileModifiedAt"),
        favorite: form.text("isFavorite") == Some("true"),
        visibility: form.text("visibility").unwrap_or("timeline").to_owned(),
        device_asset_id: text("deviceAssetId"),
        device_id: text("deviceId"),
        live_photo_video_id: film,
        sidecar: form.sidecar.map(|sidecar| sidecar.bytes),
        created: Timestamp::now(),
        place,
        thumbnail: false,
    })
}
