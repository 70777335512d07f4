//! The part of the Immich API that a backup client needs. There is one file for each call or small group of calls, and
//! the functions below list all routes.
//!
//! Invariant: a route that is not in `open` is answered only to signed-in callers.

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

pub(crate) use upload::bundle;

use axum::http::{Method, StatusCode, Uri};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::AppError;
use crate::state::State;

/// Routes that need no sign-in. They say which program this is, but nothing about its owner.
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
        .routes(routes!(upload::bundle::upload_bundle))
        .routes(routes!(resumable::create, resumable::options))
        .routes(routes!(resumable::append, resumable::look, resumable::cancel::cancel))
        .routes(routes!(resumable::cancel::cancel_all))
        .routes(routes!(assets::asset))
        .routes(routes!(assets::original))
        .routes(routes!(timeline::buckets))
        .routes(routes!(timeline::bucket))
        .routes(routes!(timeline::thumbnail))
        .routes(routes!(albums::list, albums::create))
        .routes(routes!(albums::album))
        .routes(routes!(albums::add))
}

/// Also the response for a known path with another method, as in Immich.
pub(crate) async fn not_found(method: Method, uri: Uri) -> AppError {
    AppError::Refused(StatusCode::NOT_FOUND, format!("Cannot {method} {}", uri.path()))
}
