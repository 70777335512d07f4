//! The store in a real IndexedDB: what is saved is there after a restart, and nothing else.

#![cfg(target_arch = "wasm32")]

use std::num::NonZeroU64;

use engine::testing::contract::{Shelf, a_store_keeps_its_word};
use engine::{
    AccountId, Failure, FileId, FileState, FolderId, GateRules, Moment, Noticed, Power, PowerSeen, Problem,
    Proof, Row, Run, Saved, SavedRow, SeenClosed, Settings, SkipReason, StageEnd, Stamp,
};
use js_sys::{Function, Promise, Uint8Array};
use protocol::{AssetId, Digest};
use safelight_browser::hash::Checkpoint;
use safelight_browser::store::Store;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::File;

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn it_keeps_its_word_like_the_one_in_memory() {
    a_store_keeps_its_word(InBrowser("word", Store::open_named("word").await.unwrap())).await;
}

struct InBrowser(&'static str, Store);

impl Shelf for InBrowser {
    async fn save(&mut self, rows: Vec<SavedRow>) {
        self.1.save(&rows).await.unwrap();
    }

    async fn save_settings(&mut self, settings: Settings) {
        self.1.save_settings(settings).await.unwrap();
    }

    async fn save_run(&mut self, run: Run, replaces: Option<Moment>) {
        self.1.save_run(&run, replaces).await.unwrap();
    }

    async fn load(&self) -> Saved {
        self.1.load().await.unwrap().saved
    }

    async fn reopen(self) -> InBrowser {
        drop(self.1);
        InBrowser(self.0, Store::open_named(self.0).await.unwrap())
    }
}

/// As version 1 left it: rows in pages of form 1, settings as a plain object, no history.
#[wasm_bindgen_test]
async fn a_store_of_the_first_version_is_taken_over_whole() {
    const MAKE: &str = "return new Promise((done, failed) => {
        const opening = indexedDB.open(name, 1);
        opening.onerror = () => failed(opening.error);
        opening.onupgradeneeded = () => {
            opening.result.createObjectStore('folders', { autoIncrement: true });
            opening.result.createObjectStore('pages').put(rows, 0);
            opening.result.createObjectStore('changes', { autoIncrement: true });
            opening.result.createObjectStore('settings').put(
                { foreground: false, paused: true, account: 'my vault' }, 'settings');
        };
        opening.onsuccess = () => { opening.result.close(); done(); };
    });";
    let rows = Uint8Array::from(include_bytes!("fixtures/rows-form-1.bin").as_slice());
    let make = Function::new_with_args("name, rows", MAKE);
    let made: Promise = make.call2(&JsValue::NULL, &"first".into(), &rows).unwrap().unchecked_into();
    JsFuture::from(made).await.unwrap();

    let store = Store::open_named("first").await.unwrap();
    let saved = store.load().await.unwrap().saved;
    let account = Some(AccountId("my vault".into()));
    assert_eq!(saved.settings, Settings { foreground: false, paused: true, account, ..Settings::default() });
    let rows: Vec<&Row> = saved.rows.iter().filter_map(|saved| saved.row.as_ref()).collect();
    assert_eq!(rows.len(), 11, "and one that was forgotten");
    let digest = Digest([7; 20]);
    let protected = FileState::Protected { digest, asset: Some(AssetId([9; 16])), proof: Proof::Stored };
    assert!(rows.iter().any(|row| row.state == protected));
    assert!(rows.iter().all(|row| row.attempts == 2));

    // What is written now is written in the new form, beside what is left of the old one.
    let changed = row(3, FileState::Hashed { digest });
    store.save(std::slice::from_ref(&changed)).await.unwrap();
    let rows = reopened("first", store).await;
    assert_eq!((rows.len(), &rows[3]), (11, &changed));
}

/// As version 2 left it: it knew no copies.
#[wasm_bindgen_test]
async fn a_store_of_the_second_version_gets_room_for_copies() {
    const MAKE: &str = "return new Promise((done, failed) => {
        const opening = indexedDB.open(name, 2);
        opening.onerror = () => failed(opening.error);
        opening.onupgradeneeded = () => {
            const db = opening.result;
            ['folders', 'changes'].forEach((name) => db.createObjectStore(name, { autoIncrement: true }));
            ['pages', 'settings', 'runs', 'checkpoints'].forEach((name) => db.createObjectStore(name));
            opening.transaction.objectStore('pages').put(rows, 0);
        };
        opening.onsuccess = () => { opening.result.close(); done(); };
    });";
    let rows = Uint8Array::from(include_bytes!("fixtures/rows-form-1.bin").as_slice());
    let make = Function::new_with_args("name, rows", MAKE);
    let made: Promise = make.call2(&JsValue::NULL, &"second".into(), &rows).unwrap().unchecked_into();
    JsFuture::from(made).await.unwrap();
    let store = Store::open_named("second").await.unwrap();
    let saved = store.load().await.unwrap().saved;
    assert_eq!((saved.rows.iter().filter(|saved| saved.row.is_some()).count(), saved.staged.len()), (11, 0));
}

