//! The bytes of an upload as they come off the wire, and how they get to the disk. Memory stays bounded: a few
//! chunks wait between the network and the disk, whatever the size of the file.

use std::iter;
use std::pin::Pin;
use std::time::Duration;

use axum::body::{Body, Bytes};
use futures_util::{Stream, StreamExt, stream};
use multer::Field;
use tokio::sync::mpsc;
use tokio::time::timeout;

use crate::error::AppError;
use crate::state::State;
use crate::vault::Received;

/// Chunks between network and disk: enough that neither waits for the other's hiccups. A chunk is at most some
/// hundred kilobytes.
const CHUNKS_IN_FLIGHT: usize = 8;

/// A phone may lose its signal for a while; a client that is gone for good must not hold a file open for ever.
const STALL: Duration = Duration::from_secs(120);

pub(super) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Broken>> + Send>>;

#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the upload broke off")]
    Off(#[source] axum::Error),
    #[error("the upload stalled")]
    Stalled,
}

pub(super) fn chunks(body: Body) -> Chunks {
    Box::pin(stream::try_unfold(body.into_data_stream(), |mut body| async move {
        match timeout(STALL, body.next()).await {
            Ok(Some(Ok(chunk))) => Ok(Some((chunk, body))),
            Ok(Some(Err(error))) => Err(Broken::Off(error)),
            Ok(None) => Ok(None),
            Err(_) => Err(Broken::Stalled),
        }
    }))
}

/// Reads what remains, so that the client gets to read the answer instead of a cut connection.
pub(super) async fn read_away(mut chunks: Chunks) {
    while let Some(Ok(_)) = chunks.next().await {}
}

/// Streams a part of the form to the disk.
pub(super) async fn pour(
    state: &State,
    field: &mut Field<'_>,
    max_bytes: Option<u64>,
) -> Result<Received, AppError> {
    let (to_disk, mut from_network) = mpsc::channel(CHUNKS_IN_FLIGHT);
    let writing =
        state.blocking(move |parts| parts.vault.receive(iter::from_fn(|| from_network.blocking_recv())));
    let (read, written) = tokio::join!(feed(field, to_disk, max_bytes), writing);
    let received = written?;
    read?;
    Ok(received)
}

async fn feed(
    field: &mut Field<'_>,
    to_disk: mpsc::Sender<Bytes>,
    max_bytes: Option<u64>,
) -> Result<(), AppError> {
    let mut read = 0;
    while let Some(chunk) = field.chunk().await.map_err(unreadable)? {
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
    AppError::bad_request(format!("The form could not be read: {error}"))
}
