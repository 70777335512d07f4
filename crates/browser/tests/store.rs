//! The store in a real IndexedDB: what is saved is there after a restart, and nothing else.

#![cfg(target_arch = "wasm32")]

use engine::{
    AccountId, FileId, FileState, FolderId, Moment, Problem, Proof, Row, SavedRow, Settings, SkipReason,
    Stamp,
};
use protocol::{AssetId, Digest};
use safelight_browser::store::Store;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn a_new_store_is_empty() {
    let loaded = Store::open_named("new").await.unwrap().load().await.unwrap();
    assert!(loaded.saved.rows.is_empty() && loaded.handles.is_empty());
    assert_eq!(loaded.saved.settings, Settings::default());
}

#[wasm_bindgen_test]
async fn every_state_comes_back_as_it_was_saved() {
    let rows = one_of_each();
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
    let settings = Settings { foreground: false, paused: true, account: Some(AccountId("mine".into())) };
    store.save_settings(settings.clone()).await.unwrap();
    assert_eq!(store.load().await.unwrap().saved.settings, settings);
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
    SavedRow { id: FileId(id), row: Some(Row { folder: FolderId(1), path, stamp, state, attempts: 2 }) }
}

fn one_of_each() -> Vec<SavedRow> {
    let (digest, asset) = (Digest([7; 20]), AssetId([9; 16]));
    let failure = engine::Failure::ServerError(502);
    let states = [
        FileState::Found,
        FileState::Hashed { digest },
        FileState::Ready { digest },
        FileState::Uploading { digest },
        FileState::Sent { digest, asset },
        FileState::Waiting { digest: Some(digest), until: Moment(u64::MAX), failure },
        FileState::Protected { digest, asset: Some(asset), proof: Proof::Stored },
        FileState::Skipped(SkipReason::NotMedia),
        FileState::Problem { digest: None, problem: Problem::Refused(400) },
        FileState::Gone { digest: Some(digest) },
    ];
    states.into_iter().zip(0..).map(|(state, id)| row(id, state)).collect()
}
