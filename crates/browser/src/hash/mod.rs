//! SHA-1 of files, in nested workers: [`Pool`] lives in the backup worker and hands files out, [`reader`] runs in
//! each nested worker and reads them. Memory is bounded by a few chunks per reader, whatever the file's size.

pub mod digest;
mod pool;
pub mod reader;

pub use pool::{Pool, ReadFault};

use protocol::Digest;
use serde::{Deserialize, Serialize};

/// What a reader says. It is told nothing but the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ReaderSaid {
    /// Bytes so far.
    Read(u64),
    Digested(Digest),
    /// The file could not be read; the name of the exception.
    Failed(String),
}

/// The name by which a worker knows that it is a reader.
pub const READER: &str = "reader";
