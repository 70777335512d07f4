//! Rows as bytes: one byte for the form of the frames, then one frame per row, encoded with postcard. A row begins with
//! its own form, so that rows of several forms may stand in one page: folding moves them unread. A row that cannot be
//! read does not prevent the others from being read, and its bytes are kept.
//!
//! A page holds many rows, a change holds a few. Both are encoded the same way. Changes are folded into their pages
//! from time to time.

use std::collections::{BTreeMap, HashMap};

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::Newer;
use crate::row::{FileId, Row, SavedRow};

/// The form of the rows that are written now.
pub const FORM: u8 = 4;
/// The form of the frames around them.
const FRAMES: u8 = 1;
/// Follows a row whose name is hidden.
const HIDDEN: u8 = 1;
/// Rows per page. A page has about 40 kB, so 100,000 files are 200 records to load, and one change rewrites little.
pub const ROWS_PER_PAGE: u32 = 512;

/// A row that can be skipped.
#[derive(Serialize, Deserialize)]
struct Frame<'a> {
    id: FileId,
    /// `None` if the row is to be deleted.
    #[serde(borrow, with = "serde_bytes")]
    row: Option<&'a [u8]>,
}

/// The rows that were decoded from some bytes.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Rows {
    pub rows: Vec<SavedRow>,
    /// Rows that cannot be decoded.
    pub unreadable: Vec<FileId>,
    /// The bytes end in the middle of a frame, or are not frames at all. Nobody knows which further rows they held.
    pub is_cut_off: bool,
}

pub fn encode(rows: &[SavedRow]) -> postcard::Result<Vec<u8>> {
    let mut bytes = vec![FRAMES];
    for SavedRow { id, row } in rows {
        let row = row.as_ref().map(encode_row).transpose()?;
        bytes = postcard::to_extend(&Frame { id: *id, row: row.as_deref() }, bytes)?;
    }
    Ok(bytes)
}

pub fn decode(bytes: &[u8]) -> Result<Rows, Newer> {
    let mut frames = Frames::of(bytes)?;
    let mut read = Rows::default();
    for Frame { id, row } in &mut frames {
        match row.map(decode_row) {
            None => read.rows.push(SavedRow { id, row: None }),
            Some(Ok(Some(row))) => read.rows.push(SavedRow { id, row: Some(row) }),
            Some(Ok(None)) => read.unreadable.push(id),
            Some(Err(newer)) => return Err(newer),
        }
    }
    read.is_cut_off = frames.is_cut_off;
    Ok(read)
}

/// The form, the row, and a mark if its name is hidden.
fn encode_row(row: &Row) -> postcard::Result<Vec<u8>> {
    let mut bytes = postcard::to_extend(row, vec![FORM])?;
    bytes.extend(row.hidden.then_some(HIDDEN));
    Ok(bytes)
}

/// `None` if the row cannot be decoded.
fn decode_row(bytes: &[u8]) -> Result<Option<Row>, Newer> {
    match bytes.split_first() {
        // Form 2 has more failures, form 3 more problems and the mark of a hidden name, form 4 files that were left out
        // by name.
        Some((1..=FORM, bytes)) => {
            let row = postcard::take_from_bytes::<Row>(bytes).ok();
            Ok(row.map(|(row, rest)| Row { hidden: rest == [HIDDEN], ..row }))
        }
        Some((form, _)) if *form > FORM => Err(Newer),
        Some(_) | None => Ok(None),
    }
}

/// The page after these changes. The last version of each row counts, and deleted rows are left out. `None` if the
/// page is cut off: the page and the changes then stay as they are.
pub fn fold<'a>(
    page: &'a [u8],
    changes: impl IntoIterator<Item = (FileId, Option<&'a [u8]>)>,
) -> Result<Option<Vec<u8>>, Newer> {
    let mut frames = Frames::of(page)?;
    let mut rows: BTreeMap<FileId, Option<&[u8]>> = BTreeMap::new();
    rows.extend((&mut frames).map(|frame| (frame.id, frame.row)));
    if frames.is_cut_off {
        return Ok(None);
    }
    rows.extend(changes);
    let mut bytes = vec![FRAMES];
    for (id, row) in rows.into_iter().filter(|(_, row)| row.is_some()) {
        bytes = match postcard::to_extend(&Frame { id, row }, bytes) {
            Ok(bytes) => bytes,
            Err(_) => return Ok(None),
        };
    }
    Ok(Some(bytes))
}

/// Saved changes, in order, grouped by their page. `None` if one of them is cut off.
pub fn by_page(changes: &[Vec<u8>]) -> Result<Option<Changed<'_>>, Newer> {
    let mut pages = Changed::default();
    for change in changes {
        let mut frames = Frames::of(change)?;
        for Frame { id, row } in &mut frames {
            pages.entry(id.0 / ROWS_PER_PAGE).or_default().push((id, row));
        }
        if frames.is_cut_off {
            return Ok(None);
        }
    }
    Ok(Some(pages))
}

/// The changed rows of each page, as bytes.
pub type Changed<'a> = HashMap<u32, Vec<(FileId, Option<&'a [u8]>)>, FxBuildHasher>;

struct Frames<'a> {
    rest: &'a [u8],
    is_cut_off: bool,
}

impl<'a> Frames<'a> {
    fn of(bytes: &'a [u8]) -> Result<Frames<'a>, Newer> {
        match bytes.split_first() {
            Some((&FRAMES, rest)) => Ok(Frames { rest, is_cut_off: false }),
            Some((form, _)) if *form > FRAMES => Err(Newer),
            // A page that was never written has no rows.
            None => Ok(Frames { rest: &[], is_cut_off: false }),
            Some(_) => Ok(Frames { rest: &[], is_cut_off: true }),
        }
    }
}

impl<'a> Iterator for Frames<'a> {
    type Item = Frame<'a>;

    fn next(&mut self) -> Option<Frame<'a>> {
        if self.rest.is_empty() {
            return None;
        }
        match postcard::take_from_bytes(self.rest) {
            Ok((frame, rest)) => {
                self.rest = rest;
                Some(frame)
            }
            Err(_) => {
                (self.rest, self.is_cut_off) = (&[], true);
                None
            }
        }
    }
}
