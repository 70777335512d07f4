//! What the page shows: a plain value that one function makes from the engine's state. Facts only: the page supplies
//! the words.

use serde::{Deserialize, Serialize};

use crate::engine::{Engine, Page, Pairing, Role};
use crate::event::PairEnd;
use crate::folder::{Access, Folder, FolderId, FolderRules, Lasting, Listing};
use crate::gate::Held;
use crate::kind::Kind;
use crate::link::Halt;
use crate::list::Query;
use crate::record::Loaded;
use crate::row::{Failure, FileId, Problem, SkipReason, Stamp};
use crate::run::Run;
use crate::settings::{Readable, Settings};
use crate::tally::Tally;
use crate::time::Moment;

/// The state of the whole backup.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Headline {
    Unpaired,
    Empty,
    Scanning,
    BackingUp,
    /// Everything that is left is held back by a rule or a backoff.
    Waiting,
    Paused,
    NeedsYou,
    Offline,
    Done,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct View {
    pub headline: Headline,
    pub tally: Tally,
    pub folders: Vec<FolderView>,
    /// Files being sent, and the first of those being read, in the order in which they began. Of files that are sent together, only the one whose
    /// bytes are being sent.
    pub active: Vec<Activity>,
    pub bytes_per_second: Option<u64>,
    /// Until everything that remains is sent, at this rate.
    pub seconds_left: Option<u64>,
    pub settings: Settings,
    /// The settings cannot be read. Nothing is uploaded until the person resets them.
    pub settings_unreadable: bool,
    /// Why the server accepts nothing, if that is so.
    pub halt: Option<Halt>,
    /// The server confirmed our account, and nothing has contradicted that since.
    pub answered: bool,
    pub pairing: PairingView,
    /// The current run, or the last one.
    pub run: Option<Run>,
    /// When the next attempt is due, if something waits for one.
    pub next_attempt: Option<Moment>,
    /// The rules that hold files back now.
    pub held: Vec<Held>,
    /// Videos that would wait until Safelight is opened again, if it were closed now.
    pub deferred: u64,
    pub copies: CopiesView,
    /// Files that the browser itself is uploading.
    pub fetching: u64,
    /// Large files that the browser itself could upload.
    pub large: u64,
}

