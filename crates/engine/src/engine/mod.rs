//! The state machine: parts that are joined by [`Engine::handle`]. An event first changes what is known (`take`).
//! Then everything that can begin is begun (`advance`). No event starts work directly, so nothing can be started
//! twice or forgotten.
//!
//! Each part has its own state and gets only what it needs, never the whole engine. If something concerns several
//! parts, one part returns it as a value and the engine passes it on.

mod advance;
mod asking;
mod bundling;
mod copies;
mod fetching;
mod folders;
mod gates;
mod hidden;
mod history;
mod inventory;
mod jobs;
mod link;
mod listing;
mod notices;
mod obey;
mod reading;
mod restless;
mod role;
mod sending;
mod shared;
mod shift;

use protocol::inventory::write_held;
use protocol::{AssetId, Digest};

use crate::abilities::Abilities;
use crate::catalog::Order;
use crate::command::{AfterStored, Commands};
use crate::event::{
    Checked, Event, HashEnd, JobId, LinkEvent, ReadingEvent, RequestEnd, Saved, SendingEvent, UploadEnd,
};
use crate::folder::FolderId;
use crate::incident::{Incident, Trouble};
use crate::link::Halt;
use crate::record::Loaded;
use crate::row::{FileId, FileState, Proof};
use crate::run::Wake;
use crate::settings::{AccountId, Memory};
use crate::time::Moment;
use asking::Asking;
pub use fetching::Large;
pub(crate) use folders::Folders;
pub(crate) use gates::{Conditions, Gates};
use history::History;
pub(crate) use link::{Link, Pairing};
use reading::Reading;
pub use role::{Page, Role};
use sending::{Outcome, Sending, Verdict};
pub(crate) use shared::Shared;
pub use shift::{Shift, ShiftReport};

/// The name of the directory in the browser's own storage that receives files shared by other apps.
pub const INBOX: &str = "safelight-inbox";
/// More than the host has readers, so that each reader's next file is already opened while the reader still works on the
/// one before. Small files end together, and share a transaction.
const READING_AT_ONCE: usize = 64;
/// A host without separate readers reads in its own thread: one file is digested while the next is opened.
const READING_ALONE: usize = 2;

pub struct Engine<R: Role = Page> {
    pub(crate) shared: Shared,
    pub(crate) folders: Folders,
    reading: Reading,
    asking: Asking,
    pub(crate) sending: Sending,
    pub(crate) link: Link,
    pub(crate) gates: Gates,
    pub(crate) history: History,
    pub(crate) role: R,
    wake_at: Option<Moment>,
}

/// The server confirmed that it holds these bytes.
struct Proven {
    id: FileId,
    digest: Digest,
    asset: Option<AssetId>,
    proof: Proof,
}

/// Nothing more should be sent for now.
struct Stop {
    halt: Halt,
    retry_after_ms: Option<u64>,
}

impl Engine<Page> {
    /// An engine with a page. Like every engine, it knows nothing before its first event, [`Event::Started`].
    pub fn new() -> Engine {
        let reading = Reading { at_once: READING_AT_ONCE };
        Engine::of(Order::NewestFirst, reading, History::default(), Page::default())
    }

    /// The same, for a host without separate readers.
    pub fn reading_alone(mut self) -> Engine {
        self.reading.at_once = READING_ALONE;
        self
    }
}

impl Engine<Shift> {
    /// An engine without a page, which must end by `until`. The browser itself is uploading the files in `fetching`.
    pub fn woken(by: Wake, until: Moment, fetching: Vec<FileId>) -> Engine<Shift> {
        let reading = Reading { at_once: READING_ALONE };
        let mut engine = Engine::of(Order::SmallFirst, reading, History::woken_as(by), Shift::until(until));
        engine.shared.set_fetching(fetching);
        engine
    }
}

impl<R: Role> Engine<R> {
    fn of(order: Order, reading: Reading, history: History, role: R) -> Engine<R> {
        Engine {
            shared: Shared::ordered(order),
            folders: Folders::default(),
            reading,
            asking: Asking::default(),
            sending: Sending::default(),
            link: Link::default(),
            gates: Gates::default(),
            history,
            role,
            wake_at: None,
        }
    }

