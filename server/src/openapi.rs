//! The description of the API, made from its code: `GET /safelight/v1/openapi.json`.

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

/// Why any request may be refused.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described; `AppError` answers")]
pub(crate) enum Refused {
    /// It makes no sense, or names what is not there; the message says which.
    #[response(status = 400)]
    BadRequest(ErrorBody),
    /// It comes from another site, or from whom this is not for.
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// It stood still.
    #[response(status = 408)]
    Stalled(ErrorBody),
    /// It is larger than anything that is expected here.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// Later: the header Retry-After says when.
    #[response(status = 429)]
    TooMany(ErrorBody),
    /// A fault of the server, which its log tells.
    #[response(status = 500)]
    Fault(ErrorBody),
    /// The server is stopping.
    #[response(status = 503)]
    Stopping(ErrorBody),
    /// The disk is full.
    #[response(status = 507)]
    DiskFull(ErrorBody),
}

/// Nobody, or somebody who was sent away.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only described; `api::sign_in` answers")]
enum SignedOut {
    #[response(status = 401)]
    Unauthorized(ErrorBody),
}

/// All routes in one description: what anybody may ask, and what is behind the door.
pub(crate) fn describe(for_anybody: OpenApi, mut behind_the_door: OpenApi) -> OpenApi {
    for item in behind_the_door.paths.paths.values_mut() {
        for operation in operations(item) {
            operation.security =
                Some([KEY, SESSION].map(|way| SecurityRequirement::new(way, [""; 0])).to_vec());
            operation.responses.responses.extend(SignedOut::responses());
        }
    }
    let mut all = Described::openapi();
    all.merge(for_anybody);
    all.merge(behind_the_door);
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
