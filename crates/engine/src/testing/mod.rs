//! A world for the engine to live in: a folder, a store, a server and a clock, all in memory, and misfortunes
//! by name. Two minutes of retries take no time here.
//!
//! [`World`] is the host: it carries commands out in order, and what takes its time as flights that end later. A
//! [`World::kill`] may come between any two turns.

pub mod contract;
mod disk;
mod flight;
mod server;
pub mod simulation;
mod store;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::NonZeroU64;

pub use disk::{Disk, DiskFile, digest_of};
pub use server::Server;
pub use store::Store;

use protocol::Digest;
use protocol::media::{MediaKind, kind_of};

use crate::Engine;
use crate::command::{Command, Read};
use crate::event::{Checked, Event, HashEnd, JobId, PairEnd};
use crate::folder::FolderId;
use crate::gate::{Gate, Surroundings};
use crate::intent::Intent;
use crate::link::Trust;
use crate::notice::Notice;
use crate::row::{FileId, FileState};
use crate::run::Wake;
use crate::time::Moment;
use crate::view::View;
use flight::{Flight, Upload};

/// The one folder of most tests.
pub const PICTURES: FolderId = FolderId(1);
/// The code that pairs.
pub const CODE: &str = "GOOD-CODE";

/// How often the world may turn before a test is said to hang.
const MOST_STEPS: usize = 200_000;
/// The files of a new world have lain there for a day.
const A_DAY_MS: u64 = 86_400_000;

#[derive(Default)]
pub struct World {
    pub now: Moment,
    pub engine: Engine,
    pub disks: BTreeMap<FolderId, Disk>,
    pub server: Server,
    pub store: Store,
    pub log: Log,
    /// Folders whose changes are told.
    pub watched: BTreeSet<FolderId>,
    pub rate_limit: Option<NonZeroU64>,
    /// What the server was told last of each folder.
    pub inventories: BTreeMap<FolderId, String>,
    todo: VecDeque<Command>,
    flights: Vec<Flight>,
    alarm: Option<Moment>,
    touch_during_hash: Option<String>,
    /// The browser has room for copies.
    pub has_room: bool,
    /// What the device is like.
    pub around: Surroundings,
    /// Files that the browser itself sends.
    pub fetching: Vec<FileId>,
    /// What the person was told who did not look.
    pub notices: Vec<Notice>,
}

