//! Uploads files, streamed from disk. A file is sent as a form, a large one in pieces and small ones in bundles if the
//! server accepts that.
//!
//! [`transfer`] decides without IO what to send next; [`sending`] sends it and needs the browser.

mod bundle;
mod pieces;
mod requests;
mod transfer;

#[cfg(target_arch = "wasm32")]
mod carrier;
#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(target_arch = "wasm32")]
pub(crate) mod form;
#[cfg(target_arch = "wasm32")]
mod sending;
#[cfg(target_arch = "wasm32")]
mod xhr;

#[cfg(target_arch = "wasm32")]
pub use bundle::BundleEnd;
#[cfg(target_arch = "wasm32")]
pub use sending::{Cargo, Moved, Uploads};
