//! SHA-1 of files, in nested workers: [`Pool`] lives in the backup worker and hands files out, [`reader`] runs in
//! each nested worker and reads them. Memory is bounded by a few chunks per reader, whatever the file's size.

mod checkpoint;
pub mod digest;
mod pool;
pub mod reader;

pub use checkpoint::Checkpoint;
pub use pool::{Pool, ReadFault};

use protocol::Digest;
use serde::{Deserialize, Serialize};

/// What a reader says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ReaderSaid {
    /// Bytes so far.
    Read(u64),
    /// Bytes so far, and the state to go on from.
    Reached(u64, Vec<u8>),
    Digested(Digest),
    /// The file could not be read; the name of the exception.
    Failed(String),
}

/// The name by which a worker knows that it is a reader.
pub const READER: &str = "reader";