#[wasm_bindgen_test]
async fn a_copy_is_the_file_as_it_was_until_it_is_removed() {
    let options = web_sys::FilePropertyBag::new();
    options.set_last_modified(1_700_000_000_123.0);
    let parts = js_sys::Array::of1(&"the bytes".into());
    let file = File::new_with_str_sequence_and_options(&parts, "a.jpg", &options).unwrap();
    let stamp = Stamp { size: 9, modified: Moment(1_700_000_000_123) };

    let store = Store::open_named("copies").await.unwrap();
    assert_eq!(store.add_copy(FileId(7), &file).await, StageEnd::Staged);
    drop(store);
    let store = Store::open_named("copies").await.unwrap();
    assert_eq!(store.load().await.unwrap().saved.staged, [FileId(7)]);
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
async fn every_state_comes_back_as_it_was_saved() {
    let mut rows = one_of_each();
    let changed_since = Row { before: Some(Box::new(Digest([5; 20]))), ..rows[0].row.clone().unwrap() };
    rows.push(SavedRow { id: FileId(500), row: Some(changed_since) });
    let store = Store::open_named("states").await.unwrap();
    store.save(&rows).await.unwrap();
    assert_eq!(reopened("states", store).await, rows);
}

#[wasm_bindgen_test]
async fn the_last_word_on_a_row_counts() {
    let store = Store::open_named("last-word").await.unwrap();
    store.save(&[row(3, FileState::Found)]).await.unwrap();
    store
        .save(&[row(3, FileState::Hashed { digest: Digest([3; 20]) }), row(9, FileState::Found)])
        .await
        .unwrap();
    store.save(&[SavedRow { id: FileId(9), row: None }]).await.unwrap();
    let last = [row(3, FileState::Hashed { digest: Digest([3; 20]) })];
    assert_eq!(reopened("last-word", store).await, last);
}

#[wasm_bindgen_test]
async fn a_change_to_a_row_of_a_written_page_is_merged_into_it() {
    let many: Vec<SavedRow> = (0..2_000).map(|id| row(id, FileState::Found)).collect();
    let store = Store::open_named("pages").await.unwrap();
    store.save(&many).await.unwrap();
    store.load().await.unwrap();
    store.save(&[row(777, FileState::Skipped(SkipReason::Empty))]).await.unwrap();
    let rows = reopened("pages", store).await;
    assert_eq!(rows.len(), 2_000);
    assert_eq!(rows[777], row(777, FileState::Skipped(SkipReason::Empty)));
    assert_eq!(rows[776], many[776]);
}

#[wasm_bindgen_test]
async fn settings_come_back() {
    let store = Store::open_named("settings").await.unwrap();
    let settings = Settings {
        foreground: false,
        paused: true,
        account: Some(AccountId("mine".into())),
        rate_limit: NonZeroU64::new(1_000),
        keep_awake: true,
        background: false,
        gates: GateRules { only_charging: true, battery_floor: Some(30), ..GateRules::default() },
        power: Some(PowerSeen { power: Power { charging: false, percent: 31 }, at: Moment(9) }),
        seen_closed: SeenClosed::default(),
        copies_limit: NonZeroU64::new(250_000_000),
        notices: false,
        noticed: Noticed { ill_since: Moment(5), ..Noticed::default() },
    };
    store.save_settings(settings.clone()).await.unwrap();
    assert_eq!(store.load().await.unwrap().saved.settings, settings);
}

/// As they were written before the screen could be kept awake, before anything went on in the background, and before
/// there were rules.
#[wasm_bindgen_test]
async fn settings_of_earlier_forms_are_understood() {
    const PUT: &str = "return new Promise((done, failed) => {
        const opening = indexedDB.open(name);
        opening.onerror = () => failed(opening.error);
        opening.onsuccess = () => {
            const writing = opening.result.transaction('settings', 'readwrite');
            writing.objectStore('settings').put(bytes, 'settings');
            writing.oncomplete = () => { opening.result.close(); done(); };
        };
    });";
    // Foreground on, paused, the account `ab`, 300 bytes per second; in the third form the screen is kept awake, in
    // the fourth nothing goes on in the background.
    let second = [2, 1, 1, 1, 2, b'a', b'b', 1, 0xac, 2];
    let third = [3, 1, 1, 1, 2, b'a', b'b', 1, 0xac, 2, 1];
    let fourth = [4, 1, 1, 1, 2, b'a', b'b', 1, 0xac, 2, 1, 0];
    let fifth = [5, 1, 1, 1, 2, b'a', b'b', 1, 0xac, 2, 1, 0, 0, 0, 0, 0, 0, 1, 0];
    let sixth = [&[6], &fifth[1..], &[1, 0, 1, 0x80, 0x94, 0xeb, 0xdc, 3, 1, 1, 0, 0, 0]].concat();
    let nothing = SeenClosed::default();
    let mut barred = SeenClosed::default();
    barred.see(FolderId(0), false);
    let forms = [
        (second.as_slice(), false, true, &nothing),
        (&third, true, true, &nothing),
        (&fourth, true, false, &nothing),
        (&fifth, true, false, &nothing),
        (&sixth, true, false, &barred),
    ];
    for (bytes, keep_awake, background, seen_closed) in forms {
        drop(Store::open_named("earlier form").await.unwrap());
        let put = Function::new_with_args("name, bytes", PUT);
        let put = put.call2(&JsValue::NULL, &"earlier form".into(), &Uint8Array::from(bytes)).unwrap();
        JsFuture::from(put.unchecked_into::<Promise>()).await.unwrap();
        let store = Store::open_named("earlier form").await.unwrap();
        let wanted = Settings {
            foreground: true,
            paused: true,
            account: Some(AccountId("ab".into())),
            rate_limit: NonZeroU64::new(300),
            keep_awake,
            background,
            seen_closed: seen_closed.clone(),
            // Nobody is told of a first backup that may be long done.
            noticed: Noticed { first_backup_done: true, ..Noticed::default() },
            ..Settings::default()
        };
        assert_eq!(store.load().await.unwrap().saved.settings, wanted);
    }
}

