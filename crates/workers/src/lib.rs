//! What the service worker decides, without any web type, so that all of it is tested natively. The program that the
//! browser loads is `service_worker.rs`, which joins this to the web APIs of `crates/browser`.

pub mod sharing;
pub mod wake_ups;
