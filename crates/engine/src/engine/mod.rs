//! The state machine itself. An event changes what is known (`take`), then everything that can begin begins
//! (`advance`): no event starts work of its own, so nothing can be started twice or be forgotten.

mod advance;
mod asking;
mod fetching;
mod folders;
mod gates;
mod inventory;
mod jobs;
mod listing;
mod notices;
mod reading;
mod runs;
mod sending;
mod server;
mod shift;
mod staging;

use protocol::Digest;

use crate::catalog::{Catalog, Order};
use crate::command::Command;
use crate::event::{Event, PairEnd, Saved, SavedFolder};
use crate::folder::{Folder, Folders, Lasting, ScanId};
use crate::gate::Surroundings;
use crate::incident::Incidents;
use crate::intent::{Intent, Settings};
use crate::link::Link;
use crate::maybe::Digests;
use crate::notice::Notice;
use crate::pace::Pace;
use crate::row::{FileId, FileState, Problem};
use crate::speed::Speed;
use crate::time::Moment;
pub use fetching::Large;
pub(crate) use gates::is_video_file;
use inventory::Told;
pub(crate) use jobs::Jobs;
use runs::History;
pub use shift::Left;
use shift::Shift;
use staging::Staging;

/// The name of the directory, in the browser's own storage, that other apps' shared files arrive in.
pub const INBOX: &str = "safelight-inbox";
/// What was looked at this lately, a folder or the server, is not looked at again just because the page came back.
const FRESH_MS: u64 = 20_000;

pub struct Engine {
    pub(crate) catalog: Catalog,
    pub(crate) folders: Folders,
    pub(crate) settings: Settings,
    pub(crate) link: Link,
    pub(crate) jobs: Jobs,
    pub(crate) speed: Speed,
    pace: Pace,
    pub(crate) history: History,
    pub(crate) incidents: Incidents,
    pub(crate) pairing: Pairing,
    /// Files that it sent and that were confirmed.
    sent: u64,
    /// Stops in a row without one success between them.
    failures: u32,
    /// When the last question to the server began.
    asked_at: Moment,
    /// When the server last said who we are.
    answered_at: Moment,
    last_scan: ScanId,
    shift: Shift,
    /// Hears what only pages say. An engine without one has another, so that a service worker need not even load what
    /// follows from it.
    hear_page: fn(&mut Engine, Moment, Event),
    /// The same for what only an engine with a page begins.
    begin_for_page: fn(&mut Engine, Moment, &mut Vec<Command>),
    /// When that begins next by itself.
    due_for_page: fn(&Engine, Moment) -> Option<Moment>,
    /// The person asked for this run, whatever the switches say.
    run_asked: bool,
    /// The gates that the person lets this run pass, see [`crate::gate::Gate::bit`].
    passed: u8,
    /// None until it was told: a page's engine sends nothing before.
    around: Option<Surroundings>,
    pub(crate) staging: Staging,
    /// What its last run found worth telling.
    notice: Option<Notice>,
    /// Digests that the server may hold by now, though it may have said before that it lacks them: they left for
    /// it, or it confirmed them. A twin of one of them is asked about again rather than sent.
    maybe_held: Digests,
    /// Files whose upload ended with no answer or a gateway's fault. If the server then answers, it was not the
    /// network: the attempt counts, so that one file cannot hold up the rest for ever.
    suspects: Vec<FileId>,
    told: Told,
    wake_at: Option<Moment>,
    /// What else is to be done, in order, after the rows are saved.
    outbox: Vec<Command>,
}

/// Where the exchange of a pairing code stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairing {
    Idle,
    Running,
    Failed(PairEnd),
}

impl Engine {
    /// An engine that knows nothing; its first event is [`Event::Started`].
    pub fn new() -> Engine {
        Engine::of(
            Shift::Open,
            Order::NewestFirst,
            Engine::hear_page,
            Engine::begin_for_page,
            Engine::due_for_page,
        )
    }

