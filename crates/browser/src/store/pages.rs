//! Rows as bytes: one byte that names the form, then the rows by postcard. And which rows share a page.

mod rows;

use engine::SavedRow;
use js_sys::Uint8Array;

use crate::{Fault, wire};
use rows::Form;

/// Rows to a page: some 40 kB, so that 100,000 files are 200 records to load and one change rewrites little.
const ROWS: u32 = 512;
/// The form of the bytes that follow. Records of earlier forms are read for ever, and written anew in this one.
const FORM: u8 = 2;

pub(super) fn encode(rows: &[SavedRow]) -> Result<Uint8Array, Fault> {
    wire::encode_behind(&[FORM], &rows)
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<SavedRow>, Fault> {
    let rows = match bytes.split_first() {
        Some((&FORM, rows)) => rows::read(rows, Form::Second),
        Some((1, rows)) => rows::read(rows, Form::First),
        Some(_) => return Err(Fault::new("EncodingError", "rows of a later version")),
        None => return Ok(Vec::new()),
    };
    rows.ok_or_else(wire::fault)
}

/// The changes of each page, in the order in which they happened.
pub(super) fn by_page(changes: Vec<SavedRow>) -> Vec<(u32, Vec<SavedRow>)> {
    let mut pages: Vec<(u32, Vec<SavedRow>)> = Vec::new();
    for change in changes {
        let number = change.id.0 / ROWS;
        match pages.iter_mut().find(|(page, _)| *page == number) {
            Some((_, page)) => page.push(change),
            None => pages.push((number, vec![change])),
        }
    }
    pages
}

/// The page after the changes: the last word on each row counts, and forgotten rows are left out. Rows are in
/// the order of their ids.
pub(super) fn merge(mut rows: Vec<SavedRow>, changes: Vec<SavedRow>) -> Vec<SavedRow> {
    for change in changes {
        match rows.binary_search_by_key(&change.id, |row| row.id) {
            Ok(at) => rows[at] = change,
            Err(at) => rows.insert(at, change),
        }
    }
    rows.retain(|row| row.row.is_some());
    rows
}
