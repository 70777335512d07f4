//! What outlives a reload: folders with their handles, the catalog, the settings, the history. All of it is in
//! IndexedDB, and this module hides the schema.
//!
//! The catalog is stored as *pages*, which hold many rows in a compact binary form and load fast, and *changes*, which
//! are small and are appended as they happen. From time to time, changes are folded into their pages. There is one
//! writer: the holder of the engine's lock.

mod catalog;
mod copies;
mod history;
mod records;
mod schema;

use std::cell::Cell;
use std::fmt;

use engine::record::{Newer, Record, pages};
use engine::{Changes, FolderId, FolderRules, Incident, Loaded, Saved};
use futures::channel::oneshot;
use futures::{TryFutureExt, try_join};
use gloo::events::EventListener;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{Error as DatabaseError, JSError, OpenDbError};
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::Fault;
use crate::bindings::DirectoryHandle;
use records::FolderRecord;
use schema::{CHANGES, FOLDERS, INCIDENTS, MEMORY, RECORDS, SETTINGS};

/// Folding rewrites the affected pages: rarely enough to cost little, often enough that loading stays fast.
const SAVES_BETWEEN_FOLDS: u32 = 2_000;
/// So many changes are folded at the start. Fewer cost a start less than folding them.
const MOST_LEFT_AT_START: usize = 100;

pub struct Store {
    db: Database,
    saves: Cell<u32>,
}

/// What the store contained at the start.
pub struct Opened {
    pub saved: Saved,
    pub handles: Vec<(FolderId, DirectoryHandle)>,
}

/// Why a store cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreFault {
    /// A newer Safelight wrote it, and only that version can open it.
    Newer,
    Browser(Fault),
}

impl Store {
    pub async fn open() -> Result<Store, StoreFault> {
        Store::open_named(schema::NAME).await
    }

    /// Opens a store with another name, for tests.
    pub async fn open_named(name: &str) -> Result<Store, StoreFault> {
        let db = schema::open(name).await?;
        Ok(Store { db, saves: Cell::new(0) })
    }

    /// Everything is requested at once: a wake-up has to wait for the slowest answer, not for the sum of them.
    pub async fn load(&self) -> Result<Opened, StoreFault> {
        let (rows, folders, settings, memory, incidents, copies, last_run) = try_join!(
            self.rows(),
            self.folder_records(),
            self.record(SETTINGS),
            self.record(MEMORY),
            self.record::<Vec<Incident>>(INCIDENTS),
            self.copies().err_into(),
            self.last_run(),
        )?;
        let saved = Saved {
            folders: folders.iter().map(|(id, folder)| folder.saved(*id)).collect(),
            rows: rows.rows,
            unreadable_rows: rows.unreadable,
            settings,
            memory,
            // Incidents are only for a report; nothing depends on them.
            incidents: incidents.known().cloned().unwrap_or_default(),
            copies,
            last_run,
        };
        let handles = folders.into_iter().filter_map(|(id, folder)| Some((id, folder.handle?))).collect();
        Ok(Opened { saved, handles })
    }

    /// Returns once everything is in the database or nothing is: it is one transaction. All requests are made at once,
    /// because a transaction that has to wait for us may commit by itself, half done.
    pub async fn save(&self, changes: &Changes) -> Result<(), StoreFault> {
        let Changes { rows, settings, memory, rules, runs, incidents, forgotten } = changes;
        let mut writes = self.with_rules(rules).await?;
        if !rows.is_empty() {
            writes.push(added_rows(rows)?);
        }
        writes.extend(put_record(SETTINGS, settings.as_ref())?);
        writes.extend(put_record(MEMORY, memory.as_ref())?);
        writes.extend(put_record(INCIDENTS, incidents.as_ref())?);
        for run in runs {
            history::put_run(&mut writes, run)?;
        }
        writes.extend(forgotten.iter().map(|id| Write::delete(FOLDERS, id.0.into())));
        self.write(writes).await?;
        if !rows.is_empty() {
            self.fold_now_and_then().await?;
        }
        Ok(())
    }

    /// The records of these folders with their new rules. A folder that was deleted has none.
    async fn with_rules(&self, rules: &[(FolderId, FolderRules)]) -> Result<Vec<Write>, Fault> {
        let mut folders = Vec::new();
        for (id, rules) in rules {
            if let Some(record) = self.get(FOLDERS, id.0.into()).await? {
                records::set_rules(&record, rules.clone())?;
                folders.push(Write::put(FOLDERS, id.0.into(), record));
            }
        }
        Ok(folders)
    }

    async fn fold_now_and_then(&self) -> Result<(), StoreFault> {
        self.saves.set(self.saves.get() + 1);
        if self.saves.get() >= SAVES_BETWEEN_FOLDS {
            self.saves.set(0);
            self.fold().await?;
        }
        Ok(())
    }

    /// Stores a folder's handle under a new id.
    pub async fn add_folder(&self, handle: &DirectoryHandle) -> Result<FolderId, Fault> {
        let write = self.begin(&[FOLDERS], TransactionMode::Readwrite)?;
        let store = write.object_store(FOLDERS)?;
        let record = records::write_folder(handle, FolderRules::default())?;
        let key: JsValue = store.put(record).with_key_type::<JsValue>().await?;
        write.commit().await?;
        folder_id(&key)
    }

    /// Ends once another context wants to upgrade or delete the database. The database is closed by then.
    pub async fn wait_for_version_change(&self) {
        let (tell, told) = oneshot::channel();
        let database: &EventTarget = self.db.as_sys().unchecked_ref();
        let _listener = EventListener::once(database, "versionchange", move |_| {
            // The receiver is gone only if the host has already ended.
            _ = tell.send(());
        });
        _ = told.await;
        self.close();
    }

