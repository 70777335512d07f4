//! What every store must do, the one in memory and the one in a browser: one test for both.

use protocol::Digest;

use crate::closed::SeenClosed;
use crate::event::Saved;
use crate::folder::FolderId;
use crate::gate::{GateRules, Power, PowerSeen, QuietHours, VideosInBackground};
use crate::intent::{AccountId, Settings};
use crate::link::Halt;
use crate::notice::{Needs, Noticed};
use crate::row::{FileId, FileState, Row, SavedRow, SkipReason, Stamp};
use crate::run::{Done, Ended, Run, RunEnd, Wake};
use crate::time::Moment;

/// A store under test.
pub trait Shelf: Sized {
    fn save(&mut self, rows: Vec<SavedRow>) -> impl Future<Output = ()>;
    fn save_settings(&mut self, settings: Settings) -> impl Future<Output = ()>;
    fn save_run(&mut self, run: Run, replaces: Option<Moment>) -> impl Future<Output = ()>;
    fn load(&self) -> impl Future<Output = Saved>;
    /// As after a kill.
    fn reopen(self) -> impl Future<Output = Self>;
}

/// Goes through everything that the engine relies on. The store is empty at first.
pub async fn a_store_keeps_its_word(store: impl Shelf) {
    let nothing = store.load().await;
    assert!(nothing.rows.is_empty() && nothing.folders.is_empty() && nothing.last_run.is_none());
    assert_eq!(nothing.settings, Settings::default());
    let store = rows_are_kept(store).await;
    let store = settings_are_kept(store).await;
    runs_are_kept(store).await;
}

async fn rows_are_kept<S: Shelf>(mut store: S) -> S {
    let digest = Digest([3; 20]);
    store.save((0..1_200).map(|id| row(id, FileState::Found)).collect()).await;
    store
        .save(vec![row(700, FileState::Hashed { digest }), row(5, FileState::Skipped(SkipReason::Empty))])
        .await;
    let mut store = store.reopen().await;
    store.save(vec![row(700, FileState::Gone { digest: Some(digest) })]).await;
    store.save(vec![SavedRow { id: FileId(9), row: None }, row(1_200, FileState::Found)]).await;
    let store = store.reopen().await;

    let mut expected: Vec<SavedRow> = (0..=1_200).map(|id| row(id, FileState::Found)).collect();
    expected[700] = row(700, FileState::Gone { digest: Some(digest) });
    expected[5] = row(5, FileState::Skipped(SkipReason::Empty));
    expected.remove(9);
    assert_eq!(store.load().await.rows, expected, "the last word on each row, in the order of their ids");
    store
}

async fn settings_are_kept<S: Shelf>(mut store: S) -> S {
    let mut seen = SeenClosed::default();
    seen.see(FolderId(3), true);
    seen.see(FolderId(400), false);
    let settings = Settings {
        foreground: false,
        paused: true,
        account: Some(AccountId("mine".into())),
        rate_limit: std::num::NonZeroU64::new(125_000),
        keep_awake: true,
        background: false,
        gates: GateRules {
            metered_photos: true,
            metered_videos: true,
            only_charging: true,
            battery_floor: Some(30),
            quiet_hours: Some(QuietHours { from: 1_320, to: 420 }),
            videos_in_background: VideosInBackground::Always,
        },
        power: Some(PowerSeen {
            power: Power { charging: true, percent: 99 },
            at: Moment(1_700_000_000_000),
        }),
        seen_closed: seen,
        copies_limit: std::num::NonZeroU64::new(5_000_000),
        notices: false,
        noticed: Noticed {
            first_backup_done: true,
            needs: Some(Needs::Space),
            ill_since: Moment(8),
            silent_at: Moment(9),
        },
    };
    store.save_settings(settings.clone()).await;
    let store = store.reopen().await;
    assert_eq!(store.load().await.settings, settings);
    store
}

async fn runs_are_kept<S: Shelf>(mut store: S) {
    let last = async |store: &S| store.load().await.last_run;
    store.save_run(run(1_000), None).await;
    store.save_run(run(5_000), None).await;
    assert_eq!(last(&store).await, Some(run(5_000)));
    let ended = Ended { at: Moment(6_000), because: RunEnd::Stopped(Halt::Offline) };
    let over = Run { ended: Some(ended), ..run(5_000) };
    store.save_run(over.clone(), None).await;
    assert_eq!(last(&store).await, Some(over), "a run saved again is the same run");
    store.save_run(run(9_000), Some(Moment(5_000))).await;
    let store = store.reopen().await;
    assert_eq!(last(&store).await, Some(run(9_000)));
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
        row: Some(Row { folder: FolderId(1), path, stamp, state, attempts: 2, before }),
    }
}
