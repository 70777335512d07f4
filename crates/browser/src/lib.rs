//! The only code that touches web APIs.
//!
//! One adapter per command of the engine, and [`host`], the one loop that runs the engine. The code uses the global
//! scope it finds and never assumes a window, except [`window`], which is only for the page. A fault of the browser
//! becomes an event for the engine, never a panic: nobody notices a panic in a worker.
//!
//! The code that makes decisions and needs no browser (`http`, `server`, the conversation of an upload) is also
//! compiled natively for its tests.

#![cfg_attr(not(test), deny(clippy::unwrap_used, clippy::expect_used, clippy::panic))]
#![cfg_attr(
    not(target_arch = "wasm32"),
    allow(dead_code, unused_imports, reason = "natively only tests use it")
)]

#[cfg(target_arch = "wasm32")]
pub mod app_shell;
#[cfg(target_arch = "wasm32")]
pub mod background;
#[cfg(target_arch = "wasm32")]
pub mod bindings;
#[cfg(target_arch = "wasm32")]
pub mod channel;
#[cfg(target_arch = "wasm32")]
mod device;
#[cfg(target_arch = "wasm32")]
mod fault;
#[cfg(target_arch = "wasm32")]
pub mod hash;
#[cfg(target_arch = "wasm32")]
pub mod host;
mod http;
#[cfg(target_arch = "wasm32")]
mod inbox;
#[cfg(target_arch = "wasm32")]
pub mod lock;
#[cfg(target_arch = "wasm32")]
mod properties;
#[cfg(target_arch = "wasm32")]
mod push;
#[cfg(target_arch = "wasm32")]
mod registration;
mod server;
#[cfg(target_arch = "wasm32")]
pub mod service_worker;
#[cfg(target_arch = "wasm32")]
mod settled;
#[cfg(target_arch = "wasm32")]
pub mod source;
#[cfg(target_arch = "wasm32")]
pub mod store;
#[cfg(target_arch = "wasm32")]
mod surroundings;
mod upload;
#[cfg(target_arch = "wasm32")]
pub mod walk;
#[cfg(target_arch = "wasm32")]
pub mod watch;
#[cfg(target_arch = "wasm32")]
pub mod window;
#[cfg(target_arch = "wasm32")]
mod wire;

#[cfg(target_arch = "wasm32")]
pub use fault::Fault;

/// Reports a panic on the console, which adds where it came from. In a worker nobody would notice it otherwise.
#[cfg(target_arch = "wasm32")]
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
}

/// Runs a future to its end in the background. It is boxed so that the code that drives it exists once and not for each
/// type of future.
#[cfg(target_arch = "wasm32")]
pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) {
    let work: futures::future::LocalBoxFuture<'static, ()> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}

/// The time of the browser's clock, which may jump.
#[cfg(target_arch = "wasm32")]
pub fn now() -> engine::Moment {
    engine::Moment(js_sys::Date::now() as u64)
}

/// Parses an ISO 8601 time.
#[cfg(target_arch = "wasm32")]
pub(crate) fn moment_of(iso: &str) -> engine::Moment {
    engine::Moment(js_sys::Date::parse(iso) as u64)
}
