//! Rows as bytes: one byte that names the form, then the rows by postcard. And which rows share a page.

use std::collections::BTreeMap;

use engine::SavedRow;
use js_sys::Uint8Array;

use crate::Fault;

/// Rows to a page: some 40 kB, so that 100,000 files are 200 records to load and one change rewrites little.
const ROWS: u32 = 512;
/// The form of the bytes that follow.
const FORM: u8 = 1;

pub(super) fn encode(rows: &[SavedRow]) -> Result<Uint8Array, Fault> {
    let bytes = postcard::to_extend(rows, vec![FORM])
        .map_err(|error| Fault::new("EncodingError", error.to_string()))?;
    Ok(Uint8Array::from(bytes.as_slice()))
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<SavedRow>, Fault> {
    match bytes.split_first() {
        Some((&FORM, rows)) => {
            postcard::from_bytes(rows).map_err(|error| Fault::new("EncodingError", error.to_string()))
        }
        Some((form, _)) => Err(Fault::new("EncodingError", format!("rows in form {form}"))),
        None => Ok(Vec::new()),
    }
}

/// The changes of each page, in the order in which they happened.
pub(super) fn by_page(changes: Vec<SavedRow>) -> BTreeMap<u32, Vec<SavedRow>> {
    let mut pages: BTreeMap<u32, Vec<SavedRow>> = BTreeMap::new();
    for change in changes {
        pages.entry(change.id.0 / ROWS).or_default().push(change);
    }
    pages
}

/// The page after the changes: the last word on each row counts, and forgotten rows are left out.
pub(super) fn merge(rows: Vec<SavedRow>, changes: Vec<SavedRow>) -> Vec<SavedRow> {
    let mut merged: BTreeMap<_, _> = rows.into_iter().map(|saved| (saved.id, saved)).collect();
    merged.extend(changes.into_iter().map(|saved| (saved.id, saved)));
    merged.into_values().filter(|saved| saved.row.is_some()).collect()
}
