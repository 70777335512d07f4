//! The Immich API, as far as a backup client needs it. One file for each call or small family; `routes` is the
//! whole list.
//!
//! Invariant: what is not listed in `open` is answered only to whom the door knows.

mod albums;
pub(crate) mod asked;
mod assets;
mod batches;
mod bulk_check;
mod chunks;
pub(crate) mod cookie;
pub(crate) mod resumable;
mod server;
pub(crate) mod sign_in;
mod timeline;
mod upload;
mod users;

use axum::http::{Method, StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::AppError;
use crate::state::State;

/// Answered to anybody: it says what this program is, and nothing about whose it is.
pub(crate) fn open() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(server::well_known))
        .routes(routes!(server::ping))
        .routes(routes!(server::version))
        .routes(routes!(server::media_types))
        .routes(routes!(server::features))
        .routes(routes!(server::config))
}

pub(crate) fn signed_in() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(server::about))
        .routes(routes!(server::storage))
        .routes(routes!(users::me))
        .routes(routes!(users::api_key))
        .routes(routes!(assets::statistics))
        .routes(routes!(bulk_check::bulk_upload_check))
        .routes(routes!(upload::upload))
        .routes(routes!(resumable::create, resumable::options))
        .routes(routes!(resumable::append, resumable::look, resumable::cancel))
        .routes(routes!(assets::asset))
        .routes(routes!(assets::original))
        .routes(routes!(timeline::buckets))
        .routes(routes!(timeline::bucket))
        .routes(routes!(timeline::thumbnail))
        .routes(routes!(albums::list, albums::create))
        .routes(routes!(albums::album))
        .routes(routes!(albums::add))
}

/// Also the answer to a known path with another method, as Immich has it.
pub(crate) async fn not_found(method: Method, uri: Uri) -> AppError {
    AppError::Refused(StatusCode::NOT_FOUND, format!("Cannot {method} {}", uri.path()))
}
