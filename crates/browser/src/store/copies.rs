//! Copies of files that wait for upload. The browser copies the bytes of a stored file and keeps its name and time, so
//! any context can read it, whatever happens to the permission of its folder (measured).

use engine::{CopyEnd, FileId, Stamp};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::schema::COPIES;
use super::{Store, Write};
use crate::Fault;
use crate::bindings::storage_estimate;
use crate::properties::property;
use crate::source::stamp_of;

/// The part of the quota that copies must leave free, because other records need room too.
const ROOM_LEFT_PART: f64 = 0.2;

impl Store {
    /// The ids of the rows that have a copy.
    pub async fn copies(&self) -> Result<Vec<FileId>, Fault> {
        let keys = self.keys(COPIES).await?;
        Ok(keys.iter().filter_map(JsValue::as_f64).map(|key| FileId(key as u32)).collect())
    }

    /// The copy, if it was made of the file with this stamp.
    pub async fn copy(&self, id: FileId, stamp: Stamp) -> Option<File> {
        let record = self.get(COPIES, id.0.into()).await.ok()??;
        record.dyn_into().ok().filter(|file| stamp_of(file) == stamp)
    }

    pub async fn add_copy(&self, id: FileId, file: &File) -> CopyEnd {
        if !has_room_for(file.size()).await {
            return CopyEnd::NoRoom;
        }
        match self.write(vec![Write::put(COPIES, id.0.into(), file.into())]).await {
            Ok(()) => CopyEnd::Copied,
            Err(fault) if fault.is("QuotaExceededError") => CopyEnd::NoRoom,
            Err(_) => CopyEnd::Failed,
        }
    }

    /// Failed deletions are retried at the next start.
    pub async fn remove_copies(&self, ids: &[FileId]) {
        _ = self.write(ids.iter().map(|id| Write::delete(COPIES, id.0.into())).collect()).await;
    }
}

async fn has_room_for(bytes: f64) -> bool {
    let Ok(estimate) = storage_estimate().await else { return true };
    let number = |name| property(&estimate, name).as_f64();
    let known = number("quota").zip(number("usage"));
    known.is_none_or(|(quota, usage)| usage + bytes <= quota * (1.0 - ROOM_LEFT_PART))
}
