//! A million files. The engine holds them in bounded memory, and neither a listing event nor a view looks at all of
//! them.

use std::sync::{Mutex, MutexGuard, PoisonError};

use peak_alloc::PeakAlloc;
use protocol::Digest;
use safelight_engine::{
    Abilities, Access, AccountId, Begin, Body, Checked, Commands, Engine, Event, FileId, FileState,
    FolderEvent, FolderId, Headline, LinkEvent, ListedFile, ListingEnd, Loaded, Look, Memory, Moment, Proof,
    Reply, RequestEnd, Row, Saved, SavedFolder, SavedRow, Stamp,
};

const FILES: u32 = 1_000_000;
const FOLDER: FolderId = FolderId(1);

/// The memory that a file may take, with its path of 19 letters, its place in the catalog, and its turns.
const MOST_BYTES_A_FILE: usize = 200;

#[global_allocator]
static ALLOCATED: PeakAlloc = PeakAlloc;

#[test]
fn a_million_protected_files_are_scanned_without_reading_a_byte() {
    let heap = Heap::alone();
    let mut engine = Engine::new();
    let now = Moment(1_700_000_000_000);
    let rows = (0..FILES).map(protected_row).collect();
    let folders = vec![SavedFolder { id: FOLDER, name: "Pictures".into(), rules: Loaded::default() }];
    let memory = Loaded::Known(Memory { account: Some(AccountId("mine".into())), ..Memory::default() });
    let saved = Box::new(Saved { folders, rows, memory, ..Saved::default() });
    let begun = engine.handle(now, Event::Started(saved));
    let (scan, job) = (scan_of(&begun), job_of(&begun));
    engine.handle(now, Event::Link(LinkEvent::Checked(job, signed_in())));
    drop(begun);

    let passes = engine.passes_over_rows();
    for first in (0..FILES).step_by(256) {
        let files = (first..FILES.min(first + 256)).map(listed).collect();
        let listed = Event::Folder(FOLDER, FolderEvent::FilesListed { scan, files });
        let commands = engine.handle(now, listed);
        assert_eq!(commands, Commands::default(), "an unchanged file asks for nothing");
    }
    assert_eq!(engine.passes_over_rows(), passes, "a batch looks at its own files");
    engine.handle(now, Event::Folder(FOLDER, FolderEvent::ListingEnded { scan, end: ListingEnd::Complete }));
    assert_eq!(engine.passes_over_rows(), passes + 1, "the end of a listing looks for files that are gone");
    heap.assert_little();

    let passes = engine.passes_over_rows();
    let view = engine.view(now);
    assert_eq!(engine.passes_over_rows(), passes, "a view looks at no row");
    assert_eq!((view.headline, view.tally.protected), (Headline::Done, u64::from(FILES)));
}

#[test]
fn a_million_new_files_are_all_queued() {
    let heap = Heap::alone();
    let mut engine = Engine::new();
    let now = Moment(1_700_000_000_000);
    let folders = vec![SavedFolder { id: FOLDER, name: "Pictures".into(), rules: Loaded::default() }];
    let begun = engine.handle(now, Event::Started(Box::new(Saved { folders, ..Saved::default() })));
    let scan = scan_of(&begun);
    let mut saved = 0;
    let mut reading = 0;
    let passes = engine.passes_over_rows();
    for first in (0..FILES).step_by(256) {
        let files = (first..FILES.min(first + 256)).map(listed).collect();
        let listed = Event::Folder(FOLDER, FolderEvent::FilesListed { scan, files });
        let commands = engine.handle(now, listed);
        saved += commands.store.rows.len();
        reading += commands.begin.iter().filter(|command| matches!(command, Begin::Hash(_))).count();
    }
    assert_eq!(saved, FILES as usize);
    assert!(reading < 20, "a handful at a time");
    heap.assert_little();
    assert_eq!(engine.passes_over_rows(), passes, "a batch looks at its own files");
    engine.handle(now, Event::Folder(FOLDER, FolderEvent::AccessChanged(Access::Granted)));
    assert_eq!(engine.view(now).tally.remaining, u64::from(FILES));
}

/// What this program has allocated since a test began. Tests run one at a time, because they share the allocator.
struct Heap {
    before: usize,
    _turn: MutexGuard<'static, ()>,
}

impl Heap {
    fn alone() -> Heap {
        static TURN: Mutex<()> = Mutex::new(());
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Heap { before: ALLOCATED.current_usage(), _turn: turn }
    }

    fn assert_little(&self) {
        let each = (ALLOCATED.current_usage() - self.before) / FILES as usize;
        assert!(each <= MOST_BYTES_A_FILE, "{each} bytes a file");
    }
}

fn path(number: u32) -> Box<str> {
    format!("{:03}/IMG_{number:07}.jpg", number % 1_000).into()
}

fn stamp(number: u32) -> Stamp {
    Stamp { size: 3_000_000, modified: Moment(1_500_000_000_000 + u64::from(number)) }
}

fn listed(number: u32) -> ListedFile {
    ListedFile::new(path(number), Look::Seen(stamp(number)))
}

fn protected_row(number: u32) -> SavedRow {
    let mut digest = [0; 20];
    digest[..4].copy_from_slice(&number.to_le_bytes());
    let state = FileState::Protected { digest: Digest(digest), asset: None, proof: Proof::Stored };
    let row = Row {
        folder: FOLDER,
        path: path(number),
        stamp: stamp(number),
        state,
        attempts: 0,
        before: None,
        hidden: false,
    };
    SavedRow { id: FileId(number), row: Some(row) }
}

fn scan_of(commands: &Commands) -> safelight_engine::ScanId {
    let scan =
        |command: &Begin| if let Begin::ListFolder { scan, .. } = command { Some(*scan) } else { None };
    commands.begin.iter().find_map(scan).unwrap()
}

fn job_of(commands: &Commands) -> safelight_engine::JobId {
    let job = |command: &Begin| if let Begin::CheckServer { job } = command { Some(*job) } else { None };
    commands.begin.iter().find_map(job).unwrap()
}

fn signed_in() -> Checked {
    let body = Body::Understood(AccountId("mine".into()));
    let account = RequestEnd::Replied(Reply { status: 200, retry_after_ms: None, body });
    Checked { account, abilities: Abilities::of_a_vault() }
}