#[wasm_bindgen_test]
async fn a_save_that_was_not_finished_leaves_no_trace() {
    let store = Store::open_named("unfinished").await.unwrap();
    store.save(&[row(1, FileState::Found)]).await.unwrap();
    let rows = [row(2, FileState::Found)];
    let mut save = Box::pin(store.save(&rows));
    // One poll begins the transaction; dropping it then is a kill in its middle.
    _ = futures::poll!(save.as_mut());
    drop(save);
    let ids: Vec<FileId> = reopened("unfinished", store).await.into_iter().map(|saved| saved.id).collect();
    assert!(ids == [FileId(1)] || ids == [FileId(1), FileId(2)], "{ids:?}");
}

async fn reopened(name: &str, store: Store) -> Vec<SavedRow> {
    drop(store);
    Store::open_named(name).await.unwrap().load().await.unwrap().saved.rows
}

fn row(id: u32, state: FileState) -> SavedRow {
    let stamp = Stamp { size: 5_000_000_000, modified: Moment(1_700_000_000_000 + u64::from(id)) };
    let path = format!("2024/Österreich 🏔/写真 {id}.jpg").into();
    SavedRow {
        id: FileId(id),
        row: Some(Row { folder: FolderId(1), path, stamp, state, attempts: 2, before: None }),
    }
}

fn one_of_each() -> Vec<SavedRow> {
    let (digest, asset) = (Digest([7; 20]), AssetId([9; 16]));
    let failures = [
        Failure::ServerError(502),
        Failure::NotUnderstood,
        Failure::Stalled,
        Failure::DigestMismatch,
        Failure::CutOff,
        Failure::Changing,
        Failure::ReaderStopped,
    ];
    let problems = [
        Problem::Unreadable,
        Problem::Nameless,
        Problem::UnreadableFolder,
        Problem::TooLargeForServer,
        Problem::Refused(400),
        Problem::GaveUp(Failure::Stalled),
        Problem::InServerTrash,
    ];
    let reasons = [
        SkipReason::Hidden,
        SkipReason::SystemFiles,
        SkipReason::NotMedia,
        SkipReason::Sidecar,
        SkipReason::Empty,
        SkipReason::UnsupportedByServer,
        SkipReason::LaterVersion,
    ];
    let wait = |failure| FileState::Waiting { digest: Some(digest), until: Moment(u64::MAX), failure };
    let mut states = vec![
        FileState::Found,
        FileState::Hashed { digest },
        FileState::Ready { digest },
        FileState::Uploading { digest },
        FileState::Sent { digest, asset },
        FileState::Protected { digest, asset: Some(asset), proof: Proof::Stored },
        FileState::Protected { digest, asset: None, proof: Proof::AlreadyThere },
        FileState::Gone { digest: Some(digest) },
        FileState::Gone { digest: None },
    ];
    states.extend(failures.map(wait));
    states.extend(problems.map(|problem| FileState::Problem { digest: None, problem }));
    states.extend(reasons.map(FileState::Skipped));
    states.into_iter().zip(0..).map(|(state, id)| row(id, state)).collect()
}