/// What the world counted, for tests that say how often something may happen.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Log {
    pub hashed: Vec<String>,
    pub uploads: Vec<String>,
    /// What the engine was told that the server lacks.
    pub lacking: Vec<Digest>,
    /// What left for the server.
    pub sent: Vec<Digest>,
    /// What was begun though a gate was closed for it, and that gate.
    pub held_but_begun: Vec<(String, Gate)>,
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
        let mut world = World { now: Moment(1_700_000_000_000), has_room: true, ..World::default() };
        world.disks.insert(PICTURES, Disk::of(files, Moment(world.now.0 - A_DAY_MS)));
        world.store.add_folder(PICTURES, "Pictures");
        world
    }

    pub fn start(&mut self) {
        let saved = self.store.load();
        self.tell(Event::Started(Box::new(saved)));
        self.tell(Event::FetchingChanged(self.fetching.clone()));
        self.tell(Event::SurroundingsChanged(self.around));
    }

    /// The browser wakes an engine without a page, for so long.
    pub fn wake(&mut self, by: Wake, ms: u64) {
        self.kill();
        self.engine = Engine::woken(by, self.now + ms, self.fetching.clone());
        self.start();
    }

    /// The browser is gone, with everything that was not stored.
    pub fn kill(&mut self) {
        self.engine = Engine::new();
        self.todo.clear();
        self.flights.clear();
        self.watched.clear();
        self.alarm = None;
    }

    pub fn reboot(&mut self) {
        self.kill();
        self.start();
    }

    pub fn tell(&mut self, event: Event) {
        let commands = self.engine.handle(self.now, event);
        let held: Vec<_> = commands.iter().filter_map(|command| self.held_but_begun(command)).collect();
        self.log.held_but_begun.extend(held);
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

    /// Carries out one command, or one turn of what is in flight. False if there was nothing to do.
    pub fn step(&mut self) -> bool {
        self.step_command() || self.step_flight(0)
    }

    /// Commands are carried out in order. False if there was none.
    pub fn step_command(&mut self) -> bool {
        let Some(command) = self.todo.pop_front() else { return false };
        self.carry_out(command);
        true
    }

    /// One of the flights goes on by a turn. False if there is no such.
    pub fn step_flight(&mut self, at: usize) -> bool {
        if at >= self.flights.len() {
            return false;
        }
        let flight = self.flights.remove(at);
        if let Some(flight) = flight.turn(self) {
            self.flights.insert(at.min(self.flights.len()), flight);
        }
        true
    }

    pub fn flights(&self) -> usize {
        self.flights.len()
    }

    /// The uploads under way.
    pub fn sending(&self) -> Vec<JobId> {
        let sending = |flight: &Flight| match flight {
            Flight::Uploading { send, .. } => Some(send.read.job),
            Flight::Listing { .. }
            | Flight::Reading { .. }
            | Flight::Asking { .. }
            | Flight::Checking { .. }
            | Flight::Copying { .. } => None,
        };
        self.flights.iter().filter_map(sending).collect()
    }

    pub(crate) fn reading_and_sending(&self) -> (usize, usize) {
        let count = |wanted: fn(&Flight) -> bool| self.flights.iter().filter(|flight| wanted(flight)).count();
        let reading = count(|flight| matches!(flight, Flight::Reading { .. }));
        (reading, count(|flight| matches!(flight, Flight::Uploading { .. })))
    }

    pub(crate) fn commands(&self) -> usize {
        self.todo.len()
    }

    pub(crate) fn has_alarm(&self) -> bool {
        self.alarm.is_some()
    }

    pub(crate) fn next_command(&self) -> Option<&Command> {
        self.todo.front()
    }

    /// Lets time pass without carrying anything out; a wake-up that is due comes at its end.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now = self.now + ms;
        let now = self.now;
        if self.alarm.take_if(|at| *at <= now).is_some() {
            self.tell(Event::Woke);
        }
    }

    /// Goes to the next wake-up. False if there is none before `end`.
    pub(crate) fn wake_before(&mut self, end: Moment) -> bool {
        let Some(at) = self.alarm.take_if(|at| *at <= end) else { return false };
        self.now = self.now.max(at);
        self.tell(Event::Woke);
        true
    }

    /// Somebody sets the clock. A wake-up that was asked for comes after the same time all the same.
    pub(crate) fn jump_clock(&mut self, ms: u64, ahead: bool) {
        let jump = |at: &mut Moment| *at = Moment(if ahead { at.0 + ms } else { at.0.saturating_sub(ms) });
        jump(&mut self.now);
        self.alarm.iter_mut().for_each(jump);
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
        self.disk_of(PICTURES)
    }

    pub fn disk_of(&mut self, folder: FolderId) -> &mut Disk {
        self.disks.entry(folder).or_default()
    }

    /// The watch tells what happened in the folders since it last did.
    pub fn tell_touched(&mut self) {
        for folder in self.watched.clone() {
            let paths = std::mem::take(&mut self.disk_of(folder).touched);
            if !paths.is_empty() {
                self.tell(Event::PathsTouched { folder, paths });
            }
        }
    }

    pub fn view(&self) -> View {
        self.engine.view(self.now)
    }

    /// The state of a file in [`PICTURES`].
    pub fn state(&self, path: &str) -> Option<&FileState> {
        self.state_of(PICTURES, path)
    }

    pub fn state_of(&self, folder: FolderId, path: &str) -> Option<&FileState> {
        let id = self.engine.catalog.find(folder, path)?;
        self.engine.catalog.get(id).map(|row| &row.state)
    }

    pub fn id(&self, path: &str) -> Option<FileId> {
        self.engine.catalog.find(PICTURES, path)
    }

    fn carry_out(&mut self, command: Command) {
        match command {
            Command::Save(rows) => self.store.save(rows),
            Command::SaveSettings(settings) => self.store.settings = settings,
            Command::SaveRules { folder, rules } => self.store.save_rules(folder, rules),
            Command::SaveRun { run, replaces } => self.store.save_run(run, replaces),
            Command::ForgetFolder(folder) => self.store.forget_folder(folder),
            Command::WatchFolder(folder) => self.watch(folder),
            Command::ListFolder { folder, scan, scope } => {
                self.flights.push(Flight::Listing { folder, scan, scope, rest: None });
            }
            Command::Hash(read) => self.flights.push(Flight::Reading { read, opened: false }),
            Command::Ask { job, digests } => {
                self.flights.push(Flight::Asking { job, digests, answer: None });
            }
            Command::Upload(send) => self.flights.push(Flight::Uploading { send, stage: Upload::Begun }),
            Command::Abandon(job) => self.flights.retain(|flight| flight.job() != Some(job)),
            Command::CheckServer { job } => self.flights.push(Flight::Checking { job, answer: None }),
            Command::LimitRate(rate) => self.rate_limit = rate,
            Command::TellInventory(folder) => self.tell_inventory(folder),
            Command::Pair { code } => self.pair(&code),
            Command::WakeAt(at) => self.alarm = Some(at),
            Command::Stage { read, file } => {
                self.flights.push(Flight::Copying { read, copy: file, file: None });
            }
            Command::Unstage(copies) => self.store.copies.retain(|id, _| !copies.contains(id)),
            Command::Discard { folder, path } => self.disk_of(folder).remove(&path),
            Command::Notify(notice) => self.notices.push(notice),
        }
    }

    /// The file, from its folder or its copy, if it looks as it was listed.
    fn open(&mut self, read: &Read) -> Result<DiskFile, HashEnd> {
        match read.copy {
            None => self.disk_of(read.folder).open(read),
            Some(file) => {
                let copy = self.store.copies.get(&file).filter(|copy| copy.stamp() == read.stamp);
                copy.cloned().ok_or(HashEnd::CopyLost)
            }
        }
    }

    fn held_but_begun(&self, command: &Command) -> Option<(String, Gate)> {
        let path = match command {
            Command::Upload(send) => &send.read.path,
            Command::Hash(read) | Command::Stage { read, .. } => {
                return self.engine.whole_gate(self.now).map(|gate| (read.path.to_string(), gate));
            }
            Command::Save(_)
            | Command::SaveSettings(_)
            | Command::SaveRules { .. }
            | Command::SaveRun { .. }
            | Command::ForgetFolder(_)
            | Command::WatchFolder(_)
            | Command::ListFolder { .. }
            | Command::Ask { .. }
            | Command::Abandon(_)
            | Command::CheckServer { .. }
            | Command::LimitRate(_)
            | Command::TellInventory(_)
            | Command::Pair { .. }
            | Command::Unstage(_)
            | Command::Discard { .. }
            | Command::Notify(_)
            | Command::WakeAt(_) => return None,
        };
        let is_video = kind_of(path) == Some(MediaKind::Video);
        self.engine.gate_for(self.now, is_video).map(|gate| (path.to_string(), gate))
    }

    fn tell_inventory(&mut self, folder: FolderId) {
        let told = self.engine.inventory(folder).map(|(_, text)| (folder, text));
        self.inventories.extend(told);
    }

    /// From now on; what happened before is not told.
    fn watch(&mut self, folder: FolderId) {
        self.watched.insert(folder);
        self.disk_of(folder).touched.clear();
    }

    fn touch_under_reader(&mut self, read: &Read) {
        let now = self.now;
        if self.touch_during_hash.take_if(|path| **path == *read.path).is_some() {
            self.disk_of(read.folder).write(&read.path, "written while it was read", now + 1);
        }
    }

    /// What the server tells somebody whom it does not know.
    pub fn check_of_a_stranger(&self) -> Checked {
        let stranger = Server::default();
        Checked { account: stranger.account(self.now), trust: Trust::StoresUnseen }
    }

    fn pair(&mut self, code: &str) {
        self.server.paired |= code == CODE;
        let end = if code == CODE { PairEnd::Paired } else { PairEnd::CodeRefused };
        self.tell(Event::PairingEnded(end));
    }
}
