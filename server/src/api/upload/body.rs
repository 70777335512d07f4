//! How the bytes of an upload get from the wire to the disk. Memory stays bounded: a few
//! chunks wait between the network and the disk, whatever the size of the file.

use std::iter;
use std::mem::take;

use axum::body::Bytes;
use multer::Field;
use tokio::sync::mpsc;

use super::steady::Fruitless;
use crate::error::{AppError, causes};
use crate::state::State;
use crate::vault::Received;

/// A browser's chunks are 32 kB, and waking the writer for each of them cost a quarter of the whole way (measured).
const BATCH_BYTES: usize = 128 * 1024;
/// Batches between network and disk: enough that neither waits for the other's hiccups.
const BATCHES_IN_FLIGHT: usize = 2;

/// Streams a part of the form to the disk.
pub(super) async fn pour(
    state: &State,
    field: &mut Field<'_>,
    max_bytes: Option<u64>,
    fruitless: &Fruitless,
) -> Result<Received, AppError> {
    let (to_disk, mut from_network) = mpsc::channel::<Vec<Bytes>>(BATCHES_IN_FLIGHT);
    let writing = state
        .blocking(move |parts| parts.vault.receive(iter::from_fn(|| from_network.blocking_recv()).flatten()));
    let (read, written) = tokio::join!(feed(field, to_disk, max_bytes, fruitless), writing);
    let received = written?;
    read?;
    Ok(received)
}

async fn feed(
    field: &mut Field<'_>,
    to_disk: mpsc::Sender<Vec<Bytes>>,
    max_bytes: Option<u64>,
    fruitless: &Fruitless,
) -> Result<(), AppError> {
    let mut read = 0;
    let (mut batch, mut batched) = (Vec::new(), 0);
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
        fruitless.end();
        read += chunk.len() as u64;
        if max_bytes.is_some_and(|max| read > max) {
            return Err(AppError::bad_request(format!(
                "File too large - {}",
                field.name().unwrap_or_default()
            )));
        }
        batched += chunk.len();
        batch.push(chunk);
        if batched >= BATCH_BYTES {
            if to_disk.send(take(&mut batch)).await.is_err() {
                // The writer has failed and says why.
                return Ok(());
            }
            batched = 0;
        }
    }
    // The same holds of the rest.
    _ = to_disk.send(batch).await;
    Ok(())
}

pub(super) fn unreadable(error: multer::Error) -> AppError {
    AppError::bad_request(format!("The form could not be read: {}", causes(&error)))
}
