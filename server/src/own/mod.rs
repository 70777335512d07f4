//! `/safelight/v1/…`: what only this server answers, beside the Immich API.

mod capabilities;
mod health;
mod pair;
mod rate;
mod sessions;

use axum::Router;
use axum::routing::{delete, get, post};
use protocol::safelight::path;

use crate::state::State;

/// Answered to anybody.
pub(crate) fn open() -> Router<State> {
    Router::new()
        .route(path::CAPABILITIES, get(capabilities::capabilities))
        .route(path::HEALTH, get(health::health))
        .route(path::PAIR, post(pair::pair))
}

pub(crate) fn signed_in() -> Router<State> {
    Router::new()
        .route(path::RATE, post(rate::set))
        .route(path::SESSIONS, get(sessions::list))
        .route("/safelight/v1/sessions/{id}", delete(sessions::revoke))
}
