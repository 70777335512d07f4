//! What every store must do. One test for both the store in memory and the one in a browser.

use std::num::NonZeroU64;

use protocol::Digest;

use crate::command::{Changes, SavedRun};
use crate::event::Saved;
use crate::folder::FolderId;
use crate::gate::{GateRules, Power, PowerSeen, QuietHours, VideosInBackground};
use crate::incident::{Incident, Trouble};
use crate::link::Halt;
use crate::notice::{Needs, Noticed};
use crate::record::Loaded;
use crate::row::{FileId, FileState, Problem, Row, SavedRow, SkipReason, Stamp};
use crate::run::{Done, Ended, Run, RunEnd, Wake};
use crate::settings::{AccountId, Memory, PerFolder, Readable, Settings};
use crate::time::Moment;

/// A store under test.
pub trait Shelf: Sized {
    fn save(&mut self, changes: Changes) -> impl Future<Output = ()>;
    fn load(&self) -> impl Future<Output = Saved>;
    /// Opens the store again, as after a kill.
    fn reopen(self) -> impl Future<Output = Self>;
}

/// Tests everything that the engine relies on. The store is empty at first.
pub async fn a_store_keeps_its_word(store: impl Shelf) {
    let nothing = store.load().await;
    assert!(nothing.rows.is_empty() && nothing.folders.is_empty() && nothing.last_run.is_none());
    assert_eq!(nothing.settings, Loaded::Known(Settings::default()));
    assert_eq!(nothing.memory, Loaded::Known(Memory::default()));
    let store = rows_are_kept(store).await;
    let store = records_are_kept(store).await;
    runs_are_kept(store).await;
}

async fn rows_are_kept<S: Shelf>(mut store: S) -> S {
    let digest = Digest([3; 20]);
    store.save(rows((0..1_200).map(|id| row(id, FileState::Found)))).await;
    store
        .save(rows([row(700, FileState::Hashed { digest }), row(5, FileState::Skipped(SkipReason::Empty))]))
        .await;
    let mut store = store.reopen().await;
    store.save(rows([row(700, FileState::Gone { digest: Some(digest) })])).await;
    // Later values replace earlier ones, even within one save.
    let (first, last) = (row(1_200, FileState::Hashed { digest }), row(1_200, FileState::Found));
    store.save(rows([first, SavedRow { id: FileId(9), row: None }, last])).await;
    let store = store.reopen().await;

    let mut expected: Vec<SavedRow> = (0..=1_200).map(|id| row(id, FileState::Found)).collect();
    expected[700] = row(700, FileState::Gone { digest: Some(digest) });
    expected[5] = row(5, FileState::Skipped(SkipReason::Empty));
    expected.remove(9);
    assert_eq!(store.load().await.rows, expected, "the last word on each row, in the order of their ids");
    store
}

async fn records_are_kept<S: Shelf>(mut store: S) -> S {
    let (settings, memory, incidents) = (some_settings(), some_memory(), some_incidents());
    let changes = Changes {
        settings: Some(settings.clone()),
        memory: Some(memory.clone()),
        incidents: Some(incidents.clone()),
        ..Changes::default()
    };
    store.save(changes).await;
    let store = store.reopen().await;
    let saved = store.load().await;
    assert_eq!(saved.settings, Loaded::Known(settings));
    assert_eq!(saved.memory, Loaded::Known(memory));
    assert_eq!(saved.incidents, incidents);
    store
}

/// Settings that all differ from their defaults.
pub fn some_settings() -> Settings {
    Settings {
        foreground: false,
        background: false,
        paused: true,
        rate_limit: NonZeroU64::new(125_000),
        keep_awake: true,
        gates: GateRules {
            metered_photos: true,
            metered_videos: true,
            only_charging: true,
            battery_floor: Some(30),
            quiet_hours: Some(QuietHours { from: 1_320, to: 420 }),
            videos_in_background: VideosInBackground::Always,
        },
        copies_limit: NonZeroU64::new(5_000_000_000),
        notices: false,
    }
}

/// A memory in which everything differs from its default.
pub fn some_memory() -> Memory {
    let mut hidden_looks = PerFolder::default();
    hidden_looks.set(FolderId(3), Moment(1_700_000_000_000));
    let mut closed_access = PerFolder::default();
    closed_access.set(FolderId(3), Readable::Yes);
    closed_access.set(FolderId(400), Readable::No);
    Memory {
        account: Some(AccountId("mine".into())),
        power: Some(PowerSeen {
            power: Power { charging: true, percent: 99 },
            at: Moment(1_700_000_000_000),
        }),
        closed_access,
        noticed: Noticed {
            first_backup_done: true,
            needs: Some(Needs::Space),
            ill_since: Moment(8),
            silent_at: Moment(9),
        },
        hidden_looks,
    }
}

/// One with a path and one without.
pub fn some_incidents() -> Vec<Incident> {
    let at = Moment(1_700_000_000_000);
    let trouble = Trouble::Problem(Problem::Refused(418));
    vec![
        Incident { at, trouble, path: Some("2024/Österreich 🏔/写真.jpg".into()) },
        Incident { at: at + 1, trouble: Trouble::Halt(Halt::ServerError(502)), path: None },
    ]
}

async fn runs_are_kept<S: Shelf>(mut store: S) {
    let last = async |store: &S| store.load().await.last_run;
    store.save(one_run(run(1_000), None)).await;
    store.save(one_run(run(5_000), None)).await;
    assert_eq!(last(&store).await, Some(run(5_000)));
    let ended = Ended { at: Moment(6_000), because: RunEnd::Stopped(Halt::Offline) };
    let over = Run { ended: Some(ended), ..run(5_000) };
    store.save(one_run(over.clone(), None)).await;
    assert_eq!(last(&store).await, Some(over), "a run saved again is the same run");
    store.save(one_run(run(9_000), Some(Moment(5_000)))).await;
    let store = store.reopen().await;
    assert_eq!(last(&store).await, Some(run(9_000)));
}

fn rows(rows: impl IntoIterator<Item = SavedRow>) -> Changes {
    Changes { rows: rows.into_iter().collect(), ..Changes::default() }
}

fn one_run(run: Run, replaces: Option<Moment>) -> Changes {
    Changes { runs: vec![SavedRun { run, replaces }], ..Changes::default() }
}

fn run(began: u64) -> Run {
    let done = Done { sent: 3, sent_bytes: 5_000_000_000, already_there: 2 };
    Run { done, ..Run::new(Moment(began), Wake::Opened) }
}

fn row(id: u32, state: FileState) -> SavedRow {
    let stamp = Stamp { size: 5_000_000_000, modified: Moment(1_700_000_000_000 + u64::from(id)) };
    let path = format!("2024/Österreich 🏔/写真 {id}.jpg").into();
    let before = id.is_multiple_of(2).then(|| Box::new(Digest([2; 20])));
    SavedRow {
        id: FileId(id),
        row: Some(Row { folder: FolderId(1), path, stamp, state, attempts: 2, before, hidden: false }),
    }
}
