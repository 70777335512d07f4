//! `/api/server/…` and `/.well-known/immich`: what this server is and can do.

use axum::extract::State as Shared;
use axum::{Extension, Json};
use protocol::immich::{API_VERSION, MediaTypes, ServerVersion};
use protocol::media::{IMAGES, SIDECARS, VIDEOS};
use serde_json::{Value, json};

use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::state::State;

pub(super) async fn well_known() -> Json<Value> {
    Json(json!({"api": {"endpoint": "/api"}}))
}

pub(super) async fn ping() -> Json<Value> {
    Json(json!({"res": "pong"}))
}

pub(super) async fn version() -> Json<ServerVersion> {
    Json(API_VERSION)
}

pub(super) async fn media_types() -> Json<MediaTypes> {
    let owned = |list: &[&str]| list.iter().map(|extension| (*extension).to_owned()).collect();
    Json(MediaTypes { video: owned(VIDEOS), image: owned(IMAGES), sidecar: owned(SIDECARS) })
}

pub(super) async fn features() -> Json<Value> {
    Json(json!({
        "smartSearch": false, "facialRecognition": false, "duplicateDetection": false, "map": false,
        "reverseGeocoding": false, "importFaces": false, "sidecar": true, "search": false, "trash": false,
        "oauth": false, "oauthAutoLaunch": false, "ocr": false, "passwordLogin": false, "configFile": false,
        "email": false, "realtimeTranscoding": false,
    }))
}

pub(super) async fn config(Shared(state): Shared<State>) -> Json<Value> {
    let external = state.settings.public_url.as_ref().map(ToString::to_string).unwrap_or_default();
    Json(json!({
        "loginPageMessage": "", "trashDays": 0, "userDeleteDelay": 0, "oauthButtonText": "",
        "isInitialized": true, "isOnboarded": true, "externalDomain": external, "publicUsers": false,
        "mapDarkStyleUrl": "", "mapLightStyleUrl": "", "maintenanceMode": false, "minFaces": 0,
    }))
}

pub(super) async fn about() -> Json<Value> {
    let ServerVersion { major, minor, patch } = API_VERSION;
    Json(json!({"version": format!("v{major}.{minor}.{patch}"), "versionUrl": "", "licensed": false}))
}

pub(super) async fn storage(Extension(who): Extension<SignedIn>) -> Result<Json<Value>, AppError> {
    let disk = who.ask(|vault| fs4::statvfs(vault.folder()).map_err(AppError::fault)).await?;
    let (size, available) = (disk.total_space(), disk.available_space());
    let used = size.saturating_sub(disk.free_space());
    Ok(Json(json!({
        "diskAvailable": readable(available), "diskSize": readable(size), "diskUse": readable(used),
        "diskAvailableRaw": available, "diskSizeRaw": size, "diskUseRaw": used,
        "diskUsagePercentage": percentage(used, size),
    })))
}

/// With two digits behind the point.
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
