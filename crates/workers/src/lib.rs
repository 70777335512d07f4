//! The decisions of the service worker, without any web type, so that all of them are tested natively. The program that
//! the browser loads is `service_worker.rs`, which connects them to the web APIs of `crates/browser`.

pub mod sharing;
pub mod wake_ups;
