//! The screens. Each shows a part of the view and sends intents; none does IO. The heavy ones are chunks of their own,
//! loaded when they are first opened.

pub mod activity;
pub mod first_run;
pub mod folders;
pub mod home;
mod later;
mod nowhere;
pub mod photos;
pub mod settings;

pub use nowhere::Nowhere;
