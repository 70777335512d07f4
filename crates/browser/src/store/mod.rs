//! What outlives a reload: folders with their handles, the catalog, the settings. In IndexedDB, behind this
//! module, which hides its schema.
//!
//! The catalog is kept as *pages* of many rows in a compact binary form, which load fast, and *changes*, which
//! are appended as they happen and are small. Changes are folded into their pages now and then. One writer: the
//! holder of the engine's lock.

mod pages;
mod schema;

use std::cell::Cell;

use engine::{FolderId, Saved, SavedRow, Settings};
use futures::channel::oneshot;
use gloo::events::EventListener;
use indexed_db_futures::database::Database;
use indexed_db_futures::error::{Error as DatabaseError, JSError, OpenDbError};
use indexed_db_futures::internals::SystemRepr;
use indexed_db_futures::prelude::*;
use indexed_db_futures::transaction::{Transaction, TransactionMode};
use js_sys::{Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::Fault;
use crate::bindings::DirectoryHandle;
use schema::{CATALOG, CHANGES, FOLDERS, PAGES, SETTINGS};

/// Folding rewrites the touched pages: rarely enough to cost little, often enough that loading stays fast.
const SAVES_BETWEEN_FOLDS: u32 = 2_000;

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
        let folders = self.folders().await?;
        let saved = Saved {
            folders: folders.iter().map(|(id, handle)| (*id, handle.name())).collect(),
            rows: self.rows().await?,
            settings: self.settings().await?,
        };
        Ok(Loaded { saved, handles: folders })
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
        let value =
            serde_wasm_bindgen::to_value(&settings).map_err(|error| Fault::from(JsValue::from(error)))?;
        let write = self.begin(&[SETTINGS], TransactionMode::Readwrite)?;
        write.object_store(SETTINGS)?.put(value).with_key(schema::THE_SETTINGS).build()?;
        Ok(write.commit().await?)
    }

    /// Stores a folder's handle under an id of its own.
    pub async fn add_folder(&self, handle: &DirectoryHandle) -> Result<FolderId, Fault> {
        let write = self.begin(&[FOLDERS], TransactionMode::Readwrite)?;
        let store = write.object_store(FOLDERS)?;
        let key: f64 = store.put(schema::folder_record(handle)).with_key_type::<f64>().await?;
        write.commit().await?;
        Ok(FolderId(key as u32))
    }

    pub async fn forget_folder(&self, id: FolderId) -> Result<(), Fault> {
        let write = self.begin(&[FOLDERS], TransactionMode::Readwrite)?;
        write.object_store(FOLDERS)?.delete(f64::from(id.0)).build()?;
        Ok(write.commit().await?)
    }

    /// For the window, which alone may ask the person for a permission.
    pub async fn folder(&self, id: FolderId) -> Result<Option<DirectoryHandle>, Fault> {
        let read = self.begin(&[FOLDERS], TransactionMode::Readonly)?;
        let record: Option<JsValue> = read.object_store(FOLDERS)?.get(f64::from(id.0)).await?;
        Ok(record.and_then(|record| schema::handle_of(&record)))
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
        self.db.clone().close();
    }

    /// Every folder with its handle.
    pub async fn folders(&self) -> Result<Vec<(FolderId, DirectoryHandle)>, Fault> {
        let read = self.begin(&[FOLDERS], TransactionMode::Readonly)?;
        let store = read.object_store(FOLDERS)?;
        let mut folders = Vec::new();
        let keys = store.get_all_keys::<f64>().await?.collect::<Result<Vec<_>, _>>()?;
        for key in keys {
            let record: Option<JsValue> = store.get(key).await?;
            let handle = record.and_then(|record| schema::handle_of(&record));
            folders.extend(handle.map(|handle| (FolderId(key as u32), handle)));
        }
        Ok(folders)
    }

    async fn rows(&self) -> Result<Vec<SavedRow>, Fault> {
        let read = self.begin(&[PAGES], TransactionMode::Readonly)?;
        let pages = all(&read, PAGES).await?;
        let rows = pages.iter().map(|page| pages::decode(page)).collect::<Result<Vec<_>, _>>()?;
        Ok(rows.concat())
    }

    async fn settings(&self) -> Result<Settings, Fault> {
        let read = self.begin(&[SETTINGS], TransactionMode::Readonly)?;
        let value: Option<JsValue> = read.object_store(SETTINGS)?.get(schema::THE_SETTINGS).await?;
        match value {
            Some(value) => {
                serde_wasm_bindgen::from_value(value).map_err(|error| Fault::from(JsValue::from(error)))
            }
            None => Ok(Settings::default()),
        }
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
            let page: Option<JsValue> = store.get(f64::from(number)).await?;
            let rows = page.map(|page| pages::decode(&bytes_of(&page))).transpose()?.unwrap_or_default();
            let merged = pages::encode(&pages::merge(rows, changed))?;
            store.put(JsValue::from(merged)).with_key(f64::from(number)).build()?;
        }
        write.object_store(CHANGES)?.clear()?;
        Ok(write.commit().await?)
    }

    fn begin(&self, stores: &[&str], mode: TransactionMode) -> Result<Transaction<'_>, Fault> {
        Ok(self.db.transaction(stores).with_mode(mode).build()?)
    }
}

/// Every binary record of a store, in the order of its keys.
async fn all(read: &Transaction<'_>, store: &str) -> Result<Vec<Vec<u8>>, Fault> {
    let records = read.object_store(store)?.get_all::<JsValue>().await?;
    records.map(|record| Ok(bytes_of(&record?))).collect()
}

fn bytes_of(record: &JsValue) -> Vec<u8> {
    record.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
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

/// A plain object with these properties.
fn object(properties: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in properties {
        // Setting a property of a fresh plain object cannot fail.
        _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}
