//! A million files: the engine holds them in bounded memory, and no event takes as long as looking at all of them.

use protocol::Digest;
use safelight_engine::{
    Access, Checked, Command, Engine, Event, FileId, FileState, FolderId, FolderRules, Headline,
    KnownAccount, ListedFile, ListingEnd, Look, Moment, Proof, Reply, RequestEnd, Row, Saved, SavedFolder,
    SavedRow, Settings, Stamp, Trust,
};
use safelight_engine::{AccountId, Body};

const FILES: u32 = 1_000_000;
const FOLDER: FolderId = FolderId(1);

#[test]
fn a_million_protected_files_are_looked_through_without_a_byte_being_read() {
    let mut engine = Engine::new();
    let now = Moment(1_700_000_000_000);
    let rows = (0..FILES).map(protected_row).collect();
    let folders = vec![SavedFolder { id: FOLDER, name: "Pictures".into(), rules: FolderRules::default() }];
    let settings = Settings { account: Some(AccountId("mine".into())), ..Settings::default() };
    let begun =
        engine.handle(now, Event::Started(Box::new(Saved { folders, rows, settings, ..Saved::default() })));
    let (scan, job) = (scan_of(&begun), job_of(&begun));
    engine.handle(now, Event::ServerChecked { job, checked: signed_in() });

    for first in (0..FILES).step_by(256) {
        let files = (first..FILES.min(first + 256)).map(listed).collect();
        let commands = engine.handle(now, Event::FilesListed { folder: FOLDER, scan, files });
        assert!(commands.is_empty(), "an unchanged file asks for nothing");
    }
    engine.handle(now, Event::ListingEnded { folder: FOLDER, scan, end: ListingEnd::Complete });

    let view = engine.view(now);
    assert_eq!((view.headline, view.tally.protected), (Headline::Done, u64::from(FILES)));
}

#[test]
fn a_million_new_files_are_all_in_line() {
    let mut engine = Engine::new();
    let now = Moment(1_700_000_000_000);
    let folders = vec![SavedFolder { id: FOLDER, name: "Pictures".into(), rules: FolderRules::default() }];
    let begun = engine.handle(now, Event::Started(Box::new(Saved { folders, ..Saved::default() })));
    let scan = scan_of(&begun);
    let mut saved = 0;
    let mut reading = 0;
    for first in (0..FILES).step_by(256) {
        let files = (first..FILES.min(first + 256)).map(listed).collect();
        for command in engine.handle(now, Event::FilesListed { folder: FOLDER, scan, files }) {
            saved += if let Command::Save(rows) = &command { rows.len() } else { 0 };
            reading += usize::from(matches!(command, Command::Hash(_)));
        }
    }
    assert_eq!(saved, FILES as usize);
    assert!(reading < 20, "a handful at a time");
    engine.handle(now, Event::AccessChanged { folder: FOLDER, access: Access::Granted });
    assert_eq!(engine.view(now).tally.remaining, u64::from(FILES));
}

fn path(number: u32) -> Box<str> {
    format!("{:03}/IMG_{number:07}.jpg", number % 1_000).into()
}

fn stamp(number: u32) -> Stamp {
    Stamp { size: 3_000_000, modified: Moment(1_500_000_000_000 + u64::from(number)) }
}

fn listed(number: u32) -> ListedFile {
    ListedFile { path: path(number), look: Look::Seen(stamp(number)) }
}

fn protected_row(number: u32) -> SavedRow {
    let mut digest = [0; 20];
    digest[..4].copy_from_slice(&number.to_le_bytes());
    let state = FileState::Protected { digest: Digest(digest), asset: None, proof: Proof::Stored };
    let row =
        Row { folder: FOLDER, path: path(number), stamp: stamp(number), state, attempts: 0, before: None };
    SavedRow { id: FileId(number), row: Some(row) }
}

fn scan_of(commands: &[Command]) -> safelight_engine::ScanId {
    let scan =
        |command: &Command| if let Command::ListFolder { scan, .. } = command { Some(*scan) } else { None };
    commands.iter().find_map(scan).unwrap()
}

fn job_of(commands: &[Command]) -> safelight_engine::JobId {
    let job = |command: &Command| if let Command::CheckServer { job } = command { Some(*job) } else { None };
    commands.iter().find_map(job).unwrap()
}

fn signed_in() -> Checked {
    let body = Body::Understood(KnownAccount(AccountId("mine".into())));
    let account = RequestEnd::Replied(Reply { status: 200, retry_after_ms: None, body });
    Checked { account, trust: Trust::Verifies }
}
