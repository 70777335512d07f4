//! `POST /assets/bulk-upload-check`: which of these bytes does the server hold?

use axum::Json;
use axum::extract::State;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::library::{Immich, Library};
use crate::refusal::Refusal;
use crate::said::Said;
use crate::sign_in::Caller;

/// More items would need more parameters than the database accepts. 65,000 were seen to work, 70,000 were not.
const MAX_ITEMS: usize = 65_534;

#[derive(Deserialize)]
pub(crate) struct Question {
    assets: Vec<Item>,
}

#[derive(Deserialize)]
pub(crate) struct Item {
    id: String,
    checksum: String,
}

pub(crate) async fn check(
    State(immich): State<Immich>,
    caller: Caller,
    Said(question): Said<Question>,
) -> Result<Json<Value>, Refusal> {
    let owner = caller.may(&immich, "asset.upload")?;
    if question.assets.is_empty() || question.assets.len() > MAX_ITEMS {
        return Err(Refusal::internal("Failed to check bulk upload"));
    }
    let library = immich.open();
    let results: Vec<Value> = question.assets.iter().map(|item| answer(&library, owner, item)).collect();
    Ok(Json(json!({"results": results})))
}

fn answer(library: &Library, owner: Uuid, item: &Item) -> Value {
    let known = digest(&item.checksum).and_then(|digest| library.by_digest(owner, digest));
    match known {
        None => json!({"id": item.id, "action": "accept"}),
        Some(asset) => json!({"id": item.id, "action": "reject", "reason": "duplicate",
            "assetId": asset.id.to_string(), "isTrashed": asset.is_trashed()}),
    }
}

/// 40 hex digits, or base64. Anything else matches no digest, and is not an error.
pub(crate) fn digest(text: &str) -> Option<[u8; 20]> {
    if text.len() != 40 {
        return STANDARD.decode(text).ok()?.try_into().ok();
    }
    let byte = |at: usize| u8::from_str_radix(text.get(at..at + 2)?, 16).ok();
    let bytes: Option<Vec<u8>> = (0..20).map(|at| byte(at * 2)).collect();
    bytes?.try_into().ok()
}
