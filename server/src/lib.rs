//! The server of Safelight: it hosts the page and keeps the photos. The binary `safelight` runs it, and tests
//! of other crates start it in their own process.
//!
//! `State` is made of a `Vault`, a `Page` and `Settings`; `app` turns it into a router; `serve` answers on a
//! listener until it is told to stop.

mod api;
pub mod door;
pub mod error;
mod headers;
pub mod index;
mod log;
mod own;
pub mod page;
pub mod state;
mod throttle;
pub mod vault;

use std::future::{Future, pending};
use std::io;
use std::time::Duration;

use axum::Router;
use axum::extract::{Request, State as Shared};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::Response;
use jiff::Timestamp;
use tokio::net::TcpListener;
use tokio::sync::oneshot;

use error::AppError;
pub use page::Page;
pub use state::{Settings, State};
pub use vault::Vault;

/// How long requests in flight may take to end once the server is told to stop: an answer gets out, an upload
/// that needs longer is sent again by its client.
const GRACE: Duration = Duration::from_secs(5);

const HOUSEKEEPING: Duration = Duration::from_secs(3600);

pub fn app(state: State) -> Router {
    let for_anybody = api::open().merge(own::open());
    let behind_the_door = api::signed_in()
        .merge(own::signed_in())
        .route_layer(from_fn_with_state(state.clone(), api::sign_in::require));
    for_anybody
        .merge(behind_the_door)
        .method_not_allowed_fallback(api::not_found)
        .fallback(page::serve)
        .layer(from_fn_with_state(state.clone(), only_from_our_page))
        .layer(from_fn(headers::add))
        .layer(from_fn(log::requests))
        .with_state(state)
}

/// Answers until `shutdown` is there, and then lets what is in flight end, within bounds.
pub async fn serve(
    listener: TcpListener,
    state: State,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let (stop, stopped) = oneshot::channel();
    let housekeeping = keep_house(state.clone());
    let stopping = async move {
        shutdown.await;
        // Nobody listens only when the server has ended already.
        let _ = stop.send(());
    };
    let overdue = async {
        match stopped.await {
            Ok(()) => tokio::time::sleep(GRACE).await,
            Err(_) => pending().await,
        }
    };
    tokio::select! {
        ended = axum::serve(listener, app(state)).with_graceful_shutdown(stopping).into_future() => ended,
        () = overdue => Ok(()),
        () = housekeeping => Ok(()),
    }
}

/// What is to be done now and then, as long as the server runs.
async fn keep_house(state: State) {
    let mut due = tokio::time::interval(HOUSEKEEPING);
    loop {
        due.tick().await;
        let done = state.blocking(|parts| parts.vault.forget_stale_uploads(Timestamp::now())).await;
        match done {
            Ok(0) => {}
            Ok(uploads) => tracing::info!(uploads, "gave up uploads that nobody went on with"),
            Err(error) => tracing::error!(?error, "could not give up old uploads"),
        }
    }
}

async fn only_from_our_page(
    Shared(state): Shared<State>,
    request: Request,
    next: Next,
) -> Result<Response, AppError> {
    if door::origin::is_ours(request.method(), request.headers(), state.settings.public_url.as_ref()) {
        Ok(next.run(request).await)
    } else {
        Err(AppError::Refused(StatusCode::FORBIDDEN, "This request comes from another site".to_owned()))
    }
}
