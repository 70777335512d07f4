//! One line for each request. Never its query, headers or body: secrets may be there.

use std::time::Instant;

use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;

use crate::headers::is_api;

pub(crate) async fn requests(request: Request, next: Next) -> Response {
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let begun = Instant::now();
    let response = next.run(request).await;
    let (status, ms) = (response.status(), begun.elapsed().as_millis());
    if is_api(&path) && status.as_u16() >= StatusCode::BAD_REQUEST.as_u16() {
        tracing::info!(%method, path, status = status.as_u16(), ms, "refused");
    } else {
        tracing::debug!(%method, path, status = status.as_u16(), ms, "answered");
    }
    response
}
