//! The sentences for people that the page and the service worker share. Facts come in, plain text goes out; no web
//! types, no IO.

pub mod notices;
pub mod numbers;
pub mod wake_ups;
