//! The store in a real IndexedDB: after a restart it has exactly what was saved.

#![cfg(target_arch = "wasm32")]

use std::future::poll_fn;
use std::ops::Range;
use std::task::Poll;

use engine::testing::contract::{Shelf, a_store_keeps_its_word, some_incidents, some_memory, some_settings};
use engine::{
    Changes, CopyEnd, FileId, FileState, FolderId, FolderRules, Loaded, Memory, Moment, PerFolder, Row, Run,
    Saved, SavedRow, Settings, SkipReason, Stamp, Versions,
};
use js_sys::{Function, JSON, Promise, Uint8Array};
use protocol::Digest;
use safelight_browser::bindings::DirectoryHandle;
use safelight_browser::hash::Checkpoint;
use safelight_browser::store::{Store, StoreFault};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::File;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn the_browser_store_passes_the_contract() {
    a_store_keeps_its_word(InBrowser("word", Store::open_named("word").await.unwrap())).await;
}

struct InBrowser(&'static str, Store);

impl Shelf for InBrowser {
    async fn save(&mut self, changes: Changes) {
        self.1.save(&changes).await.unwrap();
    }

    async fn load(&self) -> Saved {
        self.1.load().await.unwrap().saved
    }

    async fn reopen(self) -> InBrowser {
        drop(self.1);
        InBrowser(self.0, Store::open_named(self.0).await.unwrap())
    }
}

/// The same fixtures against which the engine's own tests check every format version.
#[wasm_bindgen_test]
async fn records_of_the_first_forms_are_read() {
    let text = |json: &str| JSON::parse(json).unwrap();
    let fixtures = [
        ("records", "settings", text(include_str!("../../engine/tests/fixtures/settings-1.json"))),
        ("records", "memory", text(include_str!("../../engine/tests/fixtures/memory-1.json"))),
        ("records", "incidents", text(include_str!("../../engine/tests/fixtures/incidents-1.json"))),
    ];
    drop(Store::open_named("first forms").await.unwrap());
    for (store, key, record) in fixtures {
        put("first forms", store, &key.into(), &record).await;
    }
    let rows = include_bytes!("../../engine/tests/fixtures/rows-1.bin");
    put("first forms", "pages", &0.into(), &Uint8Array::from(rows.as_slice())).await;
    let run = text(include_str!("../../engine/tests/fixtures/run-1.json"));
    put("first forms", "runs", &1_700_000_000_000_f64.into(), &run).await;

    let saved = Store::open_named("first forms").await.unwrap().load().await.unwrap().saved;
    assert_eq!(saved.settings, Loaded::Known(some_settings()));
    let of_form_1 = Memory { hidden_looks: PerFolder::default(), ..some_memory() };
    assert_eq!(saved.memory, Loaded::Known(of_form_1));
    assert_eq!(saved.incidents, some_incidents());
    assert_eq!(saved.last_run.map(|run| run.began), Some(Moment(1_700_000_000_000)));
    assert!(saved.rows.len() > 30 && saved.unreadable_rows.is_empty());
}

/// The store writes what the fixtures contain, so the native tests that use them test what a browser writes.
#[wasm_bindgen_test]
async fn records_are_written_as_the_fixtures_have_them() {
    let store = Store::open_named("written").await.unwrap();
    let changes = Changes {
        settings: Some(some_settings()),
        memory: Some(some_memory()),
        incidents: Some(some_incidents()),
        ..Changes::default()
    };
    store.save(&changes).await.unwrap();
    let fixtures = [
        ("settings", include_str!("../../engine/tests/fixtures/settings-1.json")),
        ("memory", include_str!("../../engine/tests/fixtures/memory-2.json")),
        ("incidents", include_str!("../../engine/tests/fixtures/incidents-3.json")),
    ];
    for (key, fixture) in fixtures {
        let written = get("written", "records", &key.into()).await;
        let written: String = JSON::stringify(&written).unwrap().into();
        let expected: String = JSON::stringify(&JSON::parse(fixture).unwrap()).unwrap().into();
        assert_eq!(written, expected, "{key}");
    }
}

#[wasm_bindgen_test]
async fn a_malformed_record_is_unreadable_and_stays() {
    drop(Store::open_named("nonsense").await.unwrap());
    let nonsense = JSON::parse(r#"{"form": 1, "record": {"paused": "perhaps"}}"#).unwrap();
    put("nonsense", "records", &"settings".into(), &nonsense).await;
    put("nonsense", "pages", &0.into(), &Uint8Array::from([1_u8, 3, 1, 2, 1, 0xee].as_slice())).await;
    let store = Store::open_named("nonsense").await.unwrap();
    store.save(&rows(vec![row(4, FileState::Found)])).await.unwrap();
    let saved = store.load().await.unwrap().saved;
    assert_eq!(saved.settings, Loaded::Unreadable);
    assert_eq!((saved.unreadable_rows.as_slice(), saved.rows.len()), ([FileId(3)].as_slice(), 1));
    // So many changes are folded at the next start.
    for _ in 0..100 {
        store.save(&rows(vec![row(4, FileState::Found)])).await.unwrap();
    }
    for _ in 0..2 {
        let saved = store.load().await.unwrap().saved;
        assert_eq!((saved.unreadable_rows, saved.rows.len()), (vec![FileId(3)], 1), "it was folded as it is");
    }
    store.save(&rows(vec![row(3, FileState::Found)])).await.unwrap();
    let saved = store.load().await.unwrap().saved;
    assert_eq!(
        (saved.unreadable_rows.len(), saved.rows.len()),
        (0, 2),
        "a newer row replaces an unreadable one"
    );
}

#[wasm_bindgen_test]
async fn changes_are_read_although_their_page_is_cut_off() {
    drop(Store::open_named("cut off").await.unwrap());
    put("cut off", "pages", &0.into(), &Uint8Array::from([1_u8, 3, 1, 200].as_slice())).await;
    let store = Store::open_named("cut off").await.unwrap();
    let changed = vec![row(4, FileState::Found), row(600, FileState::Found)];
    store.save(&rows(changed.clone())).await.unwrap();
    for _ in 0..2 {
        let saved = store.load().await.unwrap().saved;
        assert_eq!(saved.rows, changed);
        assert_eq!(saved.unreadable_rows, [FileId(511)], "no number of that page is given again");
    }
}

#[wasm_bindgen_test]
async fn records_of_a_newer_safelight_are_left_alone() {
    drop(Store::open_named("newer").await.unwrap());
    put("newer", "records", &"settings".into(), &JSON::parse(r#"{"form": 99}"#).unwrap()).await;
    let store = Store::open_named("newer").await.unwrap();
    assert_eq!(store.load().await.err(), Some(StoreFault::Newer));
    drop(store);

    const UPGRADE: &str = "return new Promise((done, failed) => {
        const opening = indexedDB.open(name, 99);
        opening.onerror = () => failed(opening.error);
        opening.onsuccess = () => { opening.result.close(); done(); };
    });";
    let upgrade = Function::new_with_args("name", UPGRADE).call1(&JsValue::NULL, &"upgraded".into()).unwrap();
    JsFuture::from(upgrade.unchecked_into::<Promise>()).await.unwrap();
    assert_eq!(Store::open_named("upgraded").await.err(), Some(StoreFault::Newer));
}

#[wasm_bindgen_test]
async fn a_folder_keeps_its_handle_its_name_and_its_rules() {
    let root = safelight_browser::bindings::opfs().await.unwrap();
    let root: web_sys::FileSystemDirectoryHandle = root.unchecked_into();
    let options = web_sys::FileSystemGetDirectoryOptions::new();
    options.set_create(true);
    let handle = JsFuture::from(root.get_directory_handle_with_options("kept", &options)).await.unwrap();
    let handle: DirectoryHandle = handle.unchecked_into();
    let store = Store::open_named("folders").await.unwrap();
    let id = store.add_folder(&handle).await.unwrap();
    let first_only = FolderRules { versions: Versions::KeepFirst };
    store.save(&Changes { rules: vec![(id, first_only.clone())], ..Changes::default() }).await.unwrap();
    drop(store);
    let store = Store::open_named("folders").await.unwrap();
    let opened = store.load().await.unwrap();
    assert_eq!((opened.saved.folders[0].name.as_str(), opened.handles.len()), ("kept", 1));
    assert_eq!(opened.saved.folders[0].rules, Loaded::Known(first_only));

    let record = get("folders", "folders", &id.0.into()).await;
    js_sys::Reflect::set(&record, &"rules".into(), &"nonsense".into()).unwrap();
    put("folders", "folders", &id.0.into(), &record).await;
    let opened = store.load().await.unwrap();
    assert_eq!((opened.saved.folders[0].rules.clone(), opened.handles.len()), (Loaded::Unreadable, 1));
    js_sys::Reflect::delete_property(record.unchecked_ref::<js_sys::Object>(), &"handle".into()).unwrap();
    put("folders", "folders", &id.0.into(), &record).await;
    let opened = store.load().await.unwrap();
    assert_eq!((opened.saved.folders.len(), opened.handles.len()), (1, 0), "it stays in sight");

    store.save(&Changes { forgotten: vec![id], ..Changes::default() }).await.unwrap();
    assert!(store.load().await.unwrap().saved.folders.is_empty());
}

#[wasm_bindgen_test]
async fn a_copy_is_the_file_as_it_was_until_it_is_removed() {
    let options = web_sys::FilePropertyBag::new();
    options.set_last_modified(1_700_000_000_123.0);
    let parts = js_sys::Array::of1(&"the bytes".into());
    let file = File::new_with_str_sequence_and_options(&parts, "a.jpg", &options).unwrap();
    let stamp = Stamp { size: 9, modified: Moment(1_700_000_000_123) };

    let store = Store::open_named("copies").await.unwrap();
    assert_eq!(store.add_copy(FileId(7), &file).await, CopyEnd::Copied);
    drop(store);
    let store = Store::open_named("copies").await.unwrap();
    assert_eq!(store.load().await.unwrap().saved.copies, [FileId(7)]);
    let copy = store.copy(FileId(7), stamp).await.unwrap();
    let text = JsFuture::from(copy.text()).await.unwrap().as_string();
    assert_eq!((copy.name(), text.as_deref()), ("a.jpg".into(), Some("the bytes")));
    let later = Stamp { modified: Moment(stamp.modified.0 + 1), ..stamp };
    assert!(store.copy(FileId(7), later).await.is_none(), "it is of another content");
    assert!(store.copy(FileId(8), stamp).await.is_none());
    store.remove_copies(&[FileId(7)]).await;
    assert_eq!(store.copies().await.unwrap(), []);
}

#[wasm_bindgen_test]
async fn a_checkpoint_is_kept_until_it_is_forgotten() {
    let store = Store::open_named("checkpoints").await.unwrap();
    let stamp = Stamp { size: 5_000_000_000, modified: Moment(7) };
    let checkpoint = Checkpoint { stamp, read: 128 << 20, state: vec![1, 2, 3] };
    store.save_checkpoint("1/a.mov", &checkpoint).await.unwrap();
    assert_eq!(store.checkpoint("1/a.mov").await.unwrap(), Some(checkpoint));
    assert_eq!(store.checkpoint("1/b.mov").await.unwrap(), None);
    store.forget_checkpoint("1/a.mov").await.unwrap();
    assert_eq!(store.checkpoint("1/a.mov").await.unwrap(), None);
}

#[wasm_bindgen_test]
async fn a_change_to_a_row_of_a_written_page_is_merged_into_it() {
    let many: Vec<SavedRow> = (0..2_000).map(|id| row(id, FileState::Found)).collect();
    let store = Store::open_named("pages").await.unwrap();
    store.save(&rows(many.clone())).await.unwrap();
    store.load().await.unwrap();
    store.save(&rows(vec![row(777, FileState::Skipped(SkipReason::Empty))])).await.unwrap();
    let read = reopened("pages", store).await;
    assert_eq!(read.len(), 2_000);
    assert_eq!(read[777], row(777, FileState::Skipped(SkipReason::Empty)));
    assert_eq!(read[776], many[776]);
}

/// A kill can come at any step of a save, and one save contains everything that a turn changed.
#[wasm_bindgen_test]
async fn a_save_that_is_cut_off_is_there_whole_or_not_at_all() {
    let before: Vec<SavedRow> = (0..1_000).map(|id| row(id, FileState::Found)).collect();
    let changed = hashed(500..1_500);
    let after = [&before[..500], &changed].concat();
    let paused = Settings { paused: true, ..Settings::default() };
    let run = engine::SavedRun { run: a_run(), replaces: None };
    let changes = Changes { settings: Some(paused.clone()), runs: vec![run], ..rows(changed) };
    for steps in 0.. {
        let name = format!("cut off in step {steps} of a save");
        let store = Store::open_named(&name).await.unwrap();
        store.save(&rows(before.clone())).await.unwrap();
        let end = cut_off_after(steps, store.save(&changes)).await;
        drop(store);
        let saved = Store::open_named(&name).await.unwrap().load().await.unwrap().saved;
        let whole = saved.rows == after;
        assert!(whole || saved.rows == before, "{} rows after {steps} steps", saved.rows.len());
        let settings = if whole { paused.clone() } else { Settings::default() };
        assert_eq!(saved.settings, Loaded::Known(settings), "after {steps} steps");
        assert_eq!(saved.last_run.is_some(), whole, "after {steps} steps");
        match end {
            Cut::Off if steps == 0 => assert!(!whole, "it had not begun"),
            Cut::Off => {}
            Cut::TooLate => return assert!(whole, "it had ended"),
        }
    }
}

/// Loading folds saved changes into pages. A kill at any step of that loses nothing.
#[wasm_bindgen_test]
async fn a_load_that_is_cut_off_loses_nothing() {
    let before: Vec<SavedRow> = (0..2_000).map(|id| row(id, FileState::Found)).collect();
    let changed = hashed(500..1_500);
    let after = [&before[..500], &changed, &before[1_500..]].concat();
    for steps in 0.. {
        let name = format!("cut off in step {steps} of a load");
        let store = Store::open_named(&name).await.unwrap();
        store.save(&rows(before.clone())).await.unwrap();
        store.load().await.unwrap();
        store.save(&rows(changed.clone())).await.unwrap();
        let end = cut_off_after(steps, store.load()).await;
        assert!(reopened(&name, store).await == after, "after {steps} steps");
        match end {
            Cut::Off => {}
            Cut::TooLate => return assert!(steps > 1, "it has steps to be cut off in"),
        }
    }
}

enum Cut {
    Off,
    TooLate,
}

/// Drops the future after this many of its steps, as a kill would. Each step runs as soon as the future is woken,
/// because a transaction ends by itself when nothing more is requested of it.
async fn cut_off_after<T>(steps: usize, work: impl Future<Output = Result<T, StoreFault>>) -> Cut {
    let mut work = Box::pin(work);
    let mut left = steps;
    poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(Cut::Off);
        }
        left -= 1;
        work.as_mut().poll(context).map(|end| end.map(|_| Cut::TooLate).unwrap())
    })
    .await
}

