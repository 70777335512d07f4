//! A world for the engine to run in: a folder, a store, a server and a clock, all in memory, and misfortunes by name.
//! Two minutes of retries take no time here.
//!
//! [`World`] is a host like the one in the browser. Events wait in its inbox, a turn takes one or several of them,
//! and [`crate::effects`] gives the order of what follows. Anything that takes time is in flight and ends later. A
//! [`World::kill`] may come between any two effects.

mod bundle;
pub mod contract;
mod disk;
mod engine;
mod flight;
mod host;
mod server;
pub mod simulation;
mod store;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::num::NonZeroU64;

pub use disk::{Disk, DiskFile, digest_of};
pub use engine::AnyEngine;
pub use server::Server;
pub use store::{Store, Unreadable};

use protocol::Digest;

use crate::abilities::Abilities;
use crate::command::Read;
use crate::engine::Engine;
use crate::event::{Checked, Event, FolderEvent, HashEnd, JobId, ListedFile, Look};
use crate::folder::FolderId;
use crate::gate::{Gate, Surroundings};
use crate::intent::Intent;
use crate::notice::Notice;
use crate::row::{FileId, FileState, Stamp};
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

/// How many steps the world may take before a test counts as hanging.
const MOST_STEPS: usize = 200_000;
/// The files of a new world are a day old.
/// How long an upload whose last byte has left waits for its answer.
const ANSWER_MS: u64 = 900_000;
const A_DAY_MS: u64 = 86_400_000;

#[derive(Default)]
pub struct World {
    pub now: Moment,
    pub engine: AnyEngine,
    pub disks: BTreeMap<FolderId, Disk>,
    pub server: Server,
    pub store: Store,
    pub log: Log,
    /// Folders whose changes are reported.
    pub watched: BTreeSet<FolderId>,
    pub rate_limit: Option<NonZeroU64>,
    /// The last inventory of each folder that the server was sent.
    pub inventories: BTreeMap<FolderId, String>,
    /// Events that are not handled yet, with the number of the message that brought them.
    inbox: VecDeque<(Event, Option<u32>)>,
    effects: VecDeque<Effect>,
    /// Events stay in the inbox until [`World::take_turn`], so that several may share a turn.
    pub(crate) gathers: bool,
    /// The numbers that pages were last shown.
    pub(crate) shown: Option<Tally>,
    /// Messages whose consequences are stored.
    pub confirmed: Vec<u32>,
    flights: Vec<Flight>,
    alarm: Option<Moment>,
    touch_during_hash: Option<String>,
    /// The file whose read does not end.
    pub hanging_file: Option<String>,
    /// The browser has room for copies.
    pub has_room: bool,
    /// The state of the device.
    pub around: Surroundings,
    /// Files that the browser itself is uploading.
    pub fetching: Vec<FileId>,
    /// Files with hidden names that the page was given, as they looked then.
    handed: BTreeMap<(FolderId, Box<str>), Stamp>,
    /// The notices that the person was given.
    pub notices: Vec<Notice>,
}