    fn of(
        shift: Shift,
        order: Order,
        hear_page: fn(&mut Engine, Moment, Event),
        begin_for_page: fn(&mut Engine, Moment, &mut Vec<Command>),
        due_for_page: fn(&Engine, Moment) -> Option<Moment>,
    ) -> Engine {
        Engine {
            catalog: Catalog::ordered(order),
            folders: Folders::default(),
            settings: Settings::default(),
            link: Link::Due(None),
            jobs: Jobs::default(),
            speed: Speed::default(),
            pace: Pace::default(),
            history: History::default(),
            incidents: Incidents::default(),
            pairing: Pairing::Idle,
            sent: 0,
            failures: 0,
            asked_at: Moment::default(),
            answered_at: Moment::default(),
            last_scan: ScanId::default(),
            shift,
            hear_page,
            begin_for_page,
            due_for_page,
            run_asked: false,
            passed: 0,
            around: None,
            staging: Staging::default(),
            notice: None,
            maybe_held: Digests::default(),
            suspects: Vec::new(),
            told: Told::default(),
            wake_at: None,
            outbox: Vec::new(),
        }
    }

    /// Tells the engine what happened at `now`; returns what to do, in order.
    pub fn handle(&mut self, now: Moment, event: Event) -> Vec<Command> {
        self.note_wake(&event);
        self.take(now, event);
        self.advance(now)
    }

    fn take(&mut self, now: Moment, event: Event) {
        match event {
            Event::Started(saved) => self.start(now, *saved),
            Event::Asked(_)
            | Event::FolderAdded { .. }
            | Event::PathsTouched { .. }
            | Event::WatchBeganLate { .. }
            | Event::WatchEnded { .. }
            | Event::PairingEnded(_)
            | Event::StageEnded { .. }
            | Event::FetchingChanged(_)
            | Event::NetworkChanged { .. } => (self.hear_page)(self, now, event),
            Event::SurroundingsChanged(around) => self.surroundings_changed(now, around),
            Event::AccessChanged { folder, access } => self.access_changed(folder, access),
            Event::FilesListed { folder, scan, files } => self.files_listed(now, folder, scan, files),
            Event::ListingEnded { folder, scan, end } => self.listing_ended(now, folder, scan, end),
            Event::HashProgressed { job, read } => self.jobs.note_read(job, read),
            Event::HashEnded { job, end } => self.hash_ended(now, job, end),
            Event::AskEnded { job, end } => self.ask_ended(now, job, end),
            Event::UploadResumed { job, at } => self.jobs.note_resumed(job, at),
            Event::UploadProgressed { job, sent } => self.upload_progressed(now, job, sent),
            Event::UploadEnded { job, end } => self.upload_ended(now, job, end),
            Event::ServerChecked { job, checked } => self.server_checked(now, job, checked),
            Event::TabOpened => self.tab_opened(),
            Event::Woke => self.wake_at = None,
        }
    }

    fn hear_page(&mut self, now: Moment, event: Event) {
        match event {
            Event::Asked(intent) => self.obey(now, intent),
            Event::FolderAdded { folder, name, lasting } => self.add_folder(folder, name, lasting),
            Event::PathsTouched { folder, paths } => self.paths_touched(folder, paths),
            Event::WatchBeganLate { folder } => self.watch_began_late(folder),
            Event::WatchEnded { folder } => self.watch_ended(now, folder),
            Event::PairingEnded(end) => self.pairing_ended(end),
            Event::NetworkChanged { online } => self.network_changed(now, online),
            Event::StageEnded { job, end } => self.stage_ended(now, job, end),
            Event::FetchingChanged(files) => self.set_fetching(files),
            Event::Started(_)
            | Event::AccessChanged { .. }
            | Event::FilesListed { .. }
            | Event::ListingEnded { .. }
            | Event::HashProgressed { .. }
            | Event::HashEnded { .. }
            | Event::AskEnded { .. }
            | Event::UploadResumed { .. }
            | Event::UploadProgressed { .. }
            | Event::UploadEnded { .. }
            | Event::ServerChecked { .. }
            | Event::SurroundingsChanged(_)
            | Event::TabOpened
            | Event::Woke => {}
        }
    }

    fn start(&mut self, now: Moment, saved: Saved) {
        self.catalog.restore(saved.rows);
        for SavedFolder { id, name, rules } in saved.folders {
            let lasting = if name == INBOX { Lasting::Inbox } else { Lasting::Lasting };
            self.folders.add(id, || Folder { rules, ..Folder::new(name, lasting) });
        }
        saved.staged.into_iter().for_each(|copy| self.catalog.add_copy(copy));
        self.take_in_strays();
        self.settings = saved.settings;
        self.close_run_cut_off(now, saved.last_run);
    }

    fn begin_for_page(&mut self, now: Moment, begun: &mut Vec<Command>) {
        self.begin_staging(now, begun);
        self.tidy_inbox(now);
        self.tell_inventories(now);
    }

