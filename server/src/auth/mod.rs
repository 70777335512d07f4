//! Authentication: pairing codes, the sessions they are exchanged for, and API keys. The API checks every request here.
//! The command line uses it to create codes and keys, even while a server runs.
//!
//! Invariants: secrets are never stored, only their hashes. A revoked session or key is refused from the next request
//! on, because every request is checked here.

mod code;
mod key;
pub mod origin;
mod secret;
mod session;
mod user;

use std::sync::Mutex;

pub use code::{CODE_VALID_MINUTES, PairingCode, WrongCode};
pub use key::{ApiKey, KeyName};
pub use secret::Secret;
pub use session::{CookieAge, Session, UNUSED_FOR_DAYS};
pub use user::{User, UserError, UserName};

use crate::index::{Index, IndexError};
use code::Failures;

const ADDRESS: &str = "address";

/// The address in a pairing link if no server has ever stored its own.
const DEFAULT_ADDRESS: &str = "http://localhost:4114";

pub struct Auth {
    index: Index,
    failures: Mutex<Failures>,
}

impl Auth {
    pub fn new(index: Index) -> Self {
        Self { index, failures: Mutex::default() }
    }

    /// Stores the address of the running server, for links that another process creates.
    pub fn announce(&self, address: &str) -> Result<(), IndexError> {
        self.index.set(ADDRESS, address.to_owned())
    }

    /// The link that a person opens to pair a browser.
    pub fn link(&self, code: &PairingCode) -> Result<String, IndexError> {
        let address = self.index.setting(ADDRESS)?;
        let address = address.as_deref().unwrap_or(DEFAULT_ADDRESS);
        Ok(format!("{address}/#pair={}", code.reveal()))
    }
}
