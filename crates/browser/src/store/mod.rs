//! What outlives a reload: folders with their handles, the catalog, the settings, the history. In IndexedDB, behind this
//! module, which hides its schema.
//!
//! The catalog is kept as *pages* of many rows in a compact binary form, which load fast, and *changes*, which
//! are appended as they happen and are small. Changes are folded into their pages now and then. One writer: the
//! holder of the engine's lock.

mod copies;
mod history;
mod pages;
mod records;
mod schema;

use std::cell::Cell;

use engine::{FolderId, FolderRules, Saved, SavedFolder, SavedRow, Settings};
use futures::channel::oneshot;
use gloo::events::EventListener;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{Error as DatabaseError, JSError, OpenDbError};
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::object_store::ObjectStore;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::bindings::DirectoryHandle;
use crate::{Fault, wire};
use records::FolderRecord;
use schema::{CATALOG, CHANGES, FOLDERS, PAGES, SETTINGS};

/// Folding rewrites the touched pages: rarely enough to cost little, often enough that loading stays fast.
const SAVES_BETWEEN_FOLDS: u32 = 2_000;

/// Some 16,000 rows.
const PAGES_AT_ONCE: f64 = 32.0;

pub struct Store {
    db: Database,
    saves: Cell<u32>,
}

/// What the store held at the start.
pub struct Loaded {
    pub saved: Saved,
    pub handles: Vec<(FolderId, DirectoryHandle)>,
}

impl Store {
    pub async fn open() -> Result<Store, Fault> {
        Store::open_named(schema::NAME).await
    }

    /// Under another name, for tests.
    pub async fn open_named(name: &str) -> Result<Store, Fault> {
        let db = schema::open(name).await?;
        Ok(Store { db, saves: Cell::new(0) })
    }

    pub async fn load(&self) -> Result<Loaded, Fault> {
        self.fold().await?;
        let folders = self.folder_records().await?;
        let saved_folder = |(id, FolderRecord { handle, rules }): &(FolderId, FolderRecord)| SavedFolder {
            id: *id,
            name: handle.name(),
            rules: *rules,
        };
        let saved = Saved {
            folders: folders.iter().map(saved_folder).collect(),
            rows: self.rows().await?,
            settings: self.settings().await?,
            staged: self.copies().await?,
            last_run: self.last_run().await?,
        };
        let handles = folders.into_iter().map(|(id, folder)| (id, folder.handle)).collect();
        Ok(Loaded { saved, handles })
    }

    /// Returns once the rows are in the database.
    pub async fn save(&self, rows: &[SavedRow]) -> Result<(), Fault> {
        let change = pages::encode(rows)?;
        let write = self.begin(&[CHANGES], TransactionMode::Readwrite)?;
        write.object_store(CHANGES)?.put(JsValue::from(change)).build()?;
        write.commit().await?;
        self.saves.set(self.saves.get() + 1);
        if self.saves.get() >= SAVES_BETWEEN_FOLDS {
            self.saves.set(0);
            self.fold().await?;
        }
        Ok(())
    }

    pub async fn save_settings(&self, settings: Settings) -> Result<(), Fault> {
        let record = wire::encode_behind(&[records::SETTINGS_FORM], &settings)?.into();
        self.set(SETTINGS, schema::THE_SETTINGS.into(), Some(record)).await
    }

    /// Stores a folder's handle under an id of its own.
    pub async fn add_folder(&self, handle: &DirectoryHandle) -> Result<FolderId, Fault> {
        let write = self.begin(&[FOLDERS], TransactionMode::Readwrite)?;
        let store = write.object_store(FOLDERS)?;
        let record = FolderRecord { handle: handle.clone(), rules: FolderRules::default() };
        let key: JsValue = store.put(record.to_js()?).with_key_type::<JsValue>().await?;
        write.commit().await?;
        Ok(FolderId(key.as_f64().unwrap_or_default() as u32))
    }

    pub async fn save_rules(&self, id: FolderId, rules: FolderRules) -> Result<(), Fault> {
        let Some(handle) = self.folder(id).await? else { return Ok(()) };
        self.set(FOLDERS, id.0.into(), Some(FolderRecord { handle, rules }.to_js()?)).await
    }

    pub async fn forget_folder(&self, id: FolderId) -> Result<(), Fault> {
        self.set(FOLDERS, id.0.into(), None).await
    }

    async fn folder(&self, id: FolderId) -> Result<Option<DirectoryHandle>, Fault> {
        let record = self.get(FOLDERS, id.0.into()).await?;
        Ok(record.and_then(|record| FolderRecord::from_js(&record)).map(|folder| folder.handle))
    }

    /// Ends once another context wants to upgrade or delete the database. It is let go then.
    pub async fn wait_for_version_change(&self) {
        let (tell, told) = oneshot::channel();
        let database: &EventTarget = self.db.as_sys().unchecked_ref();
        let _listener = EventListener::once(database, "versionchange", move |_| {
            // Nobody waits only if the host has ended already.
            _ = tell.send(());
        });
        _ = told.await;
        self.close();
    }

