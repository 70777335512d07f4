//! The only code that touches web APIs.
//!
//! One adapter per command of the engine, and [`host`], the one loop that runs the engine. Everything here takes
//! the global scope as it finds it and never assumes a window, except [`window`], which is for the page alone.
//! A fault of the browser is an event for the engine, not a panic: a panic in a worker is silence.

#![cfg(target_arch = "wasm32")]
#![deny(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

pub mod app_shell;
pub mod background;
pub mod bindings;
pub mod channel;
mod device;
mod fault;
pub mod hash;
pub mod host;
mod http;
mod inbox;
mod json;
pub mod lock;
mod server;
pub mod source;
pub mod store;
mod surroundings;
mod upload;
pub mod walk;
pub mod watch;
pub mod window;
mod wire;

pub use fault::Fault;

use engine::Moment;
use futures::future::LocalBoxFuture;

/// A panic is told on the console, which adds where it came from. Nobody else would hear of it in a worker.
pub fn report_panics() {
    std::panic::set_hook(Box::new(|panic| web_sys::console::error_1(&panic.to_string().into())));
}

/// Runs by itself from now on. Boxed: what carries it then exists once and not for each kind of work.
pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) {
    let work: LocalBoxFuture<'static, ()> = Box::pin(work);
    wasm_bindgen_futures::spawn_local(work);
}

/// The time by the browser's clock, which may jump.
pub fn now() -> Moment {
    Moment(js_sys::Date::now() as u64)
}
