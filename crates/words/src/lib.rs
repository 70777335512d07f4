//! The sentences for people that the page and the service worker share. They turn facts into plain text: no web types,
//! no IO.

pub mod notices;
pub mod numbers;
pub mod wake_ups;
