//! The stored forms. A fixture of each is kept for ever: every newer Safelight reads what an older one wrote.
//!
//! If a stored type changes, it needs a new form: raise its number, read the old form as well as the new one, and run
//! `FIXTURES=write cargo test --test records`, which writes missing fixtures and changes no existing one.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use protocol::{AssetId, Digest};
use safelight_engine::record::{Newer, Record, Versioned, pages, read};
use safelight_engine::testing::contract::{some_incidents, some_memory, some_settings};
use safelight_engine::{
    Account, Barrier, Done, Ended, Failure, FileId, FileState, FolderId, FolderRules, Gate, Halt, Incident,
    Loaded, Memory, Moment, Needs, PerFolder, Problem, Proof, Readable, Row, Run, RunEnd, SavedRow, Settings,
    SkipReason, Stamp, Trouble, Versions, VideosInBackground, Wake,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_reflection::{Samples, Tracer, TracerConfig};

#[test]
fn every_plain_record_is_read_as_it_was_written_by_its_form() {
    fixtures_are_read("settings", &[some_settings()]);
    let first = Memory { hidden_looks: PerFolder::default(), ..some_memory() };
    fixtures_are_read("memory", &[first, some_memory()]);
    fixtures_are_read("rules", &[FolderRules { versions: Versions::KeepFirst }]);
    fixtures_are_read("run", &[some_run(), some_run(), some_run(), some_run()]);
    fixtures_are_read("incidents", &[some_incidents(), some_incidents(), some_incidents()]);
}

#[test]
fn rows_are_read_as_their_form_wrote_them() {
    let form_of = |saved: &SavedRow| {
        let Some(row) = &saved.row else { return 1 };
        match row.state.problem() {
            Some(Problem::HiddenName | Problem::UnsupportedByServer) => 3,
            Some(Problem::OnlyInCloud) => 2,
            _ if row.state == FileState::Skipped(SkipReason::Chosen) => 4,
            _ if row.hidden => 3,
            _ if row.state.lacks_room() => 2,
            _ => 1,
        }
    };
    let until = |form| one_of_each().into_iter().filter(|saved| form_of(saved) <= form).collect::<Vec<_>>();
    let of_each_form = [until(1), until(2), until(3), until(4)];
    assert_eq!(of_each_form.len(), usize::from(pages::FORM), "one for each form");
    for (rows, form) in of_each_form.iter().zip(1..) {
        let bytes = fixture(&format!("rows-{form}.bin"), || pages::encode(rows).unwrap());
        let read = pages::decode(&bytes).unwrap();
        assert_eq!(read.rows, *rows);
        assert!(read.unreadable.is_empty() && !read.is_cut_off);
        if form == pages::FORM {
            assert_eq!(pages::encode(rows).unwrap(), bytes, "the form is written as before");
        }
    }
}

#[test]
fn a_stored_type_that_changes_is_a_new_form() {
    let shape_of_settings = shape::<Settings>(&[trace::<VideosInBackground>]);
    has_shape("settings", Settings::FORM, &shape_of_settings);
    has_shape("memory", Memory::FORM, &shape::<Memory>(&[trace::<Readable>, trace::<Needs>]));
    has_shape("rules", FolderRules::FORM, &shape::<FolderRules>(&[trace::<Versions>]));
    let enums = [
        trace::<Wake>,
        trace::<RunEnd>,
        trace::<Halt>,
        trace::<Gate>,
        trace::<SkipReason>,
        trace::<Problem>,
        trace::<Failure>,
    ];
    has_shape("run", Run::FORM, &shape::<Run>(&enums));
    let enums = [trace::<Trouble>, trace::<Failure>, trace::<Problem>, trace::<Halt>, trace::<Barrier>];
    has_shape("incidents", <Vec<Incident> as Record>::FORM, &shape::<Vec<Incident>>(&enums));
    has_shape("row", u32::from(pages::FORM), &shape_of_rows());
}

#[test]
fn a_record_of_a_newer_form_is_left_to_a_newer_safelight() {
    let newer = Versioned { form: Settings::FORM + 1, record: some_settings() };
    assert_eq!(read_json::<Settings>(&serde_json::to_string(&newer).unwrap()), Err(Newer));
    assert_eq!(read_json::<Settings>(r#"{"form": 900, "anything": true}"#), Err(Newer));
    let bytes = pages::encode(&[row(1, FileState::Found)]).unwrap();
    // The form of the frames, then the first frame: its id, a mark, the length of the row, and the form of the row.
    for form in [0, 4] {
        let mut newer = bytes.clone();
        newer[form] += 1;
        assert_eq!(pages::decode(&newer), Err(Newer), "byte {form}");
    }
}

#[test]
fn a_malformed_record_is_unreadable_and_not_a_default() {
    for nonsense in ["null", "{}", "7", r#"{"form": 1}"#, r#"{"form": 1, "record": {"paused": "maybe"}}"#] {
        assert_eq!(read_json::<Settings>(nonsense), Ok(Loaded::Unreadable), "{nonsense}");
    }
}

#[test]
fn a_malformed_row_leaves_the_others_readable_and_stays() {
    let rows: Vec<SavedRow> = (0..3).map(|id| row(id, FileState::Found)).collect();
    let mut bytes = pages::encode(&rows).unwrap();
    let state_of_1 = bytes.len() / 3 * 2 - 3;
    bytes[state_of_1] = 0xee;
    let read = pages::decode(&bytes).unwrap();
    assert_eq!(read.unreadable, [FileId(1)]);
    assert_eq!(read.rows, [rows[0].clone(), rows[2].clone()]);

    // Folding keeps the unreadable row, for a version that can read it.
    let changed = pages::encode(&[row(2, FileState::Gone { digest: None })]).unwrap();
    let changes = [changed];
    let by_page = pages::by_page(&changes).unwrap().unwrap();
    let folded = pages::fold(&bytes, by_page[&0].iter().copied()).unwrap().unwrap();
    let read = pages::decode(&folded).unwrap();
    assert_eq!(read.unreadable, [FileId(1)]);
    assert_eq!(read.rows, [rows[0].clone(), row(2, FileState::Gone { digest: None })]);
}

#[test]
fn every_complete_row_of_a_truncated_page_is_read() {
    let rows: Vec<SavedRow> = (0..3).map(|id| row(id, FileState::Found)).collect();
    let bytes = pages::encode(&rows).unwrap();
    for end in 1..bytes.len() {
        let read = pages::decode(&bytes[..end]).unwrap();
        assert!(read.unreadable.is_empty());
        assert_eq!(read.rows[..], rows[..read.rows.len()]);
        assert_eq!(read.is_cut_off, pages::encode(&read.rows).unwrap().len() < end, "{end} bytes");
    }
    assert_eq!(pages::fold(&bytes[..9], []), Ok(None), "what is cut off is not written again");
}

#[test]
fn changes_are_folded_into_their_pages_in_order() {
    let last = pages::ROWS_PER_PAGE;
    let changes = [
        pages::encode(&[row(1, FileState::Found), row(last, FileState::Found)]).unwrap(),
        pages::encode(&[row(0, FileState::Found), SavedRow { id: FileId(1), row: None }]).unwrap(),
    ];
    let by_page = pages::by_page(&changes).unwrap().unwrap();
    let page = |number: u32| {
        let folded = pages::fold(&[], by_page[&number].iter().copied()).unwrap().unwrap();
        pages::decode(&folded).unwrap().rows
    };
    assert_eq!((page(0), page(1)), (vec![row(0, FileState::Found)], vec![row(last, FileState::Found)]));
}

/// Reads the fixture of every form. `values` holds what each of them is read as, the oldest form first.
fn fixtures_are_read<T>(name: &str, values: &[T])
where
    T: Record + Serialize + Clone + PartialEq + std::fmt::Debug,
{
    assert_eq!(values.len(), T::FORM as usize, "one for each form of {name}");
    for (value, form) in values.iter().zip(1..) {
        let written = || serde_json::to_string_pretty(&Versioned::of(value.clone())).unwrap();
        let kept =
            String::from_utf8(fixture(&format!("{name}-{form}.json"), || written().into_bytes())).unwrap();
        assert_eq!(read_json::<T>(&kept).unwrap().known(), Some(value));
        if form == T::FORM {
            assert_eq!(kept, written(), "the form is written as before");
        }
    }
}

fn read_json<T: Record>(json: &str) -> Result<Loaded<T>, Newer> {
    let stored: Value = serde_json::from_str(json).unwrap();
    read(stored["form"].as_f64(), stored["record"].clone())
}

/// Every type inside this one, with its fields and variants in order. Tracing sees only one variant of each enum
/// inside it, so each enum is traced separately. If one is left out, the test fails.
fn shape<T: DeserializeOwned>(enums: &[fn(&mut Tracer)]) -> String {
    let config = TracerConfig::default().is_human_readable(false).default_u64_value(1);
    let mut tracer = Tracer::new(config);
    trace::<T>(&mut tracer);
    enums.iter().for_each(|trace| trace(&mut tracer));
    serde_json::to_string_pretty(&tracer.registry().unwrap()).unwrap()
}

/// Tracing cannot make up a value for a digest, so rows are traced as they are written.
fn shape_of_rows() -> String {
    let mut tracer = Tracer::new(TracerConfig::default().is_human_readable(false));
    let rows: Vec<Row> = one_of_each().into_iter().filter_map(|saved| saved.row).collect();
    let seen: BTreeSet<usize> = rows.iter().map(|row| number_of(&row.state)).collect();
    assert!(seen.into_iter().eq(0..=10), "there is one of each state");
    for row in &rows {
        tracer.trace_value(&mut Samples::new(), row).unwrap();
    }
    let enums = [trace::<Failure>, trace::<Proof>, trace::<SkipReason>, trace::<Problem>];
    enums.iter().for_each(|trace| trace(&mut tracer));
    serde_json::to_string_pretty(&tracer.registry().unwrap()).unwrap()
}

fn number_of(state: &FileState) -> usize {
    match state {
        FileState::Found => 0,
        FileState::Hashed { .. } => 1,
        FileState::Ready { .. } => 2,
        FileState::Uploading { .. } => 3,
        FileState::Sent { .. } => 4,
        FileState::Waiting { .. } => 5,
        FileState::Protected { .. } => 6,
        FileState::Skipped(_) => 7,
        FileState::Problem { .. } => 8,
        FileState::InTrash { .. } => 9,
        FileState::Gone { .. } => 10,
    }
}

fn trace<T: DeserializeOwned>(tracer: &mut Tracer) {
    tracer.trace_type::<T>(&Samples::new()).unwrap();
}

fn has_shape(name: &str, form: u32, shape: &str) {
    let kept = fixture(&format!("{name}-{form}.shape.json"), || shape.as_bytes().to_vec());
    assert_eq!(String::from_utf8(kept).unwrap(), shape, "{name} changed: it needs a new form");
}

/// The kept bytes of a fixture. Writes them first if they are missing and `FIXTURES=write` is set.
fn fixture(name: &str, written: impl FnOnce() -> Vec<u8>) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name);
    if !path.exists() && std::env::var("FIXTURES").is_ok_and(|wanted| wanted == "write") {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, written()).unwrap();
    }
    fs::read(&path).unwrap_or_else(|_| panic!("{name} is missing: FIXTURES=write makes it"))
}

