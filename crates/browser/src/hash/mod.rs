//! SHA-1 of files. [`Pool`] lives in the backup worker and hands files to nested workers, each of which runs
//! [`reader`]. Where a worker cannot start workers, it reads by itself: [`Here`]. Memory is bounded for each reader,
//! whatever the file's size.

pub mod ahead;
mod checkpoint;
pub mod digest;
mod here;
mod pool;
pub mod reader;
mod spare;

pub use checkpoint::Checkpoint;
pub use here::Here;
pub use pool::Pool;

use digest::ENDED_EARLY;
use futures::future::LocalBoxFuture;
use protocol::Digest;
use serde::{Deserialize, Serialize};
use web_sys::File;

/// A file up to this size is hashed without a nested worker.
const HERE_BYTES: f64 = 128.0 * 1024.0;
/// A read that makes no progress for this long counts as hung. A slow network drive still delivers 8 MiB a minute.
const STALL_MS: u32 = 60_000;

/// A message from a reader.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReaderSaid {
    /// Bytes hashed so far.
    Read(u64),
    /// Bytes hashed so far, and the state to resume from.
    Reached(u64, Vec<u8>),
    Digested(Digest),
    /// The file could not be read; the name of the exception.
    Failed(String),
}

/// Why there is no digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadFault {
    /// The file could not be read; the name of the exception.
    Failed(String),
    /// The worker stopped or hung; the file may be fine.
    ReaderStopped,
}

impl ReadFault {
    fn named(name: String) -> ReadFault {
        if name == ENDED_EARLY { ReadFault::ReaderStopped } else { ReadFault::Failed(name) }
    }
}

/// Hashes files in this context. Dropping the future stops the read.
pub trait Readers {
    /// `hear` receives the reader's messages on the way.
    fn digest<'a>(
        &'a self,
        file: &'a File,
        from: Option<&'a Checkpoint>,
        hear: &'a dyn Fn(ReaderSaid),
    ) -> LocalBoxFuture<'a, Result<Digest, ReadFault>>;
}

/// The worker name that tells a worker that it is a reader.
pub const READER: &str = "reader";
