//! The messages between the page and the server.
//!
//! Both ends compile this crate, so a change here changes the wire format. It contains only names, types and their
//! meaning: no IO, no policy. Everything under [`immich`] follows the Immich API (2.x and 3.x); everything under
//! [`safelight`] goes beyond it.

pub mod bundle;
pub mod digest;
pub mod immich;
pub mod inventory;
pub mod media;
pub mod resumable;
pub mod safelight;

pub use digest::{AssetId, Digest};
