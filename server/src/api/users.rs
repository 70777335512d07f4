//! `/api/users/me` and `/api/api-keys/me`: who is signed in.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::{Extension, Json};
use serde_json::{Value, json};

use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::state::State;

pub(super) const OWNER_NAME: &str = "Owner";
/// Immich users have one; nothing is ever sent to it.
pub(super) const OWNER_EMAIL: &str = "owner@safelight.invalid";

pub(super) async fn me(Shared(state): Shared<State>) -> Result<Json<Value>, AppError> {
    let (owner, totals, epoch) = state
        .blocking(|parts| {
            Ok::<_, AppError>((parts.door.owner()?, parts.vault.totals()?, parts.vault.epoch()?))
        })
        .await?;
    let since = owner.since.to_string();
    Ok(Json(json!({
        "id": owner.id, "email": OWNER_EMAIL, "name": OWNER_NAME, "profileImagePath": "",
        "avatarColor": "red", "profileChangedAt": since, "storageLabel": "owner",
        "shouldChangePassword": false, "isAdmin": true, "createdAt": since, "deletedAt": null,
        "updatedAt": since, "oauthId": "", "quotaSizeInBytes": null, "quotaUsageInBytes": totals.bytes,
        "status": "active", "license": null,
        // Ours: what was confirmed in an earlier epoch may be lost.
        "epoch": epoch,
    })))
}

pub(super) async fn api_key(Extension(who): Extension<SignedIn>) -> Result<Json<Value>, AppError> {
    match who {
        SignedIn::Client(key) => Ok(Json(json!({
            "id": key.id, "name": key.name, "createdAt": key.created.to_string(),
            "updatedAt": key.created.to_string(), "permissions": ["all"],
        }))),
        SignedIn::Device(_) => {
            Err(AppError::Refused(StatusCode::FORBIDDEN, "Not authenticated with an API key".to_owned()))
        }
    }
}