    /// Lets the database go, so that nobody waits for us who wants to upgrade it.
    pub fn close(&self) {
        self.db.clone().close();
    }

    async fn folder_records(&self) -> Result<Vec<(FolderId, FolderRecord)>, Fault> {
        let mut folders = Vec::new();
        for key in self.keys(FOLDERS).await? {
            let id = FolderId(key.as_f64().unwrap_or_default() as u32);
            let record = self.get(FOLDERS, key).await?;
            let folder = record.and_then(|record| FolderRecord::from_js(&record));
            folders.extend(folder.map(|folder| (id, folder)));
        }
        Ok(folders)
    }

    async fn rows(&self) -> Result<Vec<SavedRow>, Fault> {
        let last = self.keys(PAGES).await?.last().and_then(JsValue::as_f64);
        let read = self.begin(&[PAGES], TransactionMode::Readonly)?;
        let store = read.object_store(PAGES)?;
        // All are asked for at once: while some are decoded the next ones come.
        let (mut asked, mut from) = (Vec::new(), 0.0);
        while last.is_some_and(|last| from <= last) {
            let some = from..=from + PAGES_AT_ONCE - 1.0;
            asked.push(store.get_all::<JsValue>().with_query(some).primitive()?);
            from += PAGES_AT_ONCE;
        }
        let mut rows = Vec::new();
        for pages in asked {
            for page in pages.await? {
                rows.append(&mut pages::decode(&wire::bytes_of(&page?))?);
            }
        }
        Ok(rows)
    }

    async fn settings(&self) -> Result<Settings, Fault> {
        let record = self.get(SETTINGS, schema::THE_SETTINGS.into()).await?;
        record.map_or_else(|| Ok(Settings::default()), |record| records::settings_of(&record))
    }

    /// The record of this key.
    async fn get(&self, store: &str, key: JsValue) -> Result<Option<JsValue>, Fault> {
        let read = self.begin(&[store], TransactionMode::Readonly)?;
        Ok(read.object_store(store)?.get(key).await?)
    }

    async fn keys(&self, store: &str) -> Result<Vec<JsValue>, Fault> {
        let read = self.begin(&[store], TransactionMode::Readonly)?;
        keys(&read.object_store(store)?).await
    }

    /// Returns once the record is in the database, or none is.
    async fn set(&self, store: &str, key: JsValue, record: Option<JsValue>) -> Result<(), Fault> {
        let write = self.begin(&[store], TransactionMode::Readwrite)?;
        let records = write.object_store(store)?;
        match record {
            Some(record) => drop(records.put(record).with_key(key).build()?),
            None => drop(records.delete(key).build()?),
        }
        Ok(write.commit().await?)
    }

    /// Moves the changes into their pages, in one transaction.
    async fn fold(&self) -> Result<(), Fault> {
        let write = self.begin(&CATALOG, TransactionMode::Readwrite)?;
        let mut changes = Vec::new();
        for change in all(&write, CHANGES).await? {
            changes.extend(pages::decode(&change)?);
        }
        if changes.is_empty() {
            return Ok(write.abort().await?);
        }
        let store = write.object_store(PAGES)?;
        for (number, changed) in pages::by_page(changes) {
            let page: Option<JsValue> = store.get(JsValue::from(number)).await?;
            let rows =
                page.map(|page| pages::decode(&wire::bytes_of(&page))).transpose()?.unwrap_or_default();
            let merged = pages::encode(&pages::merge(rows, changed))?;
            store.put(JsValue::from(merged)).with_key(JsValue::from(number)).build()?;
        }
        write.object_store(CHANGES)?.clear()?;
        Ok(write.commit().await?)
    }

    fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction<'_>, Fault> {
        Ok(self.db.transaction(stores).with_mode(mode).build()?)
    }
}

async fn keys(store: &ObjectStore<'_>) -> Result<Vec<JsValue>, Fault> {
    let keys = store.get_all_keys::<JsValue>().await?;
    keys.map(|key| Ok(key?)).collect()
}

/// Every binary record of a store, in the order of its keys.
async fn all(read: &Transaction<'_>, store: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let records = read.object_store(store)?.get_all::<JsValue>().await?;
    records.map(|record| Ok(wire::bytes_of(&record?))).collect()
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

impl From<OpenDbError> for Fault {
    fn from(error: OpenDbError) -> Fault {
        match error {
            OpenDbError::Base(error) => error.into(),
            OpenDbError::VersionZero => Fault::new("DataError", "version zero"),
            OpenDbError::UnsupportedEnvironment | OpenDbError::NullFactory => {
                Fault::new("NotSupportedError", "this browser has no IndexedDB here")
            }
        }
    }
}
