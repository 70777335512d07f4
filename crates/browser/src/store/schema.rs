//! The shape of the database, and the numbered steps that lead to it. An upgrade adds and moves; it never wipes.

use std::cell::Cell;
use std::rc::Rc;

use futures::channel::oneshot;
use gloo::events::EventListener;
use indexed_db_futures::database::Database;
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{IdbDatabase, IdbFactory, IdbObjectStoreParameters, IdbOpenDbRequest, IdbVersionChangeEvent};

use crate::Fault;

pub(super) const NAME: &str = "safelight";

/// Key: folder id, given by the database. Value: `{ handle, rules }`, the rules as bytes if they were ever set.
pub(super) const FOLDERS: &str = "folders";
/// Key: page number. Value: bytes, see [`super::pages`].
pub(super) const PAGES: &str = "pages";
/// Key: order of saving. Value: bytes, see [`super::pages`].
pub(super) const CHANGES: &str = "changes";
/// Key: the moment at which the run began. Value: bytes of a run.
pub(super) const RUNS: &str = "runs";
/// Key: see [`crate::hash::Checkpoint::key`]. Value: bytes of a checkpoint.
pub(super) const CHECKPOINTS: &str = "checkpoints";
/// Key: row id. Value: a file, see [`super::copies`].
pub(super) const COPIES: &str = "copies";
/// One record: bytes of the settings, behind the number of their form.
pub(super) const SETTINGS: &str = "settings";
pub(super) const THE_SETTINGS: &str = "settings";
pub(super) const CATALOG: [&str; 2] = [PAGES, CHANGES];

type Step = fn(&IdbDatabase) -> Result<(), JsValue>;

/// The step at position n leads from version n to n + 1. Steps are added, never changed.
const STEPS: &[Step] = &[begin, add_history, add_copies];

fn begin(db: &IdbDatabase) -> Result<(), JsValue> {
    let numbered = IdbObjectStoreParameters::new();
    numbered.set_auto_increment(true);
    db.create_object_store_with_optional_parameters(FOLDERS, &numbered)?;
    db.create_object_store(PAGES)?;
    db.create_object_store_with_optional_parameters(CHANGES, &numbered)?;
    db.create_object_store(SETTINGS)?;
    Ok(())
}

fn add_history(db: &IdbDatabase) -> Result<(), JsValue> {
    db.create_object_store(RUNS)?;
    db.create_object_store(CHECKPOINTS)?;
    Ok(())
}

fn add_copies(db: &IdbDatabase) -> Result<(), JsValue> {
    db.create_object_store(COPIES)?;
    Ok(())
}

pub(super) async fn open(name: &str) -> Result<Database, Fault> {
    let version = u8::try_from(STEPS.len()).unwrap_or(u8::MAX);
    upgrade(name, u32::from(version)).await?;
    Ok(Database::open(name).with_version(version).await?)
}

/// Takes the steps that are missing, in one transaction. Not through the library: what its upgrades say of their
/// errors needs the writing of fractions, and that is a twentieth of the worker.
async fn upgrade(name: &str, version: u32) -> Result<(), Fault> {
    let factory: IdbFactory = Reflect::get(&js_sys::global(), &"indexedDB".into())?.unchecked_into();
    let request = factory.open_with_u32(name, version)?;
    let database = |request: &IdbOpenDbRequest| request.result().map(IdbDatabase::unchecked_from_js);
    let taking = request.clone();
    let _steps = EventListener::once(&request, "upgradeneeded", move |event| {
        let old = event.unchecked_ref::<IdbVersionChangeEvent>().old_version() as usize;
        let taken = database(&taking).and_then(|db| STEPS.iter().skip(old).try_for_each(|step| step(&db)));
        // The request then fails, and the database stays as it was.
        let abort = || taking.transaction().map(|transaction| transaction.abort());
        _ = taken.is_err().then(abort);
    });
    let (tell, told) = oneshot::channel();
    let tell = Rc::new(Cell::new(Some(tell)));
    let end = |name: &'static str| {
        let tell = Rc::clone(&tell);
        EventListener::once(&request, name, move |_| _ = tell.take().map(|tell| tell.send(())))
    };
    let _ends = [end("success"), end("error")];
    // Nobody drops the sender before one of the two came.
    _ = told.await;
    if let Some(error) = request.error()? {
        return Err(JsValue::from(error).into());
    }
    database(&request)?.close();
    Ok(())
}
