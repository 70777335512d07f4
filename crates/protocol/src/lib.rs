//! What the page and the server say to each other.
//!
//! Both ends compile this crate, so a change here is a change of the wire. It holds names, shapes and
//! meanings only: no IO, no policy. Everything under [`immich`] follows the Immich API (2.x and 3.x);
//! everything under [`safelight`] goes beyond it.

pub mod digest;
pub mod immich;
pub mod inventory;
pub mod media;
pub mod resumable;
pub mod safelight;

pub use digest::{AssetId, Digest};
