//! The Immich API, as far as a backup client needs it. One file for each call or small family; `routes` is the
//! whole list.
//!
//! Invariant: what is not listed in `open` is answered only to whom the door knows.

mod albums;
mod assets;
mod batches;
mod bulk_check;
mod chunks;
pub(crate) mod cookie;
pub(crate) mod json;
pub(crate) mod resumable;
mod server;
pub(crate) mod sign_in;
mod upload;
mod users;

use axum::Router;
use axum::http::{Method, StatusCode, Uri};
use axum::routing::{get, patch, post, put};
use protocol::immich::path;

use crate::error::AppError;
use crate::state::State;

/// Answered to anybody: it says what this program is, and nothing about whose it is.
pub(crate) fn open() -> Router<State> {
    Router::new()
        .route(path::WELL_KNOWN, get(server::well_known))
        .route(path::PING, get(server::ping))
        .route(path::VERSION, get(server::version))
        .route(path::MEDIA_TYPES, get(server::media_types))
        .route(path::FEATURES, get(server::features))
        .route(path::CONFIG, get(server::config))
}

pub(crate) fn signed_in() -> Router<State> {
    Router::new()
        .route(path::ABOUT, get(server::about))
        .route(path::STORAGE, get(server::storage))
        .route(path::USERS_ME, get(users::me))
        .route(path::API_KEYS_ME, get(users::api_key))
        .route(path::STATISTICS, get(assets::statistics))
        .route(path::BULK_UPLOAD_CHECK, post(bulk_check::bulk_upload_check))
        .route(path::ASSETS, post(upload::upload))
        .route(protocol::resumable::PATH, post(resumable::create).options(resumable::options))
        .route("/api/upload/{id}", patch(resumable::append).head(resumable::look).delete(resumable::cancel))
        .route("/api/assets/{id}", get(assets::asset))
        .route("/api/assets/{id}/original", get(assets::original))
        .route(path::ALBUMS, get(albums::list).post(albums::create))
        .route("/api/albums/{id}", get(albums::album))
        .route("/api/albums/{id}/assets", put(albums::add))
}

/// Also the answer to a known path with another method, as Immich has it.
pub(crate) async fn not_found(method: Method, uri: Uri) -> AppError {
    AppError::Refused(StatusCode::NOT_FOUND, format!("Cannot {method} {}", uri.path()))
}