/// Writes a record without the store, as if another program had written it.
async fn put(name: &str, store: &str, key: &JsValue, record: &JsValue) {
    in_store(name, store, key, record, "readwrite", "put(record, ...keys)").await;
}

async fn get(name: &str, store: &str, key: &JsValue) -> JsValue {
    in_store(name, store, key, &JsValue::NULL, "readonly", "get(...keys)").await
}

async fn in_store(
    name: &str,
    store: &str,
    key: &JsValue,
    record: &JsValue,
    mode: &str,
    act: &str,
) -> JsValue {
    let body = format!(
        "return new Promise((done, failed) => {{
            const opening = indexedDB.open(name);
            opening.onerror = () => failed(opening.error);
            opening.onsuccess = () => {{
                const work = opening.result.transaction(store, '{mode}');
                const request = work.objectStore(store).{act};
                work.oncomplete = () => {{ opening.result.close(); done(request.result); }};
                work.onerror = () => failed(work.error);
            }};
        }});"
    );
    let act = Function::new_with_args("name, store, keys, record", &body);
    let arguments = js_sys::Array::of4(&name.into(), &store.into(), &js_sys::Array::of1(key), record);
    let promise: Promise = act.apply(&JsValue::NULL, &arguments).unwrap().unchecked_into();
    JsFuture::from(promise).await.unwrap()
}

async fn reopened(name: &str, store: Store) -> Vec<SavedRow> {
    drop(store);
    Store::open_named(name).await.unwrap().load().await.unwrap().saved.rows
}

fn rows(rows: Vec<SavedRow>) -> Changes {
    Changes { rows, ..Changes::default() }
}

fn hashed(ids: Range<u32>) -> Vec<SavedRow> {
    ids.map(|id| row(id, FileState::Hashed { digest: Digest([3; 20]) })).collect()
}

fn a_run() -> Run {
    let json = include_str!("../../engine/tests/fixtures/run-1.json");
    let record = js_sys::Reflect::get(&JSON::parse(json).unwrap(), &"record".into()).unwrap();
    serde_wasm_bindgen::from_value(record).unwrap()
}

fn row(id: u32, state: FileState) -> SavedRow {
    let stamp = Stamp { size: 5_000_000_000, modified: Moment(1_700_000_000_000 + u64::from(id)) };
    let path = format!("2024/Österreich 🏔/写真 {id}.jpg").into();
    SavedRow {
        id: FileId(id),
        row: Some(Row { folder: FolderId(1), path, stamp, state, attempts: 2, before: None, hidden: false }),
    }
}
