//! A world for the engine to live in: a folder, a store, a server and a clock, all in memory, and misfortunes
//! by name. Two minutes of retries take no time here.
//!
//! [`World`] is the host: it carries commands out one at a time, in order, and a [`World::kill`] may come
//! between any two of them.

mod disk;
mod server;

use std::collections::{BTreeMap, VecDeque};

pub use disk::{Disk, digest_of};
pub use server::Server;

use crate::command::{Command, Read, Send};
use crate::event::{Checked, Event, HashEnd, ListedFile, ListingEnd, Look, PairEnd, Saved, UploadEnd};
use crate::folder::{Access, FolderId};
use crate::intent::{Intent, Settings};
use crate::link::Trust;
use crate::row::{FileId, FileState, Row, SavedRow};
use crate::time::Moment;
use crate::view::View;
use crate::{Engine, rules};

/// The one folder of most tests.
pub const PICTURES: FolderId = FolderId(1);
/// The code that pairs.
pub const CODE: &str = "GOOD-CODE";

/// How often the world may turn before a test is said to hang.
const MOST_STEPS: usize = 200_000;
const BATCH: usize = 3;

#[derive(Default)]
pub struct World {
    pub now: Moment,
    pub engine: Engine,
    pub disks: BTreeMap<FolderId, Disk>,
    pub server: Server,
    pub store: Store,
    pub log: Log,
    todo: VecDeque<Command>,
    alarm: Option<Moment>,
    touch_during_hash: Option<String>,
}

/// What outlives a kill.
#[derive(Default)]
pub struct Store {
    pub folders: BTreeMap<FolderId, String>,
    pub rows: BTreeMap<FileId, Row>,
    pub settings: Settings,
}

/// What the world counted, for tests that say how often something may happen.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Log {
    pub hashed: Vec<String>,
    pub uploads: Vec<String>,
    pub checks: usize,
    pub questions: usize,
}

impl World {
    /// A paired world with one folder of these files, started.
    pub fn with(files: &[(&str, &str)]) -> World {
        let mut world = World::unpaired(files);
        world.server.paired = true;
        world.start();
        world
    }

    /// The same before anything was started or paired.
    pub fn unpaired(files: &[(&str, &str)]) -> World {
        let mut world = World { now: Moment(1_700_000_000_000), ..World::default() };
        world.disks.insert(PICTURES, Disk::of(files, world.now));
        world.store.folders.insert(PICTURES, "Pictures".into());
        world
    }

    pub fn start(&mut self) {
        let rows = self.store.rows.iter().map(|(id, row)| SavedRow { id: *id, row: Some(row.clone()) });
        let folders = self.store.folders.iter().map(|(id, name)| (*id, name.clone()));
        let saved =
            Saved { rows: rows.collect(), folders: folders.collect(), settings: self.store.settings.clone() };
        self.tell(Event::Started(saved));
    }

    /// The browser is gone, with everything that was not stored.
    pub fn kill(&mut self) {
        self.engine = Engine::new();
        self.todo.clear();
        self.alarm = None;
    }

    pub fn reboot(&mut self) {
        self.kill();
        self.start();
    }

    pub fn tell(&mut self, event: Event) {
        let commands = self.engine.handle(self.now, event);
        self.todo.extend(commands);
    }

    pub fn ask(&mut self, intent: Intent) {
        self.tell(Event::Asked(intent));
    }

    /// The page comes back into view after a while.
    pub fn look(&mut self) {
        self.now = self.now + 60_000;
        self.ask(Intent::Look);
    }

    /// Carries out one command. False if there was none.
    pub fn step(&mut self) -> bool {
        let Some(command) = self.todo.pop_front() else { return false };
        self.carry_out(command);
        true
    }

    /// Carries out everything that can be done without waiting.
    pub fn settle(&mut self) -> &mut World {
        let steps = (0..MOST_STEPS).take_while(|_| self.step()).count();
        assert!(steps < MOST_STEPS, "the engine does not come to rest");
        self
    }

    /// Lets time pass, through every wake-up on the way.
    pub fn pass(&mut self, ms: u64) -> &mut World {
        let end = self.now + ms;
        self.settle();
        while let Some(at) = self.alarm.take_if(|at| *at <= end) {
            self.now = self.now.max(at);
            self.tell(Event::Woke);
            self.settle();
        }
        self.now = end;
        self
    }

    /// The file changes while it is read for the next time.
    pub fn touch_during_hash(&mut self, path: &str) {
        self.touch_during_hash = Some(path.into());
    }

    pub fn disk(&mut self) -> &mut Disk {
        self.disks.entry(PICTURES).or_default()
    }

    pub fn view(&self) -> View {
        self.engine.view(self.now)
    }

