//! How far a large file has been hashed, and the hash state at that point, so that an interrupted hash can resume
//! there.

use engine::{Read, Stamp};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha1::digest::common::hazmat::{SerializableState, SerializedState};

/// Hashing this much again costs less than saving checkpoints more often.
pub const EVERY_BYTES: u64 = 128 << 20;

/// Valid only for a file that still has this stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub stamp: Stamp,
    /// Bytes hashed so far.
    pub read: u64,
    pub state: Vec<u8>,
}

impl Checkpoint {
    /// The key it is stored under: the file's folder and path.
    pub fn key(read: &Read) -> String {
        format!("{}/{}", read.folder.0, read.path)
    }

    /// Whether a file of this size is large enough for a checkpoint.
    pub fn is_for(stamp: Stamp) -> bool {
        stamp.size > EVERY_BYTES
    }

    /// The hash state and the offset to read from. Starts from the beginning if the state is invalid.
    pub(super) fn resume(from: Option<(u64, &[u8])>) -> (u64, Sha1) {
        let resumed = from.and_then(|(read, state)| {
            let state = SerializedState::<Sha1>::try_from(state).ok()?;
            Some((read, Sha1::deserialize(&state).ok()?))
        });
        resumed.unwrap_or_default()
    }
}

pub(super) fn state_of(hasher: &Sha1) -> Vec<u8> {
    hasher.serialize().to_vec()
}
