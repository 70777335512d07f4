//! Headers that every response gets, whichever route made it.

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::listen::Caller;
use crate::state::State;

/// One year. Subdomains are not included: they may belong to other programs. Sent only if the person asks for it,
/// because a browser that was told this once refuses plain http to that host for a year, on every port.
const HTTPS_ONLY: &str = "max-age=31536000";

const ALWAYS: [(HeaderName, &str); 5] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self'; \
         img-src 'self' blob: data:; media-src 'self'; connect-src 'self'; manifest-src 'self'; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("permissions-policy"), "camera=(), microphone=(), geolocation=()"),
];

pub(crate) async fn add(Shared(state): Shared<State>, request: Request, next: Next) -> Response {
    let is_api = is_api(request.uri().path());
    let is_https = request.extensions().get().is_some_and(|caller: &Caller| caller.is_https);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.extend(ALWAYS.map(|(name, value)| (name, HeaderValue::from_static(value))));
    if is_https && state.settings.hsts {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    if is_api {
        // Pictures may be cached, so their routes set a value of their own.
        headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    }
    response
}

/// Everything that is not the page.
pub(crate) fn is_api(path: &str) -> bool {
    ["api", "safelight", ".well-known"].contains(&path.split('/').nth(1).unwrap_or_default())
}
