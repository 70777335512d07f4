//! Passes chunks from the network to the disk in a few batches. Memory is bounded whatever the size of the file,
//! because a written batch is reused.

use std::mem::take;

use tokio::sync::mpsc;

/// A browser's chunks are 32 kB, and waking the writer for each of them took a quarter of the total time (measured).
pub(super) const BATCH_BYTES: usize = 128 * 1024;
/// Batches between network and disk: enough that a short stall on one side does not block the other.
const BATCHES_IN_FLIGHT: usize = 1;

/// The network's end: it receives the chunks.
pub(super) struct ToDisk {
    send: mpsc::Sender<Vec<u8>>,
    /// Chunks are copied into this buffer. Holding a chunk would keep the whole buffer of its connection alive, and the
    /// connection would allocate another.
    batch: Vec<u8>,
    written: mpsc::UnboundedReceiver<Vec<u8>>,
}

/// The disk's end: it yields batches in a thread that may block, until the network's end is dropped.
pub(super) struct FromNetwork {
    receive: mpsc::Receiver<Vec<u8>>,
    written: mpsc::UnboundedSender<Vec<u8>>,
}

/// The disk's end is gone; the writer reports the reason itself.
pub(super) struct WriterGone;

/// Bytes to write. When dropped, it returns its buffer for reuse.
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
        // Fails once everything has arrived, because nobody needs the buffer then.
        _ = self.written.send(take(&mut self.bytes));
    }
}
