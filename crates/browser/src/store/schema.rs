//! The shape of the database, and the numbered steps that lead to it. An upgrade adds and moves; it never wipes.

use indexed_db_futures::database::{Database, VersionChangeEvent};
use indexed_db_futures::prelude::*;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

use super::object;
use crate::Fault;
use crate::bindings::DirectoryHandle;

pub(super) const NAME: &str = "safelight";

/// Key: folder id, given by the database. Value: `{ handle }`.
pub(super) const FOLDERS: &str = "folders";
/// Key: page number. Value: bytes, see [`super::pages`].
pub(super) const PAGES: &str = "pages";
/// Key: order of saving. Value: bytes, see [`super::pages`].
pub(super) const CHANGES: &str = "changes";
/// One record.
pub(super) const SETTINGS: &str = "settings";
pub(super) const THE_SETTINGS: &str = "settings";
pub(super) const CATALOG: [&str; 2] = [PAGES, CHANGES];

type Step = fn(&Database) -> indexed_db_futures::Result<()>;

/// The step at position n leads from version n to n + 1. Steps are added, never changed.
const STEPS: &[Step] = &[begin];

fn begin(db: &Database) -> indexed_db_futures::Result<()> {
    db.create_object_store(FOLDERS).with_auto_increment(true).build()?;
    db.create_object_store(PAGES).build()?;
    db.create_object_store(CHANGES).with_auto_increment(true).build()?;
    db.create_object_store(SETTINGS).build()?;
    Ok(())
}

pub(super) async fn open(name: &str) -> Result<Database, Fault> {
    let version = u8::try_from(STEPS.len()).unwrap_or(u8::MAX);
    let upgrade = |event: VersionChangeEvent, db: Database| {
        STEPS.iter().skip(event.old_version() as usize).try_for_each(|step| step(&db))
    };
    Ok(Database::open(name).with_version(version).with_on_upgrade_needed(upgrade).await?)
}

pub(super) fn folder_record(handle: &DirectoryHandle) -> JsValue {
    object(&[("handle", handle)])
}

pub(super) fn handle_of(record: &JsValue) -> Option<DirectoryHandle> {
    Reflect::get(record, &"handle".into()).ok().filter(JsValue::is_object).map(JsCast::unchecked_into)
}