    /// Tells the engine what happened at `now`; returns what to do.
    pub fn handle(&mut self, now: Moment, event: Event) -> Commands {
        if R::IS_PAGE {
            self.history.note_wake(&event);
        } else if event.is_of_pages() {
            // These events belong to a page, which has its own engine.
            return Commands::default();
        }
        self.take(now, event);
        self.advance(now);
        self.shared.take_commands()
    }

    fn take(&mut self, now: Moment, event: Event) {
        let shared = &mut self.shared;
        match event {
            Event::Started(saved) => self.start(now, *saved),
            Event::Asked(intent) => R::obey(self, now, intent),
            Event::Folder(folder, event) if R::IS_PAGE => {
                self.folders.heard_with_page(now, shared, folder, event);
            }
            Event::Folder(folder, event) => self.folders.heard(now, shared, folder, event),
            Event::Reading(job, ReadingEvent::Progressed(read)) => shared.jobs.note_read(job, read),
            Event::Reading(job, ReadingEvent::Ended(end)) => self.reading_ended(now, job, end),
            Event::AskEnded(job, end) => match self.asking.ended(now, shared, job, end) {
                Ok(proven) => proven.into_iter().for_each(|proven| self.protect(proven)),
                Err(stop) => self.link.stop(now, shared, stop),
            },
            Event::Sending(job, SendingEvent::Resumed(at)) => shared.jobs.note_resumed(job, at),
            Event::Sending(job, SendingEvent::Progressed(sent)) => {
                self.sending.progressed(now, shared, job, sent);
            }
            Event::Sending(job, SendingEvent::Ended(end)) => self.upload_ended(now, job, end),
            Event::CopyEnded(job, end) => {
                if let Some(page) = self.role.page_mut() {
                    page.copies.ended(now, shared, job, end);
                }
            }
            Event::Link(event) => self.link_changed(now, event),
            Event::SurroundingsChanged(around) => self.gates.surroundings_changed(now, shared, around),
            Event::FetchingChanged(files) => shared.set_fetching(files),
            Event::PageOpened => self.page_opened(),
            Event::Woke => self.wake_at = None,
        }
    }

    fn start(&mut self, now: Moment, saved: Saved) {
        let shared = &mut self.shared;
        shared.catalog.restore(saved.rows);
        saved.unreadable_rows.iter().for_each(|id| shared.catalog.keep_free_below(FileId(id.0 + 1)));
        saved.copies.into_iter().for_each(|copy| shared.catalog.add_copy(copy));
        shared.incidents.restore(saved.incidents);
        shared.settings.restore(saved.settings);
        if saved.memory == Loaded::Unreadable {
            shared.note(now, Trouble::MemoryUnreadable, None);
            shared.memory.reset(Memory::lost());
        } else {
            shared.memory.restore(saved.memory);
        }
        if !saved.unreadable_rows.is_empty() {
            let files = saved.unreadable_rows.len() as u64;
            shared.note(now, Trouble::RecordsUnreadable(files), None);
        }
        self.folders.restore(shared, saved.folders);
        self.history.restore(now, shared, saved.last_run, R::IS_PAGE);
    }

    fn reading_ended(&mut self, now: Moment, job: JobId, end: HashEnd) {
        let folder = self.shared.jobs.reader_of(job).and_then(|id| self.shared.catalog.get(id));
        let versions = folder.map(|row| self.folders.versions(row.folder)).unwrap_or_default();
        let lost = self.reading.ended(now, &mut self.shared, versions, job, end);
        if let Some((file, barrier)) = lost {
            self.folders.lose_folder_of(now, &mut self.shared, file, barrier);
        }
    }

    fn upload_ended(&mut self, now: Moment, job: JobId, end: UploadEnd) {
        // If the end comes while the server is being checked again or is away, an answer is assumed to come from a
        // server that does not verify digests, and a stall is not the file's.
        let (abilities, end) = match (self.link.abilities(), end) {
            (Some(abilities), end) => (abilities, end),
            (None, UploadEnd::Ended(RequestEnd::Stalled)) => {
                (Abilities::default(), UploadEnd::Ended(RequestEnd::NoReply))
            }
            (None, UploadEnd::BundleEnded(RequestEnd::Stalled)) => {
                (Abilities::default(), UploadEnd::BundleEnded(RequestEnd::NoReply))
            }
            (None, end) => (Abilities::default(), end),
        };
        match self.sending.ended::<R>(now, &mut self.shared, abilities, job, end) {
            Outcome::Nothing => {}
            Outcome::Proven(proven) => self.protect(proven),
            Outcome::Stop(stop) => self.link.stop(now, &mut self.shared, stop),
            Outcome::OutOfReach(file, barrier) => {
                self.folders.lose_folder_of(now, &mut self.shared, file, barrier);
            }
        }
    }

