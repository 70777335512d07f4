//! One log line for each request, with an id that also marks every other line that the request causes. The query, the
//! headers and the body are never logged, because they may contain secrets.

use std::time::Instant;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use tracing::Instrument;
use uuid::Uuid;

use crate::headers::is_api;
use crate::state::State;

/// Sent to the client, so that people can quote it when they report a failure.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(crate) async fn requests(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let id = Uuid::new_v4().simple().to_string();
    let span = tracing::info_span!("request", id);
    let mut response = answered(&state, request, next).instrument(span).await;
    // Hex digits are always a valid header value.
    response.headers_mut().extend(HeaderValue::try_from(id).ok().map(|id| (REQUEST_ID, id)));
    response
}

async fn answered(state: &State, request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let response = next.run(request).await;
    let (status, took) = (response.status(), begun.elapsed());
    state.metrics.answered(&method, status, took);
    let (status, ms) = (status.as_u16(), took.as_millis());
    if is_api(&path) && status >= StatusCode::BAD_REQUEST.as_u16() {
        tracing::info!(%method, path, status, ms, "refused");
    } else {
        tracing::debug!(%method, path, status, ms, "answered");
    }
    response
}