    /// Closes the database, so that another context can upgrade it without waiting for us.
    pub fn close(&self) {
        self.db.clone().close();
    }

    async fn folder_records(&self) -> Result<Vec<(FolderId, FolderRecord)>, StoreFault> {
        let mut folders = Vec::new();
        for key in self.keys(FOLDERS).await? {
            let id = folder_id(&key)?;
            if let Some(record) = self.get(FOLDERS, key).await? {
                folders.push((id, FolderRecord::read(&record)?));
            }
        }
        Ok(folders)
    }

    /// The record of this name, or the default if there is none.
    async fn record<T: Record + Default>(&self, name: &str) -> Result<Loaded<T>, StoreFault> {
        let record = self.get(RECORDS, name.into()).await?;
        Ok(record.map_or_else(|| Ok(Loaded::default()), |record| records::read(&record))?)
    }

    /// The record with this key.
    async fn get(&self, store: &str, key: JsValue) -> Result<Option<JsValue>, Fault> {
        let read = self.begin(&[store], TransactionMode::Readonly)?;
        Ok(read.object_store(store)?.get(key).await?)
    }

    async fn keys(&self, store: &str) -> Result<Vec<JsValue>, Fault> {
        let read = self.begin(&[store], TransactionMode::Readonly)?;
        keys(&read.object_store(store)?).await
    }

    /// Returns once everything is in the database or nothing has changed.
    async fn write(&self, writes: Vec<Write>) -> Result<(), Fault> {
        if writes.is_empty() {
            return Ok(());
        }
        // The transaction locks no others than these.
        let mut stores: Vec<&str> = Vec::new();
        for Write { store, .. } in &writes {
            if !stores.contains(store) {
                stores.push(store);
            }
        }
        let transaction = self.begin(&stores, TransactionMode::Readwrite)?;
        for Write { store, key, record } in writes {
            let store = transaction.object_store(store)?;
            match (key, record) {
                (Some(key), Some(record)) => drop(store.put(record).with_key(key).build()?),
                (Some(key), None) => drop(store.delete(key).build()?),
                (None, Some(record)) => drop(store.put(record).build()?),
                (None, None) => {}
            }
        }
        Ok(transaction.commit().await?)
    }

    fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction<'_>, Fault> {
        Ok(self.db.transaction(stores).with_mode(mode).build()?)
    }
}

/// A change of one record.
struct Write {
    store: &'static str,
    /// None if the store gives the next number.
    key: Option<JsValue>,
    /// None if the record is deleted.
    record: Option<JsValue>,
}

impl Write {
    fn put(store: &'static str, key: JsValue, record: JsValue) -> Write {
        Write { store, key: Some(key), record: Some(record) }
    }

    fn delete(store: &'static str, key: JsValue) -> Write {
        Write { store, key: Some(key), record: None }
    }
}

fn added_rows(rows: &[engine::SavedRow]) -> Result<Write, Fault> {
    let bytes = pages::encode(rows).map_err(|error| Fault::new("EncodingError", error.to_string()))?;
    Ok(Write { store: CHANGES, key: None, record: Some(Uint8Array::from(&*bytes).into()) })
}

fn put_record<T>(name: &str, record: Option<&T>) -> Result<Option<Write>, Fault>
where
    T: Record + Serialize + Clone,
{
    let record = record.map(|record| records::write(record.clone())).transpose()?;
    Ok(record.map(|record| Write::put(RECORDS, name.into(), record)))
}

fn folder_id(key: &JsValue) -> Result<FolderId, Fault> {
    let number = key.as_f64().ok_or_else(|| Fault::new("DataError", "a folder's key is no number"))?;
    Ok(FolderId(number as u32))
}

async fn keys(store: &ObjectStore<'_>) -> Result<Vec<JsValue>, Fault> {
    let keys = store.get_all_keys::<JsValue>().await?;
    keys.map(|key| Ok(key?)).collect()
}

impl fmt::Display for StoreFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StoreFault::Newer => write!(f, "a newer Safelight wrote this"),
            StoreFault::Browser(fault) => write!(f, "{fault}"),
        }
    }
}

impl From<Newer> for StoreFault {
    fn from(Newer: Newer) -> StoreFault {
        StoreFault::Newer
    }
}

impl From<Fault> for StoreFault {
    fn from(fault: Fault) -> StoreFault {
        StoreFault::Browser(fault)
    }
}

impl From<DatabaseError> for StoreFault {
    fn from(error: DatabaseError) -> StoreFault {
        StoreFault::Browser(error.into())
    }
}

impl From<DatabaseError> for Fault {
    fn from(error: DatabaseError) -> Fault {
        match error {
            DatabaseError::DomException(exception) => Fault::new(&exception.name(), exception.message()),
            DatabaseError::Unknown(JSError::Error(error)) => Fault::from(JsValue::from(error)),
            DatabaseError::Unknown(JSError::Unknown(thrown)) => Fault::from(thrown),
            DatabaseError::Serialisation(_) => Fault::new("DataError", "a record of the wrong type"),
            DatabaseError::MissingData(_) => Fault::new("DataError", "a record is missing"),
        }
    }
}

impl From<OpenDbError> for StoreFault {
    fn from(error: OpenDbError) -> StoreFault {
        let fault = match error {
            OpenDbError::Base(error) => error.into(),
            OpenDbError::VersionZero => Fault::new("DataError", "version zero"),
            OpenDbError::UnsupportedEnvironment | OpenDbError::NullFactory => {
                Fault::new("NotSupportedError", "this browser has no IndexedDB here")
            }
        };
        // The version of the database is newer than ours.
        if fault.is("VersionError") { StoreFault::Newer } else { StoreFault::Browser(fault) }
    }
}
