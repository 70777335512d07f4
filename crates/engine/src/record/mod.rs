//! The stored forms of everything in a store. Rows are bytes, see [`pages`]. Everything else is a plain object with
//! the number of its form. Every form stays readable for ever, and a fixture of each is kept (`tests/records.rs`).
//!
//! A record that cannot be read is never replaced by a default.

pub mod pages;

use serde::{Deserialize, Serialize};

use crate::folder::FolderRules;
use crate::incident::Incident;
use crate::run::Run;
use crate::settings::{Memory, Settings};

/// A record as it was read from the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Loaded<T> {
    Known(T),
    /// The record exists but cannot be decoded. Only the person replaces it.
    Unreadable,
}

/// The record has a form that only a newer Safelight knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Newer;

/// A type that is stored as a plain object.
pub trait Record {
    /// The form that is written now. A changed type needs a new form.
    const FORM: u32;
}

impl Record for Settings {
    const FORM: u32 = 1;
}

impl Record for Memory {
    const FORM: u32 = 1;
}

impl Record for FolderRules {
    const FORM: u32 = 1;
}

impl Record for Run {
    const FORM: u32 = 1;
}

impl Record for Vec<Incident> {
    const FORM: u32 = 1;
}

/// A record with its form.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Versioned<T> {
    pub form: u32,
    pub record: T,
}

impl<T: Record> Versioned<T> {
    pub fn of(record: T) -> Versioned<T> {
        Versioned { form: T::FORM, record }
    }
}

/// The part that every form of a record begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub struct Form {
    pub form: u32,
}

/// Reads a record: its form first, then the whole of it.
pub fn read<T: Record, E>(
    form: Result<Form, E>,
    whole: impl FnOnce() -> Result<Versioned<T>, E>,
) -> Result<Loaded<T>, Newer> {
    match form {
        Ok(Form { form }) if form > T::FORM => Err(Newer),
        Ok(_) => Ok(whole().map_or(Loaded::Unreadable, |versioned| Loaded::Known(versioned.record))),
        Err(_) => Ok(Loaded::Unreadable),
    }
}

impl<T: Default> Default for Loaded<T> {
    fn default() -> Loaded<T> {
        Loaded::Known(T::default())
    }
}

impl<T> Loaded<T> {
    pub fn known(&self) -> Option<&T> {
        match self {
            Loaded::Known(value) => Some(value),
            Loaded::Unreadable => None,
        }
    }
}
