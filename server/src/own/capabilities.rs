//! `GET /safelight/v1/capabilities`: what this server can do for a backup. Clients check this list, not which server
//! product answers.

use axum::Json;
use axum::extract::State as Shared;
use protocol::safelight::{Capabilities, Pieces, path};

use crate::api::bundle::MOST_FILES;
use crate::state::State;

/// On loopback, pieces are as fast as a form at every size from 1 MiB to 64 MiB (measured), so their only cost is one
/// more request: a round trip of 20 ms is little beside a second of sending. Sending a smaller file again is as quick
/// as finding its offset.
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
        bundle_of: Some(MOST_FILES),
        keeps_inventories: true,
        albums: true,
        trash: false,
        thumbnails: true,
    })
}
