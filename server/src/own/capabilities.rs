//! `GET /safelight/v1/capabilities`: what this server can do for a backup. Clients depend on this, and not on whose
//! server it is.

use axum::Json;
use axum::extract::State as Shared;
use protocol::safelight::{Capabilities, Pieces, path};

use crate::state::State;

/// On loopback a file in pieces takes as long as one in a form at every size from 1 MiB to 64 (measured), so what counts
/// is the one question more: of a second's sending, a round trip of 20 ms is little. A smaller file is sent again as
/// quickly as its place is found.
const PIECES_FROM_BYTES: u64 = 16 << 20;

#[utoipa::path(
    get,
    path = path::CAPABILITIES,
    tag = "Safelight",
    responses((status = 200, body = Capabilities, description = "What this server can do for a backup")),
)]
pub(super) async fn capabilities(Shared(state): Shared<State>) -> Json<Capabilities> {
    Json(Capabilities {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        verifies_digests: true,
        pieces: Some(Pieces { from: PIECES_FROM_BYTES, up_to: state.settings.max_request }),
        keeps_inventories: true,
        albums: true,
        trash: false,
        thumbnails: true,
    })
}
