//! The primitives that every screen is composed of. Each one is a component that knows nothing of backups, which is why
//! they are a crate of their own, and owns its look in `www/style`. `/kit` shows them all in a development build.

#![cfg(target_arch = "wasm32")]

mod badge;
mod button;
mod card;
mod choice;
mod dialog;
mod empty;
mod field;
mod icon;
mod mark;
mod meter;
mod request;
mod row;
mod select;
mod skeleton;
mod switch;

#[cfg(debug_assertions)]
pub mod shown;

pub use badge::{Badge, Tone};
pub use button::{Button, ButtonLink, Size, Weight};
pub use card::{Card, Inside};
pub use choice::Choice;
pub use dialog::Dialog;
pub use empty::EmptyState;
pub use field::Field;
pub use icon::{Glyph, Icon};
pub use mark::{Mark, Standing};
pub use meter::Meter;
pub use request::Request;
pub use row::Row;
pub use select::Select;
pub use skeleton::Skeleton;
pub use switch::Switch;
