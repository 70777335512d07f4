//! A fake Immich server over HTTP, in memory, for tests of Immich clients.
//!
//! It answers the requests of a backup client as recorded from servers of 2.x (2.5.6) and 3.x (3.1.0): the same
//! rules, the same bodies and the same errors. Comments mark everything that was not recorded. Beyond the recorded
//! rules, a test can switch on named [`Fault`]s.
//!
//! Native tests use [`Running`]. Everything else starts the program `fake-immich`, which prints its address, and sets
//! faults through [`control`].

mod albums;
mod asset_info;
mod assets;
mod bulk_check;
mod control;
mod dialect;
mod dress;
mod fault;
mod form;
mod library;
mod refusal;
mod running;
mod said;
mod server_info;
mod sign_in;
mod trash;
mod upload;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::routing::{delete, get, post, put};

pub use dialect::Dialect;
pub use fault::Fault;
pub use library::{Held, Immich, PASSWORD};
pub use running::Running;

use refusal::Refusal;

/// All routes of the fake.
pub fn app(immich: Immich) -> Router {
    let api = server_routes()
        .merge(sign_in_routes())
        .merge(asset_routes())
        .merge(album_routes())
        .fallback(unknown)
        .method_not_allowed_fallback(unknown)
        .layer(from_fn_with_state(immich.clone(), dress::dress));
    let outside = from_fn_with_state(immich.clone(), dress::pass_the_proxy);
    let all = api.route("/.well-known/immich", get(server_info::well_known)).layer(outside);
    all.merge(control::routes()).layer(DefaultBodyLimit::disable()).with_state(immich)
}

fn server_routes() -> Router<Immich> {
    Router::new()
        .route("/api/server/ping", get(server_info::ping))
        .route("/api/server/version", get(server_info::version))
        .route("/api/server/features", get(server_info::features))
        .route("/api/server/config", get(server_info::config))
        .route("/api/server/media-types", get(server_info::media_types))
        .route("/api/server/about", get(server_info::about))
        .route("/api/server/storage", get(server_info::storage))
}

fn sign_in_routes() -> Router<Immich> {
    Router::new()
        .route("/api/auth/login", post(sign_in::login))
        .route("/api/auth/logout", post(sign_in::logout))
        .route("/api/auth/validateToken", post(sign_in::validate_token))
        .route("/api/users/me", get(sign_in::me))
        .route("/api/api-keys", post(sign_in::create_key))
        .route("/api/api-keys/me", get(sign_in::own_key))
        .route("/api/sync/stream", post(sign_in::sync_stream))
}

fn asset_routes() -> Router<Immich> {
    Router::new()
        .route("/api/assets", post(upload::upload).delete(trash::delete))
        .route("/api/assets/bulk-upload-check", post(bulk_check::check))
        .route("/api/assets/statistics", get(assets::statistics))
        .route("/api/assets/{id}", get(asset_info::info))
        .route("/api/assets/{id}/original", get(assets::original))
        .route("/api/assets/{id}/thumbnail", get(assets::thumbnail))
        .route("/api/trash/restore/assets", post(trash::restore))
}

fn album_routes() -> Router<Immich> {
    Router::new()
        .route("/api/albums", get(albums::list).post(albums::create))
        .route("/api/albums/{id}", get(albums::one))
        .route("/api/albums/{id}/assets", put(albums::add).merge(delete(albums::remove)))
}

/// Also for OPTIONS: no production Immich answers a preflight.
async fn unknown(method: Method, uri: Uri) -> Refusal {
    Refusal::plain(StatusCode::NOT_FOUND, format!("Cannot {method} {}", uri.path()))
}
