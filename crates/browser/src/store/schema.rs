//! The schema of the database, and the numbered upgrade steps that lead to it. An upgrade adds and moves data; it never
//! wipes.

use indexed_db_futures::database::Database;
use indexed_db_futures::error::Error;
use indexed_db_futures::prelude::*;

use super::StoreFault;

pub(super) const NAME: &str = "safelight";

/// Key: folder id, assigned by the database. Value: see [`super::records::FolderRecord`].
pub(super) const FOLDERS: &str = "folders";
/// Key: page number. Value: bytes, see [`engine::record::pages`].
pub(super) const PAGES: &str = "pages";
/// Key: order of saving. Value: bytes, see [`engine::record::pages`].
pub(super) const CHANGES: &str = "changes";
/// Key: one of the names below. Value: a plain object with the number of its format version.
pub(super) const RECORDS: &str = "records";
pub(super) const SETTINGS: &str = "settings";
pub(super) const MEMORY: &str = "memory";
pub(super) const INCIDENTS: &str = "incidents";
/// Key: the time at which the run began. Value: a plain object with the number of its format version.
pub(super) const RUNS: &str = "runs";
/// Key: see [`crate::hash::Checkpoint::key`]. Value: bytes of a checkpoint. If one cannot be read, the file is hashed
/// from the beginning.
pub(super) const CHECKPOINTS: &str = "checkpoints";
/// Key: row id. Value: a file, see [`super::copies`].
pub(super) const COPIES: &str = "copies";
pub(super) const CATALOG: [&str; 2] = [PAGES, CHANGES];

type Migration = fn(&Database) -> Result<(), Error>;

/// The step at position n leads from version n to n + 1. Steps are added, never changed.
const MIGRATIONS: &[Migration] = &[begin];

fn begin(db: &Database) -> Result<(), Error> {
    db.create_object_store(FOLDERS).with_auto_increment(true).build()?;
    db.create_object_store(CHANGES).with_auto_increment(true).build()?;
    for name in [PAGES, RECORDS, RUNS, CHECKPOINTS, COPIES] {
        db.create_object_store(name).build()?;
    }
    Ok(())
}

/// Runs the missing upgrade steps in one transaction. If one fails, the database stays as it was.
pub(super) async fn open(name: &str) -> Result<Database, StoreFault> {
    let version = u8::try_from(MIGRATIONS.len()).unwrap_or(u8::MAX);
    let opening = Database::open(name).with_version(version).with_on_upgrade_needed(|event, db| {
        let old = event.old_version() as usize;
        MIGRATIONS.iter().skip(old).try_for_each(|step| step(&db))
    });
    Ok(opening.await?)
}
