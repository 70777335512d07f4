//! The sentences of the page. Facts come in, plain text goes out; the same fact always has the same words.

pub mod headline;
pub mod numbers;
pub mod reasons;

pub use headline::{Headline, headline, opening, stopped};
