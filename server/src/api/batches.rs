//! Chunks on their way from the network to the disk, a few at a time. Memory stays bounded whatever the size of the
//! file.

use std::mem::take;

use axum::body::Bytes;
use tokio::sync::mpsc;

/// A browser's chunks are 32 kB, and waking the writer for each of them cost a quarter of the whole way (measured).
const BATCH_BYTES: usize = 128 * 1024;
/// Batches between network and disk: enough that neither waits for the other's hiccups.
const BATCHES_IN_FLIGHT: usize = 2;

/// Where the network's side puts what arrives.
pub(super) struct ToDisk {
    send: mpsc::Sender<Vec<Bytes>>,
    batch: Vec<Bytes>,
    batched: usize,
}

/// What the disk's side takes from, in a thread that may block. It ends when the network's side does.
pub(super) struct FromNetwork(mpsc::Receiver<Vec<Bytes>>);

/// The disk's side has ended; it says why itself.
pub(super) struct WriterGone;

pub(super) fn batches() -> (ToDisk, FromNetwork) {
    let (send, receive) = mpsc::channel(BATCHES_IN_FLIGHT);
    (ToDisk { send, batch: Vec::new(), batched: 0 }, FromNetwork(receive))
}

impl ToDisk {
    pub(super) async fn push(&mut self, chunk: Bytes) -> Result<(), WriterGone> {
        self.batched += chunk.len();
        self.batch.push(chunk);
        if self.batched >= BATCH_BYTES { self.flush().await } else { Ok(()) }
    }

    pub(super) async fn flush(&mut self) -> Result<(), WriterGone> {
        self.batched = 0;
        self.send.send(take(&mut self.batch)).await.map_err(|_| WriterGone)
    }
}

impl Iterator for FromNetwork {
    type Item = Vec<Bytes>;

    fn next(&mut self) -> Option<Vec<Bytes>> {
        self.0.blocking_recv()
    }
}
