//! How the bytes of an upload get from the wire to the disk. Memory stays bounded: a few
//! chunks wait between the network and the disk, whatever the size of the file.

use std::iter;

use axum::body::Bytes;
use multer::Field;
use tokio::sync::mpsc;

use super::steady::Fruitless;
use crate::error::{AppError, causes};
use crate::state::State;
use crate::vault::Received;

/// Chunks between network and disk: enough that neither waits for the other's hiccups. A chunk is at most some
/// hundred kilobytes.
const CHUNKS_IN_FLIGHT: usize = 8;

/// Streams a part of the form to the disk.
pub(super) async fn pour(
    state: &State,
    field: &mut Field<'_>,
    max_bytes: Option<u64>,
    fruitless: &Fruitless,
) -> Result<Received, AppError> {
    let (to_disk, mut from_network) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let writing =
        state.blocking(move |parts| parts.vault.receive(iter::from_fn(|| from_network.blocking_recv())));
    let (read, written) = tokio::join!(feed(field, to_disk, max_bytes, fruitless), writing);
    let received = written?;
    read?;
    Ok(received)
}

async fn feed(
    field: &mut Field<'_>,
    to_disk: mpsc::Sender<Bytes>,
    max_bytes: Option<u64>,
    fruitless: &Fruitless,
) -> Result<(), AppError> {
    let mut read = 0;
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        fruitless.end();
        read += chunk.len() as u64;
        if max_bytes.is_some_and(|max| read > max) {
            return Err(AppError::bad_request(format!(
                "File too large - {}",
                field.name().unwrap_or_default()
            )));
        }
        if to_disk.send(chunk).await.is_err() {
            // The writer has failed and says why.
            return Ok(());
        }
    }
    Ok(())
}

pub(super) fn unreadable(error: multer::Error) -> AppError {
    AppError::bad_request(format!("The form could not be read: {}", causes(&error)))
}
