//! Secrets as a type that cannot be logged by mistake, and the hashes that are stored in their place.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

/// 256 bits cannot be guessed, so a plain hash is safe to store.
const TOKEN_BYTES: usize = 32;

/// A session token or an API key, as the client sends it.
pub struct Secret(String);

/// The SHA-256 of a secret.
pub(super) type Hash = [u8; 32];

impl Secret {
    pub(super) fn random() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; TOKEN_BYTES]>()))
    }

    pub(crate) fn received(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The secret itself, only for handing it to its owner.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> Hash {
        hash(&self.0)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

pub(super) fn hash(text: &str) -> Hash {
    Sha256::digest(text.as_bytes()).into()
}