/// Copies of waiting files, in the browser's storage.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct CopiesView {
    pub files: u64,
    pub bytes: u64,
    /// The browser had no room for more.
    pub is_full: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum PairingView {
    Idle,
    Running,
    Failed(PairEnd),
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FolderView {
    pub id: FolderId,
    pub name: String,
    pub access: Access,
    pub lasting: Lasting,
    pub rules: Loaded<FolderRules>,
    /// Whether it could be read while no page was open; `None` until that is tried.
    pub closed_access: Option<Readable>,
    pub listed: Listed,
    /// When the last full listing ended, since the engine started.
    pub listed_at: Option<Moment>,
    /// Files with hidden names that could be uploaded now, if the person agreed.
    pub hidden_readable: u64,
    /// When the folder was last compared with a listing that hides no names.
    pub hidden_looked_at: Option<Moment>,
    pub tally: Tally,
}

/// How current the numbers of a folder are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Listed {
    NotYet,
    Now,
    Complete,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Activity {
    pub file: FileId,
    pub path: String,
    pub stage: Stage,
    /// Bytes.
    pub done: u64,
    /// Bytes.
    pub size: u64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stage {
    Reading,
    Sending,
}

/// Which rows a list shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Filter {
    Problems,
    Skipped,
    Remaining,
    /// Files that the browser hides and that are not protected.
    Hidden,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowsPage {
    pub query: Query,
    /// Where in the list this page begins.
    pub from: u64,
    /// How many rows the whole list has.
    pub total: u64,
    /// The size of all files of the list.
    pub bytes: u64,
    pub rows: Vec<RowView>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowView {
    pub id: FileId,
    pub folder: String,
    pub path: String,
    /// `None` for a file that was not looked at.
    pub stamp: Option<Stamp>,
    pub reason: Reason,
}

/// Why a row is on its list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reason {
    Skipped(SkipReason),
    Problem(Problem),
    NotReadYet,
    NotSentYet,
    Sending,
    WaitsAfter { failure: Failure, until: Moment },
}

/// Nobody can follow more.
const READING_SHOWN: usize = 5;

impl<R: Role> Engine<R> {
    pub fn view(&self, now: Moment) -> View {
        let tally = self.shared.catalog.tally();
        let rate = self.sending.speed.per_second(now);
        let held = self.held(now);
        View {
            headline: self.headline(&tally, &held),
            seconds_left: rate.map(|rate| self.bytes_left(&tally) / rate),
            halt: self.link.state.halt().or(tally.lack_of_room()),
            tally,
            folders: self.folders.iter().map(|(id, folder)| self.folder_view(id, folder)).collect(),
            active: self.activities(),
            bytes_per_second: rate,
            settings: self.shared.settings.clone(),
            settings_unreadable: self.shared.settings.is_unreadable(),
            answered: self.link.is_ready(),
            pairing: self.pairing_view(),
            run: self.history.current().cloned(),
            next_attempt: self.shared.catalog.next_wait_end(),
            held,
            deferred: self.deferred(),
            copies: self.copies_view(),
            fetching: self.still_fetching(),
            large: self.count_large(),
        }
    }

    fn headline(&self, tally: &Tally, held: &[Held]) -> Headline {
        let held: u64 = held.iter().map(|held| held.photos + held.videos).sum();
        let jobs = &self.shared.jobs;
        let working = jobs.reading().len() + jobs.sending().len() > 0;
        let needs_person = self.folders.all().any(|folder| folder.access != Access::Granted)
            || self.folders.have_unreadable_rules();
        match self.link.state.halt() {
            Some(Halt::SignedOut) => Headline::Unpaired,
            _ if self.shared.settings.is_unreadable() => Headline::NeedsYou,
            _ if !self.may_work() && !self.folders.is_empty() => Headline::Paused,
            None if self.link.state.is_open() => Headline::Scanning,
            Some(Halt::SignInInFront) => Headline::NeedsYou,
            _ if self.folders.is_empty() => Headline::Empty,
            Some(Halt::DiskFull | Halt::QuotaFull | Halt::Forbidden) => Headline::NeedsYou,
            Some(Halt::Busy) => Headline::Waiting,
            Some(Halt::Offline | Halt::ServerError(_) | Halt::NotUnderstood) => Headline::Offline,
            None if working => Headline::BackingUp,
            None if !self.folders.has_looked() => Headline::Scanning,
            None if needs_person => Headline::NeedsYou,
            None if tally.remaining > tally.waiting + held => Headline::BackingUp,
            None if tally.lack_of_room().is_some() => Headline::NeedsYou,
            None if tally.remaining > 0 => Headline::Waiting,
            None if tally.problems > 0 => Headline::NeedsYou,
            None => Headline::Done,
        }
    }

    fn bytes_left(&self, tally: &Tally) -> u64 {
        let sent: u64 = self.shared.jobs.sending().iter().map(|job| job.sent).sum();
        tally.sendable_bytes().saturating_sub(sent)
    }

    /// Videos that would wait if Safelight were closed now.
    fn deferred(&self) -> u64 {
        if self.defers_videos() { self.shared.sent_by_us(Kind::Video).remaining } else { 0 }
    }

    fn folder_view(&self, id: FolderId, folder: &Folder) -> FolderView {
        FolderView {
            id,
            name: folder.name.clone(),
            access: folder.access,
            lasting: folder.lasting,
            rules: folder.rules.clone(),
            closed_access: self.shared.memory.closed_access.of(id),
            listed: match folder.listing {
                Listing::Due | Listing::Failed => Listed::NotYet,
                Listing::Running { .. } => Listed::Now,
                Listing::Complete => Listed::Complete,
            },
            listed_at: folder.listed_at,
            hidden_readable: self.shared.count_readable_hidden(id),
            hidden_looked_at: self.shared.memory.hidden_looks.of(id),
            tally: self.shared.catalog.census_of(id).map(|census| census.tally.clone()).unwrap_or_default(),
        }
    }

    fn activities(&self) -> Vec<Activity> {
        let jobs = &self.shared.jobs;
        let sending = jobs.sending_now().map(|job| (job.file, Stage::Sending, job.sent));
        let reading =
            jobs.reading().iter().take(READING_SHOWN).map(|job| (job.file, Stage::Reading, job.read));
        let all = sending.chain(reading);
        all.filter_map(|(file, stage, done)| self.activity(file, stage, done)).collect()
    }

    fn activity(&self, file: FileId, stage: Stage, done: u64) -> Option<Activity> {
        let row = self.shared.catalog.get(file)?;
        let size = row.stamp.size;
        Some(Activity { file, path: row.path.to_string(), stage, done: done.min(size), size })
    }

    fn copies_view(&self) -> CopiesView {
        let catalog = &self.shared.catalog;
        CopiesView {
            files: catalog.copies().len() as u64,
            bytes: catalog.copies().iter().map(|id| catalog.size_of(*id)).sum(),
            is_full: self.role.page().is_some_and(Page::is_full),
        }
    }

    fn pairing_view(&self) -> PairingView {
        match self.link.pairing {
            Pairing::Idle => PairingView::Idle,
            Pairing::Running => PairingView::Running,
            Pairing::Failed(end) => PairingView::Failed(end),
        }
    }
}