    fn protect(&mut self, Proven { id, digest, asset, proof }: Proven) {
        self.asking.maybe_held.insert(digest);
        (self.link.failures, self.link.refusals) = (0, 0);
        self.history.note_protected(self.shared.catalog.size_of(id), proof);
        self.shared.catalog.protect(id, FileState::Protected { digest, asset, proof });
    }

    fn link_changed(&mut self, now: Moment, event: LinkEvent) {
        match event {
            LinkEvent::Checked(job, checked) if self.link.waits_for(job) => self.server_checked(now, checked),
            LinkEvent::Checked(..) => {}
            LinkEvent::PairingEnded(end) => self.link.pairing_ended(end),
            // The browser's report is only a hint. If the network is back, look at once, at folders too, because a
            // network drive may be back as well. If it is gone, nothing changes until a request fails.
            LinkEvent::NetworkChanged { online: true } => {
                self.link.failures = 0;
                self.look_again(now);
            }
            LinkEvent::NetworkChanged { online: false } => {}
        }
    }

    fn server_checked(&mut self, now: Moment, checked: Checked) {
        let account = self.link.checked(now, &mut self.shared, checked);
        if let Some(account) = &account {
            if let Some(page) = self.role.page_mut() {
                page.inventories.note_outdated();
            }
            self.recognise(account);
            let limit = self.shared.settings.rate_limit;
            let limit = limit.map(|rate| AfterStored::LimitRate(Some(rate)));
            self.shared.out.after_stored.extend(limit);
        }
        let verdict = self.sending.judge_suspects(now, &mut self.shared, account.is_some());
        if verdict == Verdict::SomeRefused {
            self.link.note_refusal(now, &mut self.shared);
        }
    }

    /// What one account confirmed says nothing about another account: a new vault at the same address is empty.
    fn recognise(&mut self, account: &AccountId) {
        let shared = &mut self.shared;
        if shared.memory.account.as_ref() == Some(account) {
            return;
        }
        if shared.memory.account.is_some() {
            self.asking.maybe_held.clear();
            self.sending.forget_lack_of_room();
            // An answer that is still on its way comes from the other account.
            shared.abandon_all();
            shared.drop_question();
            let is_its_word = |state: &FileState| {
                state.lacks_room()
                    || matches!(
                        state,
                        FileState::Protected { .. }
                            | FileState::Ready { .. }
                            | FileState::Sent { .. }
                            | FileState::InTrash { .. }
                    )
            };
            let theirs = shared.catalog.select(|_, row| is_its_word(&row.state));
            theirs.into_iter().for_each(|id| shared.catalog.begin_again(id));
        }
        shared.memory.change(|memory| memory.account = Some(account.clone()));
    }

    /// The folder's name, and its protected files in the format of [`protocol::inventory`].
    pub fn inventory(&self, id: FolderId) -> Option<(&str, String)> {
        let folder = self.folders.get(id)?;
        let mut text = String::new();
        for (_, row) in self.shared.catalog.iter().filter(|(_, row)| row.folder == id) {
            if let FileState::Protected { digest, .. } = row.state {
                write_held(&mut text, digest, row.stamp.size, &row.path);
            }
        }
        Some((&folder.name, text))
    }

    /// How often it iterated over all rows since it was created. Frequent operations must not do that.
    #[cfg(feature = "testing")]
    pub fn passes_over_rows(&self) -> u64 {
        self.shared.catalog.passes()
    }

    /// The last things that went wrong, oldest first.
    pub fn incidents(&self) -> Vec<Incident> {
        self.shared.incidents.all()
    }
}

impl Default for Engine<Page> {
    fn default() -> Engine {
        Engine::new()
    }
}
