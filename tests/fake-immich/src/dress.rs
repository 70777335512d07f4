//! What all answers share: their format, their headers, and the answers of a proxy in front.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::fault::Fault;
use crate::library::Immich;
use crate::refusal::Refusal;

const JSON: HeaderValue = HeaderValue::from_static("application/json; charset=utf-8");

/// The only addresses that a server in maintenance mode answers.
const IN_MAINTENANCE: [&str; 2] = ["/api/server/config", "/api/server/version"];

pub(crate) async fn dress(State(immich): State<Immich>, request: Request, next: Next) -> Response {
    let what = format!("{} {}", request.method(), request.uri().path());
    immich.note(&what);
    let closed = immich.has(&Fault::Maintenance) && !IN_MAINTENANCE.contains(&request.uri().path());
    let response = if closed {
        read_away(request.into_body()).await;
        Refusal::plain(StatusCode::NOT_FOUND, format!("Cannot {what}")).into_response()
    } else {
        next.run(request).await
    };
    written(immich.dialect(), response)
}

/// Writes a refusal in the server's dialect, and sets the JSON content type as Immich does.
fn written(dialect: Dialect, mut response: Response) -> Response {
    let correlation = Uuid::new_v4().simple().to_string()[..8].to_owned();
    if let Some(refusal) = response.extensions_mut().remove::<Refusal>() {
        response = (refusal.status(), Json(refusal.body(dialect, &correlation))).into_response();
    }
    let headers = response.headers_mut();
    if headers.get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/json") {
        headers.insert(header::CONTENT_TYPE, JSON);
    }
    // These headers were not recorded for 2.x. Its correlation id is in the bodies of errors.
    if dialect == Dialect::V3 {
        headers.insert("x-powered-by", HeaderValue::from_static("Express"));
        if let Ok(correlation) = HeaderValue::from_str(&correlation) {
            headers.insert("x-correlation-id", correlation);
        }
    }
    response
}

/// What a reverse proxy answers instead of the server.
pub(crate) async fn pass_the_proxy(State(immich): State<Immich>, request: Request, next: Next) -> Response {
    if immich.has(&Fault::BadGateway) {
        read_away(request.into_body()).await;
        return page(StatusCode::BAD_GATEWAY);
    }
    if immich.proxy_limit().is_some_and(|limit| announced(&request) > limit) {
        read_away(request.into_body()).await;
        return page(StatusCode::PAYLOAD_TOO_LARGE);
    }
    next.run(request).await
}

fn page(status: StatusCode) -> Response {
    let page = format!("<html><head><title>{status}</title></head><body><hr>nginx</body></html>");
    (status, Html(page)).into_response()
}

/// Zero for a chunked body. No browser sends one.
fn announced(request: &Request) -> u64 {
    let length = request.headers().get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or_default()
}

/// A client that is still sending may miss the answer, so the body is read to its end first.
pub(crate) async fn read_away(body: Body) {
    _ = to_bytes(body, usize::MAX).await;
}
