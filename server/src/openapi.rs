//! The OpenAPI description, generated from the code: `GET /safelight/v1/openapi.json`.

use axum::Json;
use protocol::immich::ErrorBody;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{ApiKey, ApiKeyValue, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{Components, OpenApi, PathItem};
use utoipa::{IntoResponses, OpenApi as _};

pub(crate) const PATH: &str = "/safelight/v1/openapi.json";

const KEY: &str = "key";
const SESSION: &str = "session";

#[derive(utoipa::OpenApi)]
#[openapi(info(
    title = "Safelight",
    description = "The part of the Immich API that a backup client needs, and what only Safelight answers."
))]
struct Described;

/// The errors that any request may get.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described; `AppError` answers")]
pub(crate) enum Refused {
    /// The request is malformed, or names something that does not exist; the message says which.
    #[response(status = 400)]
    BadRequest(ErrorBody),
    /// The request comes from another site, or the caller has no access to this.
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// Not found.
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// The client stopped sending.
    #[response(status = 408)]
    Stalled(ErrorBody),
    /// The request is larger than this route accepts.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// Too many requests; the header Retry-After says when to retry.
    #[response(status = 429)]
    TooMany(ErrorBody),
    /// An internal error; the server's log has the details.
    #[response(status = 500)]
    Fault(ErrorBody),
    /// The server is stopping.
    #[response(status = 503)]
    Stopping(ErrorBody),
    /// The disk is full.
    #[response(status = 507)]
    DiskFull(ErrorBody),
}

/// The caller is not signed in, or was revoked.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described; `api::sign_in` answers")]
enum SignedOut {
    #[response(status = 401)]
    Unauthorized(ErrorBody),
}

/// Combines all routes into one description: those that anybody may call, and those that need a sign-in.
pub(crate) fn describe(for_anybody: OpenApi, mut authenticated: OpenApi) -> OpenApi {
    for item in authenticated.paths.paths.values_mut() {
        for operation in operations(item) {
            operation.security =
                Some([KEY, SESSION].map(|way| SecurityRequirement::new(way, [""; 0])).to_vec());
            operation.responses.responses.extend(SignedOut::responses());
        }
    }
    let mut all = Described::openapi();
    all.merge(for_anybody);
    all.merge(authenticated);
    let components = all.components.get_or_insert_with(Components::new);
    let key = ApiKey::Header(ApiKeyValue::new(protocol::immich::API_KEY_HEADER));
    let session = ApiKey::Cookie(ApiKeyValue::new(crate::api::cookie::NAME));
    components.add_security_scheme(KEY, SecurityScheme::ApiKey(key));
    components.add_security_scheme(SESSION, SecurityScheme::ApiKey(session));
    all
}

fn operations(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let PathItem { get, put, post, delete, options, head, patch, trace, .. } = item;
    [get, put, post, delete, options, head, patch, trace].into_iter().flatten()
}

pub(crate) async fn answer(description: OpenApi) -> Json<OpenApi> {
    Json(description)
}