    /// The state of a file in [`PICTURES`].
    pub fn state(&self, path: &str) -> Option<&FileState> {
        let id = self.engine.catalog.find(PICTURES, path)?;
        self.engine.catalog.get(id).map(|row| &row.state)
    }

    pub fn id(&self, path: &str) -> Option<FileId> {
        self.engine.catalog.find(PICTURES, path)
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Save(rows) => self.store.save(rows),
            Command::SaveSettings(settings) => self.store.settings = settings,
            Command::ForgetFolder(folder) => _ = self.store.folders.remove(&folder),
            Command::ListFolder { folder, scan } => self.list(folder, scan),
            Command::Hash(read) => self.hash(&read),
            Command::Ask { job, digests } => {
                self.log.questions += 1;
                let end = self.server.check(self.now, &digests);
                self.tell(Event::AskEnded { job, end });
            }
            Command::Upload(send) => self.upload(&send),
            Command::Abandon(job) => self.todo.retain(|command| !is_about(command, job)),
            Command::CheckServer { job } => self.check_server(job),
            Command::Pair { code } => self.pair(&code),
            Command::WakeAt(at) => self.alarm = Some(at),
        }
    }

    fn list(&mut self, folder: FolderId, scan: crate::ScanId) {
        let disk = self.disks.entry(folder).or_default();
        let end = match disk.access {
            Access::Granted => ListingEnd::Complete,
            Access::Barred(barrier) => ListingEnd::OutOfReach(barrier),
        };
        let look =
            |path: &String| ListedFile { path: path.as_str().into(), look: disk.look(path, rules::left_out) };
        let nameless = (0..disk.nameless)
            .map(|number| ListedFile { path: format!("\u{FFFD} {number}").into(), look: Look::Nameless });
        let files: Vec<ListedFile> = disk.files.keys().map(look).chain(nameless).collect();
        if end == ListingEnd::Complete {
            for batch in files.chunks(BATCH) {
                self.tell(Event::FilesListed { folder, scan, files: batch.to_vec() });
            }
        }
        self.tell(Event::ListingEnded { folder, scan, end });
    }

    fn hash(&mut self, read: &Read) {
        self.log.hashed.push(read.path.to_string());
        let now = self.now;
        let touched = self.touch_during_hash.take_if(|path| **path == *read.path).is_some();
        let disk = self.disks.entry(read.folder).or_default();
        if touched {
            disk.write(&read.path, "written while it was read", now + 1);
        }
        let end = disk.hash(read);
        self.tell(Event::HashEnded { job: read.job, end });
    }

    fn upload(&mut self, send: &Send) {
        self.log.uploads.push(send.read.path.to_string());
        let disk = self.disks.entry(send.read.folder).or_default();
        let end = match disk.hash(&send.read) {
            HashEnd::Digested(_) => {
                let bytes = disk.bytes(&send.read.path).to_vec();
                UploadEnd::Ended(self.server.upload(self.now, bytes, send.digest))
            }
            HashEnd::Moved(look) => UploadEnd::Moved(look),
            HashEnd::Vanished => UploadEnd::Vanished,
            HashEnd::Unreadable | HashEnd::ReaderStopped => UploadEnd::Unreadable,
            HashEnd::OutOfReach(barrier) => UploadEnd::OutOfReach(barrier),
        };
        self.tell(Event::UploadEnded { job: send.read.job, end });
    }

    /// What the server tells somebody whom it does not know.
    pub fn check_of_a_stranger(&self) -> Checked {
        let stranger = Server::default();
        Checked { account: stranger.account(self.now), trust: Trust::StoresUnseen }
    }

    fn check_server(&mut self, job: crate::JobId) {
        self.log.checks += 1;
        let account = self.server.account(self.now);
        let trust = if self.server.verifies { Trust::Verifies } else { Trust::StoresUnseen };
        self.tell(Event::ServerChecked { job, checked: Checked { account, trust } });
    }

    fn pair(&mut self, code: &str) {
        self.server.paired |= code == CODE;
        let end = if code == CODE { PairEnd::Paired } else { PairEnd::CodeRefused };
        self.tell(Event::PairingEnded(end));
    }
}

impl Store {
    fn save(&mut self, rows: Vec<SavedRow>) {
        for SavedRow { id, row } in rows {
            match row {
                Some(row) => _ = self.rows.insert(id, row),
                None => _ = self.rows.remove(&id),
            }
        }
    }
}

fn is_about(command: &Command, job: crate::JobId) -> bool {
    match command {
        Command::Hash(read) => read.job == job,
        Command::Upload(send) => send.read.job == job,
        Command::Save(_)
        | Command::SaveSettings(_)
        | Command::ForgetFolder(_)
        | Command::ListFolder { .. }
        | Command::Ask { .. }
        | Command::Abandon(_)
        | Command::CheckServer { .. }
        | Command::Pair { .. }
        | Command::WakeAt(_) => false,
    }
}
