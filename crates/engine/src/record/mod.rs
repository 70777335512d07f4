//! The stored forms of everything in a store. Rows are bytes, see [`pages`]. Everything else is a plain object with
//! the number of its form. Every form stays readable for ever, and a fixture of each is kept (`tests/records.rs`).
//!
//! A record that cannot be read is never replaced by a default.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize};

pub use rows::{Newer, pages};

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

/// A type that is stored as a plain object.
pub trait Record: DeserializeOwned {
    /// The form that is written now. A changed type needs a new form.
    const FORM: u32;

    /// Reads what this form, or an older one, wrote.
    fn of_form<'de, D: Deserializer<'de>>(_form: u32, record: D) -> Result<Self, D::Error> {
        Self::deserialize(record)
    }
}

impl Record for Settings {
    const FORM: u32 = 1;
}

impl Record for Memory {
    /// Form 2 has the looks for hidden names.
    const FORM: u32 = 2;
}

impl Record for FolderRules {
    const FORM: u32 = 1;
}

impl Record for Run {
    /// Form 2 has one more reason to stop, form 3 more problems, form 4 one more reason to skip a file.
    const FORM: u32 = 4;
}

impl Record for Vec<Incident> {
    /// Form 2 has more failures and one more reason to stop, form 3 more problems.
    const FORM: u32 = 3;
}

/// A record with its form, as it is written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Versioned<T> {
    pub form: u32,
    pub record: T,
}

impl<T: Record> Versioned<T> {
    pub fn of(record: T) -> Versioned<T> {
        Versioned { form: T::FORM, record }
    }
}

/// Reads a record by the form that it says it has; `None` if it says none.
pub fn read<'de, T: Record>(form: Option<f64>, record: impl Deserializer<'de>) -> Result<Loaded<T>, Newer> {
    match form.map(|form| form as u32) {
        Some(form) if form > T::FORM => Err(Newer),
        Some(form) => Ok(T::of_form(form, record).map_or(Loaded::Unreadable, Loaded::Known)),
        None => Ok(Loaded::Unreadable),
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
