//! What the server reports about itself.

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::dialect::Dialect;
use crate::fault::Fault;
use crate::library::Immich;
use crate::refusal::Refusal;
use crate::sign_in::Caller;

/// Supported by both generations, in the order of the servers.
pub(crate) const VIDEOS: [&str; 19] = [
    ".3gp", ".3gpp", ".avi", ".flv", ".insv", ".m2t", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpe",
    ".mpeg", ".mpg", ".mts", ".mxf", ".vob", ".webm", ".wmv",
];
pub(crate) const IMAGES: [&str; 47] = [
    ".avif", ".bmp", ".gif", ".jpeg", ".jpg", ".png", ".webp", ".3fr", ".ari", ".arw", ".cap", ".cin",
    ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".k25", ".kdc", ".mrw", ".nef", ".nrw",
    ".orf", ".ori", ".pef", ".psd", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf", ".srw", ".x3f", ".heic",
    ".heif", ".hif", ".insp", ".jp2", ".jpe", ".jxl", ".svg", ".tif", ".tiff",
];
/// Only in 3.x: the entry that it precedes, and the new entry.
pub(crate) const NEW_VIDEO: (&str, &str) = (".vob", ".ts");
pub(crate) const NEW_IMAGE: (&str, &str) = (".svg", ".mpo");

pub(crate) async fn well_known() -> Json<Value> {
    Json(json!({"api": {"endpoint": "/api"}}))
}

pub(crate) async fn ping() -> Json<Value> {
    Json(json!({"res": "pong"}))
}

pub(crate) async fn version(State(immich): State<Immich>) -> Json<Value> {
    Json(match immich.dialect() {
        Dialect::V2 => json!({"major": 2, "minor": 5, "patch": 6}),
        Dialect::V3 => json!({"major": 3, "minor": 1, "patch": 0, "prerelease": null}),
    })
}

pub(crate) async fn features(State(immich): State<Immich>) -> Json<Value> {
    let mut features = json!({
        "smartSearch": false, "facialRecognition": false, "duplicateDetection": false, "map": false,
        "reverseGeocoding": true, "importFaces": false, "sidecar": true, "search": true, "trash": true,
        "oauth": false, "oauthAutoLaunch": false, "ocr": false, "passwordLogin": true, "configFile": false,
        "email": false,
    });
    if immich.dialect() == Dialect::V3 {
        features["realtimeTranscoding"] = json!(false);
    }
    Json(features)
}

pub(crate) async fn config(State(immich): State<Immich>) -> Json<Value> {
    let mut config = json!({
        "loginPageMessage": "", "trashDays": 30, "userDeleteDelay": 7, "oauthButtonText": "Login with OAuth",
        "isInitialized": true, "isOnboarded": true, "externalDomain": "", "publicUsers": true,
        "mapDarkStyleUrl": "", "mapLightStyleUrl": "", "maintenanceMode": immich.has(&Fault::Maintenance),
    });
    if immich.dialect() == Dialect::V3 {
        config["minFaces"] = json!(3);
    }
    Json(config)
}

pub(crate) async fn media_types(State(immich): State<Immich>) -> Json<Value> {
    let list = |old: &[&str], (before, new): (&str, &str)| -> Vec<String> {
        let is_new = |extension: &str| extension == before && immich.dialect() == Dialect::V3;
        old.iter()
            .flat_map(|extension| is_new(extension).then_some(new).into_iter().chain([*extension]))
            .map(str::to_owned)
            .collect()
    };
    let (video, image) = (list(&VIDEOS, NEW_VIDEO), list(&IMAGES, NEW_IMAGE));
    Json(json!({"video": video, "image": image, "sidecar": [".xmp"]}))
}

pub(crate) async fn about(State(immich): State<Immich>, caller: Caller) -> Result<Json<Value>, Refusal> {
    caller.may(&immich, "server.about")?;
    let version = match immich.dialect() {
        Dialect::V2 => "v2.5.6",
        Dialect::V3 => "v3.1.0",
    };
    Ok(Json(json!({"version": version, "versionUrl": "", "licensed": false})))
}

pub(crate) async fn storage(State(immich): State<Immich>, caller: Caller) -> Result<Json<Value>, Refusal> {
    caller.may(&immich, "server.storage")?;
    Ok(Json(json!({
        "diskAvailable": "61.8 GiB", "diskSize": "252.0 GiB", "diskUse": "29.1 GiB",
        "diskAvailableRaw": 66_344_169_472_u64, "diskSizeRaw": 270_553_174_016_u64, "diskUseRaw": 31_228_579_840_u64,
        "diskUsagePercentage": 11.54,
    })))
}