/// What the world counted, for tests that limit how often something may happen.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Log {
    pub hashed: Vec<String>,
    pub uploads: Vec<String>,
    /// The paths of each bundle.
    pub bundles: Vec<Vec<String>>,
    /// Digests that the server told the engine it lacks.
    pub lacking: Vec<Digest>,
    /// Digests that were sent to the server.
    pub sent: Vec<Digest>,
    /// Digests whose uploads the server was told to drop.
    pub dropped: Vec<Digest>,
    /// Paths of the files that were begun although a gate was closed for them, and the gate.
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

    /// The same, but neither paired nor started.
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

    /// The browser wakes an engine without a page, for this long.
    pub fn wake(&mut self, by: Wake, ms: u64) {
        self.kill();
        self.engine = AnyEngine::Shift(Engine::woken(by, self.now + ms, self.fetching.clone()));
        self.start();
    }

    /// The browser is gone, with everything that was not stored.
    pub fn kill(&mut self) {
        self.engine = AnyEngine::default();
        self.inbox.clear();
        self.effects.clear();
        self.flights.clear();
        self.watched.clear();
        self.handed.clear();
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

    /// Carries out one effect, handles one event, or continues something in flight. False if there was nothing to do.
    pub fn step(&mut self) -> bool {
        let moving = self.flights.iter().position(|flight| !flight.is_stuck(self));
        self.step_effect() || self.take_turn(1) || moving.is_some_and(|at| self.step_flight(at))
    }

    /// Continues one of the flights by a turn. False if there is no such flight, or if it waits for a server that hangs.
    pub fn step_flight(&mut self, at: usize) -> bool {
        if self.flights.get(at).is_none_or(|flight| flight.is_stuck(self)) {
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
            Flight::Uploading { upload, .. } => vec![upload.read.job],
            Flight::UploadingBundle(bundle) => bundle.jobs(),
            Flight::Listing { .. }
            | Flight::Reading { .. }
            | Flight::Asking { .. }
            | Flight::Checking { .. }
            | Flight::Copying { .. } => Vec::new(),
        };
        self.flights.iter().flat_map(sending).collect()
    }

    pub(crate) fn reading_and_sending(&self) -> (usize, usize) {
        let count = |wanted: fn(&Flight) -> bool| self.flights.iter().filter(|flight| wanted(flight)).count();
        let reading = count(|flight| matches!(flight, Flight::Reading { .. }));
        let sends = |flight: &Flight| matches!(flight, Flight::Uploading { .. } | Flight::UploadingBundle(_));
        (reading, count(sends))
    }

    /// How many effects and events wait.
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

    /// Lets time pass without carrying anything out. If a wake-up is due, it comes at the end.
    pub(crate) fn wait(&mut self, ms: u64) {
        self.now = self.now + ms;
        let now = self.now;
        if self.alarm.take_if(|at| *at <= now).is_some() {
            self.tell(Event::Woke);
        }
    }

    /// Moves the clock to the next wake-up. False if there is none before `end`.
    pub(crate) fn wake_before(&mut self, end: Moment) -> bool {
        let Some(at) = self.alarm.take_if(|at| *at <= end) else { return false };
        self.now = self.now.max(at);
        self.tell(Event::Woke);
        true
    }

    /// Somebody sets the clock. The next wake-up still comes after the same delay.
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

    /// Lets time pass, with every wake-up on the way.
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

    /// The file will change the next time it is read.
    pub fn touch_during_hash(&mut self, path: &str) {
        self.touch_during_hash = Some(path.into());
    }

    pub fn disk(&mut self) -> &mut Disk {
        self.disk_of(PICTURES)
    }

    pub fn disk_of(&mut self, folder: FolderId) -> &mut Disk {
        self.disks.entry(folder).or_default()
    }

    /// The watch reports what has changed in the folders since it last reported.
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
        let id = self.engine.shared().catalog.find(folder, path)?;
        self.engine.shared().catalog.get(id).map(|row| &row.state)
    }

    pub fn id(&self, path: &str) -> Option<FileId> {
        self.engine.shared().catalog.find(PICTURES, path)
    }

    /// The person shows the page a folder in the listing that hides no names.
    pub fn look_for_hidden(&mut self, folder: FolderId) {
        let files = self.disk_of(folder).hidden();
        for ListedFile { path, look, .. } in &files {
            if let Look::Seen(stamp) = look {
                self.handed.insert((folder, path.clone()), *stamp);
            }
        }
        self.tell(Event::Folder(
            folder,
            FolderEvent::HiddenFound { within: "".into(), files, unread: Vec::new() },
        ));
    }

    /// Whether the page can still read this file, which was given to it by another listing.
    fn is_handed(&self, read: &Read) -> bool {
        let now =
            self.disks.get(&read.folder).and_then(|disk| disk.files.get(&*read.path)).map(DiskFile::stamp);
        let then = self.handed.get(&(read.folder, read.path.clone()));
        then.is_some() && then == now.as_ref()
    }

    /// The file, from its folder or its copy, if it still looks as it was listed.
    fn open(&mut self, read: &Read) -> Result<DiskFile, HashEnd> {
        match read.copy {
            None if read.hidden && !self.is_handed(read) => Err(HashEnd::Unreadable),
            None => self.disk_of(read.folder).open(read),
            Some(file) => {
                let copy = self.store.copies.get(&file).filter(|copy| copy.stamp() == read.stamp);
                copy.cloned().ok_or(HashEnd::CopyLost)
            }
        }
    }

    /// What a reader gets that opened the file when it looked like this; none if the browser refuses to go on.
    fn bytes_under_reader(&mut self, read: &Read, file: &DiskFile) -> Option<Vec<u8>> {
        match read.copy {
            Some(_) => Some(file.bytes.clone()),
            None => self.disk_of(read.folder).bytes_under_reader(&read.path, file),
        }
    }

    /// Whether an upload that began then waits for a server that hangs.
    fn hangs_since(&self, since: Moment) -> bool {
        self.server.uploads_hang(self.now) && self.now.since(since) < ANSWER_MS
    }

    fn touch_under_reader(&mut self, read: &Read) {
        let now = self.now;
        if self.touch_during_hash.take_if(|path| **path == *read.path).is_some() {
            self.disk_of(read.folder).write(&read.path, "written while it was read", now + 1);
        }
    }

    /// What the server tells a client that it does not know.
    pub fn check_of_a_stranger(&self) -> Checked {
        let stranger = Server::default();
        Checked { account: stranger.account(self.now), abilities: Abilities::default() }
    }
}
