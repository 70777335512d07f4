//! Who may come in: pairing codes, the sessions they are exchanged for, and API keys. The API asks it about
//! every request; the command line hands out codes and keys through it, also while a server runs.
//!
//! Invariants: no secret is stored, only its hash. What is revoked is refused from the next request on, because
//! every request looks here.

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

/// The address in a pairing link while no server has ever announced its own.
const DEFAULT_ADDRESS: &str = "http://localhost:4114";

pub struct Door {
    index: Index,
    failures: Mutex<Failures>,
}

impl Door {
    pub fn new(index: Index) -> Self {
        Self { index, failures: Mutex::default() }
    }

    /// Remembers where the running server is reached, for links made by another process.
    pub fn announce(&self, address: &str) -> Result<(), IndexError> {
        self.index.set(ADDRESS, address.to_owned())
    }

    /// What a person opens to pair a browser.
    pub fn link(&self, code: &PairingCode) -> Result<String, IndexError> {
        let address = self.index.setting(ADDRESS)?;
        let address = address.as_deref().unwrap_or(DEFAULT_ADDRESS);
        Ok(format!("{address}/#pair={}", code.reveal()))
    }
}
