//! A world for the engine to live in: a folder, a store, a server and a clock, all in memory, and misfortunes
//! by name. Two minutes of retries take no time here.
//!
//! [`World`] is a host like the one in the browser: events wait in its inbox, a turn takes one or several of them, and
//! [`crate::effects`] gives the order of what follows. What takes its time is in flight and ends later. A [`World::kill`]
//! may come between any two effects.

pub mod contract;
mod disk;
mod flight;
mod host;
mod server;
pub mod simulation;
mod store;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::NonZeroU64;

pub use disk::{Disk, DiskFile, digest_of};
pub use server::Server;
pub use store::{Store, Unreadable};

use protocol::Digest;

use crate::abilities::Abilities;
use crate::command::Read;
use crate::engine::Engine;
use crate::event::{Checked, Event, FolderEvent, HashEnd, JobId};
use crate::folder::FolderId;
use crate::gate::{Gate, Surroundings};
use crate::intent::Intent;
use crate::notice::Notice;
use crate::row::{FileId, FileState};
use crate::run::Wake;
use crate::schedule::Effect;
use crate::tally::Tally;
use crate::time::Moment;
use crate::view::View;
use flight::Flight;

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
    /// What happened and is not handled yet, with the number of the message that it came by.
    inbox: VecDeque<(Event, Option<u32>)>,
    effects: VecDeque<Effect>,
    /// Events stay in the inbox until [`World::take_turn`]: then several may share a turn.
    pub(crate) gathers: bool,
    /// The numbers that pages were shown last.
    pub(crate) shown: Option<Tally>,
    /// Messages whose consequences are stored.
    pub confirmed: Vec<u32>,
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
        self.inbox.clear();
        self.effects.clear();
        self.flights.clear();
        self.watched.clear();
        self.alarm = None;
        self.shown = None;
    }

    pub fn reboot(&mut self) {
        self.kill();
        self.start();
    }

    pub fn ask(&mut self, intent: Intent) {
        self.tell(Event::Asked(intent));
    }

    /// The page comes back into view after a while.
    pub fn look(&mut self) {
        self.now = self.now + 60_000;
        self.ask(Intent::Look);
    }

    /// Carries out one effect, or handles one event, or goes on with what is in flight. False if there was nothing to do.
    pub fn step(&mut self) -> bool {
        self.step_effect() || self.take_turn(1) || self.step_flight(0)
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
            Flight::Uploading { upload, .. } => Some(upload.read.job),
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

    /// Effects and events that wait.
    pub(crate) fn waiting(&self) -> usize {
        self.effects.len() + self.inbox.len()
    }

    pub(crate) fn effects(&self) -> usize {
        self.effects.len()
    }

    pub(crate) fn has_alarm(&self) -> bool {
        self.alarm.is_some()
    }

    pub(crate) fn next_effect(&self) -> Option<&Effect> {
        self.effects.front()
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
                self.tell(Event::Folder(folder, FolderEvent::PathsTouched(paths)));
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
        let id = self.engine.shared.catalog.find(folder, path)?;
        self.engine.shared.catalog.get(id).map(|row| &row.state)
    }

    pub fn id(&self, path: &str) -> Option<FileId> {
        self.engine.shared.catalog.find(PICTURES, path)
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

    fn touch_under_reader(&mut self, read: &Read) {
        let now = self.now;
        if self.touch_during_hash.take_if(|path| **path == *read.path).is_some() {
            self.disk_of(read.folder).write(&read.path, "written while it was read", now + 1);
        }
    }

    /// What the server tells somebody whom it does not know.
    pub fn check_of_a_stranger(&self) -> Checked {
        let stranger = Server::default();
        Checked { account: stranger.account(self.now), abilities: Abilities::default() }
    }
}
