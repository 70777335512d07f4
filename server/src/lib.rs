//! The server of Safelight: it hosts the page and keeps the photos. The binary `safelight` runs it, and tests
//! of other crates start it in their own process.
//!
//! `State` is made of a `Vault`, a `Page` and `Settings`; `app` turns it into a router; `serve` answers on a
//! listener until it is told to stop.

mod api;
pub mod auth;
pub mod cli;
pub mod error;
mod headers;
pub mod index;
mod limiter;
mod listen;
mod log;
pub mod metrics;
mod openapi;
mod own;
pub mod page;
pub mod push;
pub mod state;
pub mod taken;
mod throttle;
pub mod vault;
mod vaults;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::{get, post};
use jiff::Timestamp;

use error::{AppError, causes};
pub use listen::{Tls, TlsFiles, serve};
pub use page::Page;
use state::Parts;
pub use state::{Settings, State};
pub use vault::Vault;
use vault::VaultError;

const HOUSEKEEPING: Duration = Duration::from_secs(3600);

pub fn app(state: State) -> Router {
    let (for_anybody, open) = api::open().merge(own::open()).split_for_parts();
    let (authenticated, closed) = api::signed_in().merge(own::signed_in()).split_for_parts();
    let authenticated = authenticated.route_layer(from_fn_with_state(state.clone(), api::sign_in::require));
    let description = openapi::describe(open, closed);
    for_anybody
        .merge(authenticated)
        .route(openapi::PATH, get(move || openapi::answer(description.clone())))
        .method_not_allowed_fallback(api::not_found)
        .fallback(page::serve)
        .layer(from_fn_with_state(state.clone(), only_from_our_page))
        // It changes nothing, and a share may name no origin.
        .route("/share", post(page::not_taken_over))
        .layer(from_fn_with_state(state.clone(), headers::add))
        .layer(from_fn_with_state(state.clone(), log::requests))
        .layer(from_fn_with_state(state.clone(), listen::identify))
        .with_state(state)
}

/// Runs the housekeeping every hour until the server stops.
pub(crate) async fn keep_house(state: State) {
    let mut due = tokio::time::interval(HOUSEKEEPING);
    loop {
        due.tick().await;
        match state.blocking(tidy_up).await {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "removed abandoned uploads"),
            Err(error) => tracing::error!(?error, "could not remove abandoned uploads"),
        }
    }
}

fn tidy_up(parts: &Parts) -> Result<usize, VaultError> {
    parts.vaults.keep_only(&parts.auth.users()?);
    // If one vault fails, the others are still tidied up.
    let stale = |vault: &Arc<Vault>| {
        let forgotten = vault.forget_stale_uploads(Timestamp::now());
        forgotten
            .inspect_err(|error| tracing::error!(error = causes(error), "could not remove abandoned uploads"))
    };
    Ok(parts.vaults.opened().iter().filter_map(|vault| stale(vault).ok()).sum())
}

async fn only_from_our_page(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    if auth::origin::is_ours(request.method(), request.headers(), state.settings.public_url.as_ref()) {
        Ok(next.run(request).await)
    } else {
        Err(AppError::Refused(StatusCode::FORBIDDEN, "This request comes from another site".to_owned()))
    }
}
