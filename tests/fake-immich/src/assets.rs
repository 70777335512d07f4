//! The bytes of an asset, its thumbnail, and the number of assets.

use axum::Json;
use axum::extract::{Path, State};
use axum::http::{HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::library::{Asset, Immich, Kind, hex};
use crate::refusal::{Refusal, Violation};
use crate::sign_in::Caller;

const CACHE: &str =
    "private, max-age=86400, no-transform, stale-while-revalidate=2592000, stale-if-error=2592000";

/// An image of one pixel.
const PIXEL_WEBP: &[u8] =
    b"RIFF\x24\0\0\0WEBPVP8 \x18\0\0\0\x30\x01\0\x9d\x01\x2a\x01\0\x01\0\x02\0\x34\x25\xa4\0\x03\x70\0\xfe\xfb\x94\0\0";

/// The asset of this owner. Another owner's asset is refused as if it did not exist.
pub(crate) fn find(immich: &Immich, owner: Uuid, id: &str) -> Result<Asset, Refusal> {
    let id = id.parse().map_err(|_| Refusal::Invalid(vec![Violation::not_a_uuid("id")]))?;
    let asset = immich.open().asset(owner, id).cloned();
    asset.ok_or_else(|| Refusal::bad_request("Not found or no asset.read access"))
}

pub(crate) async fn original(
    State(immich): State<Immich>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let owner = caller.may(&immich, "asset.download")?;
    let asset = find(&immich, owner, &id)?;
    let headers: [(HeaderName, String); 5] = [
        (header::CACHE_CONTROL, CACHE.to_owned()),
        (header::CONTENT_TYPE, mime(&asset.name).to_owned()),
        (header::CONTENT_DISPOSITION, format!("inline; filename*=UTF-8''{}", percent_encoded(&asset.name))),
        (header::ACCEPT_RANGES, "bytes".to_owned()),
        (header::LAST_MODIFIED, http_date(&asset.file_modified_at)),
    ];
    Ok((headers, asset.bytes).into_response())
}

/// Only one thing here was recorded: an upload is answered before its thumbnail exists.
pub(crate) async fn thumbnail(
    State(immich): State<Immich>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<Response, Refusal> {
    let owner = caller.may(&immich, "asset.view")?;
    let asset = find(&immich, owner, &id)?;
    if !asset.thumbnail {
        return Err(Refusal::plain(StatusCode::NOT_FOUND, "Asset media not found"));
    }
    Ok(([(header::CONTENT_TYPE, "image/webp")], PIXEL_WEBP).into_response())
}

/// Assets in the trash and hidden ones, such as the video of a live photo, are not counted.
pub(crate) async fn statistics(State(immich): State<Immich>, caller: Caller) -> Result<Json<Value>, Refusal> {
    let owner = caller.may(&immich, "asset.statistics")?;
    let library = immich.open();
    let counted =
        |asset: &&Asset| asset.owner == owner && !asset.is_trashed() && asset.visibility != "hidden";
    let (images, videos): (Vec<&Asset>, Vec<&Asset>) =
        library.assets.iter().filter(counted).partition(|asset| asset.kind == Kind::Image);
    let (images, videos) = (images.len(), videos.len());
    Ok(Json(json!({"images": images, "videos": videos, "total": images + videos})))
}

/// Covers the types that tests upload. All others are plain bytes.
pub(crate) fn mime(name: &str) -> &'static str {
    let name = name.to_lowercase();
    match name.rsplit('.').next() {
        Some("jpg" | "jpeg") => "image/jpeg",
        Some("png") => "image/png",
        Some("heic") => "image/heic",
        Some("webp") => "image/webp",
        Some("mp4") => "video/mp4",
        Some("mov") => "video/quicktime",
        Some(_) | None => "application/octet-stream",
    }
}

fn percent_encoded(name: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte);
    name.bytes()
        .map(|byte| {
            if plain(byte) {
                char::from(byte).to_string()
            } else {
                format!("%{}", hex(&[byte]).to_uppercase())
            }
        })
        .collect()
}

fn http_date(text: &str) -> String {
    let date = text.parse::<Timestamp>().unwrap_or_default();
    DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap_or_default()
}