    fn due_for_page(&self, now: Moment) -> Option<Moment> {
        let inventories = self.inventories_due(now).filter(|_| self.is_settled());
        inventories.into_iter().chain(self.staging_due()).min()
    }

    fn obey(&mut self, now: Moment, intent: Intent) {
        match intent {
            Intent::Pair { code } => self.pair(code),
            Intent::BackUpNow => self.back_up_now(),
            Intent::Look => self.look_again(now),
            Intent::Pause => self.pause(),
            Intent::Resume => self.change(|settings| settings.paused = false),
            Intent::SetForeground(foreground) => self.set_foreground(foreground),
            Intent::SetBackground(on) => self.change(|settings| settings.background = on),
            Intent::Retry(file) => self.retry(file),
            Intent::RetryAll => self.retry_all(),
            Intent::RemoveFolder(folder) => self.remove_folder(folder),
            Intent::SetRules(folder, rules) => self.set_rules(folder, rules),
            Intent::BackUpAnyway => self.back_up_anyway(now),
            Intent::SetCopiesLimit(limit) => self.change(|settings| settings.copies_limit = limit),
            Intent::SetNotices(on) => self.change(|settings| settings.notices = on),
            Intent::SetGates(gates) => self.change(|settings| settings.gates = gates),
            Intent::SetKeepAwake(on) => self.change(|settings| settings.keep_awake = on),
            Intent::LimitRate(rate_limit) => {
                self.change(|settings| settings.rate_limit = rate_limit);
                self.outbox.push(Command::LimitRate(rate_limit));
            }
        }
    }

    fn back_up_now(&mut self) {
        self.run_asked = true;
        if self.settings.paused {
            self.change(|settings| settings.paused = false);
        }
        self.list_again(|_, _| true);
        self.retry_all_of(|problem| matches!(problem, Problem::GaveUp(_)));
        self.catalog.end_all_waits();
        self.ask_server_again();
    }

    pub(super) fn look_again(&mut self, now: Moment) {
        let is_stale = |at: Moment| at > now || now.since(at) > FRESH_MS;
        self.list_again(|_, folder| folder.listed_at.is_none_or(is_stale));
        if is_stale(self.answered_at) || !matches!(self.link, Link::Ready(_)) {
            self.ask_server_again();
        }
    }

    fn pause(&mut self) {
        self.end_what_was_asked();
        self.change(|settings| settings.paused = true);
        self.abandon_everything();
    }

    pub(super) fn end_what_was_asked(&mut self) {
        self.run_asked = false;
        self.passed = 0;
    }

    fn set_foreground(&mut self, foreground: bool) {
        self.change(|settings| settings.foreground = foreground);
        if !self.may_work() {
            self.abandon_everything();
        }
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings);
        self.save_settings();
    }

    fn save_settings(&mut self) {
        self.outbox.push(Command::SaveSettings(self.settings.clone()));
    }

    fn retry(&mut self, id: FileId) {
        let Some(row) = self.catalog.get(id) else { return };
        let FileState::Problem { digest, problem } = row.state else { return };
        match problem {
            // Only a new look at the folder can tell whether it was mended.
            Problem::Nameless | Problem::UnreadableFolder => {
                let theirs = row.folder;
                self.list_again(|id, _| id == theirs);
            }
            Problem::Unreadable => self.try_again(id, None),
            Problem::TooLargeForServer
            | Problem::Refused(_)
            | Problem::GaveUp(_)
            | Problem::InServerTrash => {
                self.try_again(id, digest);
            }
        }
    }

    fn try_again(&mut self, id: FileId, known: Option<Digest>) {
        self.catalog.forget_attempts(id);
        self.catalog.set_state(id, FileState::begin_again(known));
    }

    fn retry_all(&mut self) {
        self.retry_all_of(|_| true);
        self.catalog.end_all_waits();
    }

    fn retry_all_of(&mut self, wanted: impl Fn(&Problem) -> bool) {
        let wanted =
            |state: &FileState| matches!(state, FileState::Problem { problem, .. } if wanted(problem));
        let all: Vec<FileId> =
            self.catalog.iter().filter(|(_, row)| wanted(&row.state)).map(|(id, _)| id).collect();
        all.into_iter().for_each(|id| self.retry(id));
    }
}

impl Default for Engine {
    fn default() -> Engine {
        Engine::new()
    }
}
