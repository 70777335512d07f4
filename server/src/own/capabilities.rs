//! `GET /safelight/v1/capabilities`: what a client may use beyond the Immich API.

use axum::Json;
use protocol::safelight::{Capabilities, path};

#[utoipa::path(
    get,
    path = path::CAPABILITIES,
    tag = "Safelight",
    responses((status = 200, body = Capabilities, description = "What goes beyond Immich")),
)]
pub(super) async fn capabilities() -> Json<Capabilities> {
    Json(Capabilities {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        verifies_digests: true,
        resumable_uploads: true,
    })
}
