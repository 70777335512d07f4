//! The sentences of the page. Facts come in and plain text goes out. The same fact always gets the same words.

pub mod background;
pub mod closing;
pub mod folders;
pub mod gates;
pub mod headline;
pub mod health;
pub mod held;
pub mod hidden;
pub mod history;
pub mod inviting;
pub mod leaving;
pub mod library;
pub mod lists;
pub mod needs;
pub mod now;
pub mod reasons;
pub mod report;
pub mod restore;
pub mod spoken;

/// Shared with the service worker.
pub use ::words::numbers;

pub use headline::{Headline, headline, opening, stopped};
