//! Uploads one file, streamed from disk. A small file is sent as a form, a large one in pieces if the server accepts
//! them.
//!
//! [`transfer`] decides without IO what to send next; [`sending`] sends it and needs the browser.

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
pub use sending::{Cargo, Moved, Uploads};
