//! Sends one file, streamed from disk. A small file goes as a form, a large one in pieces if the server takes them.
//!
//! What to send next is decided without IO by [`transfer`]; [`sending`] carries it, and belongs to the browser.

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
