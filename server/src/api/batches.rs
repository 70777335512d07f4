//! Chunks on their way from the network to the disk, a few batches at a time. Memory stays bounded whatever the size of
//! the file: a batch that was written is filled again.

use std::mem::take;

use tokio::sync::mpsc;

/// A browser's chunks are 32 kB, and waking the writer for each of them cost a quarter of the whole way (measured).
const BATCH_BYTES: usize = 128 * 1024;
/// Batches between network and disk: enough that neither waits for the other's hiccups.
const BATCHES_IN_FLIGHT: usize = 1;

/// Where the network's side puts what arrives.
pub(super) struct ToDisk {
    send: mpsc::Sender<Vec<u8>>,
    /// Copied, for a chunk keeps the whole buffer of its connection alive, and the connection takes another.
    batch: Vec<u8>,
    written: mpsc::UnboundedReceiver<Vec<u8>>,
}

/// What the disk's side takes from, in a thread that may block. It ends when the network's side does.
pub(super) struct FromNetwork {
    receive: mpsc::Receiver<Vec<u8>>,
    written: mpsc::UnboundedSender<Vec<u8>>,
}

/// The disk's side has ended; it says why itself.
pub(super) struct WriterGone;

/// Bytes to write. They go back to be filled again when it is dropped.
pub(super) struct Batch {
    bytes: Vec<u8>,
    written: mpsc::UnboundedSender<Vec<u8>>,
}

pub(super) fn batches() -> (ToDisk, FromNetwork) {
    let (send, receive) = mpsc::channel(BATCHES_IN_FLIGHT);
    let (gives_back, gets_back) = mpsc::unbounded_channel();
    (ToDisk { send, batch: Vec::new(), written: gets_back }, FromNetwork { receive, written: gives_back })
}

impl ToDisk {
    pub(super) async fn push(&mut self, mut chunk: &[u8]) -> Result<(), WriterGone> {
        while !chunk.is_empty() {
            if self.batch.capacity() == 0 {
                self.batch = self.written.try_recv().unwrap_or_else(|_| Vec::with_capacity(BATCH_BYTES));
            }
            let (fits, rest) = chunk.split_at(chunk.len().min(BATCH_BYTES - self.batch.len()));
            self.batch.extend_from_slice(fits);
            chunk = rest;
            if self.batch.len() == BATCH_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    pub(super) async fn flush(&mut self) -> Result<(), WriterGone> {
        self.send.send(take(&mut self.batch)).await.map_err(|_| WriterGone)
    }
}

impl Iterator for FromNetwork {
    type Item = Batch;

    fn next(&mut self) -> Option<Batch> {
        self.receive.blocking_recv().map(|bytes| Batch { bytes, written: self.written.clone() })
    }
}

impl AsRef<[u8]> for Batch {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Drop for Batch {
    fn drop(&mut self) {
        self.bytes.clear();
        // Once everything has arrived, nobody fills it again.
        _ = self.written.send(take(&mut self.bytes));
    }
}