fn some_run() -> Run {
    Run {
        began: Moment(1_700_000_000_000),
        woken_by: Wake::PeriodicSync,
        ended: Some(Ended {
            at: Moment(1_700_000_009_000),
            because: RunEnd::Stopped(Halt::ServerError(502)),
        }),
        done: Done { sent: 3, sent_bytes: 5_000_000_000, already_there: 2 },
        account: Account {
            scanned: 12,
            sent: 3,
            already_there: 2,
            skipped: vec![(SkipReason::Hidden, 2), (SkipReason::NotMedia, 1)],
            problems: vec![(Problem::Refused(418), 1), (Problem::GaveUp(Failure::Stalled), 1)],
            remaining: 2,
            protected_bytes: 15_000_000_000,
            remaining_bytes: 7,
        },
    }
}

fn row(id: u32, state: FileState) -> SavedRow {
    let stamp = Stamp { size: 5_000_000_000, modified: Moment(1_700_000_000_000 + u64::from(id)) };
    let path = format!("2024/Österreich 🏔/写真 {id}.jpg").into();
    SavedRow {
        id: FileId(id),
        row: Some(Row { folder: FolderId(1), path, stamp, state, attempts: 2, before: None, hidden: false }),
    }
}

fn one_of_each() -> Vec<SavedRow> {
    let (digest, asset) = (Digest([7; 20]), AssetId([9; 16]));
    let wait = |failure| FileState::Waiting { digest: Some(digest), until: Moment(u64::MAX), failure };
    let problem = |problem| FileState::Problem { digest: Some(digest), problem };
    let mut states = vec![
        FileState::Found,
        FileState::Hashed { digest },
        FileState::Ready { digest },
        FileState::Uploading { digest },
        FileState::Sent { digest, asset },
        FileState::Protected { digest, asset: Some(asset), proof: Proof::Stored },
        FileState::Protected { digest, asset: None, proof: Proof::AlreadyThere },
        FileState::InTrash { digest, asset: Some(asset) },
        FileState::InTrash { digest, asset: None },
        FileState::Gone { digest: Some(digest) },
        FileState::Gone { digest: None },
    ];
    states.extend(
        [
            Failure::ServerError(502),
            Failure::NotUnderstood,
            Failure::Stalled,
            Failure::DigestMismatch,
            Failure::CutOff,
            Failure::Changing,
            Failure::ReaderStopped,
        ]
        .map(wait),
    );
    states.extend(
        [
            Problem::Unreadable,
            Problem::Nameless,
            Problem::UnreadableFolder,
            Problem::TooLargeForServer,
            Problem::Refused(400),
            Problem::GaveUp(Failure::Stalled),
            Problem::InServerTrash,
        ]
        .map(problem),
    );
    states.extend(
        [
            SkipReason::Hidden,
            SkipReason::SystemFiles,
            SkipReason::NotMedia,
            SkipReason::Sidecar,
            SkipReason::Empty,
            SkipReason::UnsupportedByServer,
            SkipReason::LaterVersion,
        ]
        .map(FileState::Skipped),
    );
    // Form 2.
    states.extend([Failure::QuotaFull, Failure::DiskFull].map(wait));
    states.push(problem(Problem::OnlyInCloud));
    // Form 3.
    states.extend([Problem::HiddenName, Problem::UnsupportedByServer].map(problem));
    // Form 4.
    states.push(FileState::Skipped(SkipReason::Chosen));
    let mut rows: Vec<SavedRow> = states.into_iter().zip(0..).map(|(state, id)| row(id, state)).collect();
    let changed_since = rows[0].row.clone().map(|row| Row { before: Some(Box::new(Digest([5; 20]))), ..row });
    rows.push(SavedRow { id: FileId(500), row: changed_since });
    let hidden = rows[0].row.clone().map(|row| Row { hidden: true, ..row });
    rows.push(SavedRow { id: FileId(502), row: hidden });
    rows.push(SavedRow { id: FileId(501), row: None });
    rows
}
