//! `/api/server/…` and `/.well-known/immich`: what this server is and what it can do.

use axum::extract::State as Shared;
use axum::{Extension, Json};
use protocol::immich::{API_VERSION, MediaTypes, ServerVersion, path};
use protocol::media::{IMAGES, SIDECARS, VIDEOS};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;

#[derive(Serialize, ToSchema)]
pub(super) struct WellKnown {
    api: Api,
}

#[derive(Serialize, ToSchema)]
struct Api {
    endpoint: &'static str,
}

#[derive(Serialize, ToSchema)]
pub(super) struct Pong {
    res: &'static str,
}

#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct About {
    version: String,
    version_url: &'static str,
    licensed: bool,
}

/// Sizes as text for people, and in bytes.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Storage {
    disk_available: String,
    disk_size: String,
    disk_use: String,
    disk_available_raw: u64,
    disk_size_raw: u64,
    disk_use_raw: u64,
    disk_usage_percentage: f64,
}

#[utoipa::path(
    get,
    path = path::WELL_KNOWN,
    tag = "Immich",
    responses((status = 200, body = WellKnown, description = "Where the API is")),
)]
pub(super) async fn well_known() -> Json<WellKnown> {
    Json(WellKnown { api: Api { endpoint: "/api" } })
}

#[utoipa::path(
    get,
    path = path::PING,
    tag = "Immich",
    responses((status = 200, body = Pong, description = "The server is running")),
)]
pub(super) async fn ping() -> Json<Pong> {
    Json(Pong { res: "pong" })
}

#[utoipa::path(
    get,
    path = path::VERSION,
    tag = "Immich",
    responses((status = 200, body = ServerVersion, description = "The version of the Immich API")),
)]
pub(super) async fn version() -> Json<ServerVersion> {
    Json(API_VERSION)
}

#[utoipa::path(
    get,
    path = path::MEDIA_TYPES,
    tag = "Immich",
    responses((status = 200, body = MediaTypes, description = "The file extensions that are accepted")),
)]
pub(super) async fn media_types() -> Json<MediaTypes> {
    let owned = |list: &[&str]| list.iter().map(|extension| (*extension).to_owned()).collect();
    Json(MediaTypes { video: owned(VIDEOS), image: owned(IMAGES), sidecar: owned(SIDECARS) })
}

#[utoipa::path(
    get,
    path = path::FEATURES,
    tag = "Immich",
    responses(
        (
            status = 200,
            body = HashMap<String,
            bool>,
            description = "Which of Immich's features this server has",
        ),
    ),
)]
pub(super) async fn features() -> Json<Value> {
    Json(json!({
        "smartSearch": false, "facialRecognition": false, "duplicateDetection": false, "map": false,
        "reverseGeocoding": false, "importFaces": false, "sidecar": true, "search": false, "trash": false,
        "oauth": false, "oauthAutoLaunch": false, "ocr": false, "passwordLogin": false, "configFile": false,
        "email": false, "realtimeTranscoding": false,
    }))
}

#[utoipa::path(
    get,
    path = path::CONFIG,
    tag = "Immich",
    responses((status = 200, body = Value, description = "What Immich clients ask before they sign in")),
)]
pub(super) async fn config(Shared(state): Shared<State>) -> Json<Value> {
    let external = state.settings.public_url.as_ref().map(ToString::to_string).unwrap_or_default();
    Json(json!({
        "loginPageMessage": "", "trashDays": 0, "userDeleteDelay": 0, "oauthButtonText": "",
        "isInitialized": true, "isOnboarded": true, "externalDomain": external, "publicUsers": false,
        "mapDarkStyleUrl": "", "mapLightStyleUrl": "", "maintenanceMode": false, "minFaces": 0,
    }))
}

#[utoipa::path(
    get,
    path = path::ABOUT,
    tag = "Immich",
    responses((status = 200, body = About, description = "The version"), Refused),
)]
pub(super) async fn about() -> Json<About> {
    let ServerVersion { major, minor, patch } = API_VERSION;
    Json(About { version: format!("v{major}.{minor}.{patch}"), version_url: "", licensed: false })
}

#[utoipa::path(
    get,
    path = path::STORAGE,
    tag = "Immich",
    responses((status = 200, body = Storage, description = "The disk of the vault"), Refused),
)]
pub(super) async fn storage(Extension(who): Extension<SignedIn>) -> Result<Json<Storage>, AppError> {
    let disk = who.ask(|vault| fs4::statvfs(vault.folder()).map_err(AppError::fault)).await?;
    let (size, available) = (disk.total_space(), disk.available_space());
    let used = size.saturating_sub(disk.free_space());
    Ok(Json(Storage {
        disk_available: readable(available),
        disk_size: readable(size),
        disk_use: readable(used),
        disk_available_raw: available,
        disk_size_raw: size,
        disk_use_raw: used,
        disk_usage_percentage: percentage(used, size),
    }))
}

/// With two decimal places.
fn percentage(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { (part as f64 / whole as f64 * 10_000.0).round() / 100.0 }
}

fn readable(bytes: u64) -> String {
    let (mut size, mut units) = (bytes as f64, ["B", "KiB", "MiB", "GiB", "TiB", "PiB"].iter());
    let mut unit = units.next();
    while size >= 1024.0 && units.len() > 0 {
        size /= 1024.0;
        unit = units.next();
    }
    format!("{size:.1} {}", unit.unwrap_or(&"B"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_readable() {
        let table = [
            (0, "0.0 B"),
            (1023, "1023.0 B"),
            (1024, "1.0 KiB"),
            (66_344_169_472, "61.8 GiB"),
            (u64::MAX, "16384.0 PiB"),
        ];
        for (bytes, text) in table {
            assert_eq!(readable(bytes), text);
        }
        assert_eq!(percentage(0, 0), 0.0);
        assert_eq!(percentage(31_228_579_840, 270_553_174_016), 11.54);
    }
}
