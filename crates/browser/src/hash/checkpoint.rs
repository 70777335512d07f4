//! How far a large file was read, and the state of its digest there: a reading that was cut off goes on from it.

use engine::{Read, Stamp};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha1::digest::common::hazmat::{SerializableState, SerializedState};

/// Reading so much again costs less than remembering it more often.
pub const EVERY_BYTES: u64 = 128 << 20;

/// Good for a file that still has this stamp.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    pub stamp: Stamp,
    /// Bytes.
    pub read: u64,
    pub state: Vec<u8>,
}

impl Checkpoint {
    /// What it is kept under: the file's place.
    pub fn key(read: &Read) -> String {
        format!("{}/{}", read.folder.0, read.path)
    }

    /// Whether a file of this size is worth one.
    pub fn is_for(stamp: Stamp) -> bool {
        stamp.size > EVERY_BYTES
    }

    /// The digest as it stood, and where to go on reading; from the beginning if the state makes no sense.
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
