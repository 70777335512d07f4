//! The page: a Leptos view of the engine, and nothing more. It shows one value, the engine's `View`, and sends
//! intents. It does no IO; that is the job of the browser crate.
//!
//! [`words`] turns facts into sentences. It is plain Rust, so it is tested natively. Everything else is compiled only
//! for the browser.

pub mod address;
pub mod words;

#[cfg(target_arch = "wasm32")]
mod app;
#[cfg(target_arch = "wasm32")]
mod screens;
#[cfg(target_arch = "wasm32")]
mod shell;
#[cfg(target_arch = "wasm32")]
mod shown;

/// Starts the page and the backup worker.
#[cfg(target_arch = "wasm32")]
#[wasm_bindgen::prelude::wasm_bindgen(start)]
pub fn start() {
    browser::report_panics();
    leptos::mount::mount_to_body(app::App);
}
