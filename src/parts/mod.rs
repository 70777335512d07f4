//! The parts of the page, one per file. Each shows one piece of the view and sends intents. None does IO.

pub mod activity;
pub mod background;
pub mod closing;
pub mod controls;
pub mod devices;
pub mod dropping;
pub mod folders;
pub mod gates;
pub mod headline;
pub mod health;
pub mod hidden;
pub mod history;
pub mod inviting;
pub mod lamp;
pub mod later;
pub mod leaving;
pub mod library;
pub mod lists;
pub mod notices;
pub mod pairing;
pub mod report;
pub mod restore;
pub mod rules;
pub mod section_head;
pub mod settings;
pub mod viewer;
