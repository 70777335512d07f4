//! `/api/users/me` and `/api/api-keys/me`: who is signed in.

use axum::http::StatusCode;
use axum::{Extension, Json};
use serde_json::{Value, json};

use protocol::immich::path;

use super::sign_in::{By, SignedIn};
use crate::auth::User;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::vault::VaultError;

#[utoipa::path(
    get,
    path = path::USERS_ME,
    tag = "Immich",
    responses((status = 200, body = Value, description = "Who is signed in"), Refused),
)]
pub(super) async fn me(Extension(who): Extension<SignedIn>) -> Result<Json<Value>, AppError> {
    let (used, epoch) = who.ask(|vault| Ok::<_, VaultError>((vault.totals()?.bytes, vault.epoch()?))).await?;
    let user = &who.user;
    let since = user.since.to_string();
    Ok(Json(json!({
        "id": user.id, "email": email(user), "name": user.name.to_string(), "profileImagePath": "",
        "avatarColor": "red", "profileChangedAt": since, "storageLabel": user.name.to_string(),
        "shouldChangePassword": false, "isAdmin": user.is_owner(), "createdAt": since, "deletedAt": null,
        "updatedAt": since, "oauthId": "", "quotaSizeInBytes": user.quota, "quotaUsageInBytes": used,
        "status": "active", "license": null,
        // Safelight's own field. Assets that were confirmed in an earlier epoch may be lost.
        "epoch": epoch,
    })))
}

/// Immich users have an email address. Nothing is ever sent to this one.
pub(super) fn email(user: &User) -> String {
    format!("{}@safelight.invalid", user.name)
}

#[utoipa::path(
    get,
    path = path::API_KEYS_ME,
    tag = "Immich",
    responses((status = 200, body = Value, description = "The key that makes this request"), Refused),
)]
pub(super) async fn api_key(Extension(who): Extension<SignedIn>) -> Result<Json<Value>, AppError> {
    match who.by {
        By::Client(key) => Ok(Json(json!({
            "id": key.id, "name": key.name, "createdAt": key.created.to_string(),
            "updatedAt": key.created.to_string(), "permissions": ["all"],
        }))),
        By::Device(_) => {
            Err(AppError::Refused(StatusCode::FORBIDDEN, "Not authenticated with an API key".to_owned()))
        }
    }
}
