//! Rows as the first version wrote them: they did not know what was proven before a change.

use engine::{FileId, FileState, FolderId, Row, SavedRow, Stamp};
use serde::Deserialize;

use crate::{Fault, wire};

#[derive(Deserialize)]
struct OldSavedRow {
    id: FileId,
    row: Option<OldRow>,
}

#[derive(Deserialize)]
struct OldRow {
    folder: FolderId,
    path: Box<str>,
    stamp: Stamp,
    state: FileState,
    attempts: u8,
}

pub(super) fn decode(bytes: &[u8]) -> Result<Vec<SavedRow>, Fault> {
    let rows: Vec<OldSavedRow> = wire::decode_bytes(bytes)?;
    Ok(rows.into_iter().map(|old| SavedRow { id: old.id, row: old.row.map(Row::from) }).collect())
}

impl From<OldRow> for Row {
    fn from(old: OldRow) -> Row {
        let OldRow { folder, path, stamp, state, attempts } = old;
        Row { folder, path, stamp, state, attempts, before: None }
    }
}
