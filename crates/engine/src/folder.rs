//! A directory that the person chose.

use std::collections::HashSet;

pub use rows::FolderId;
use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::record::Loaded;
use crate::time::Moment;

/// Identifies one listing of a folder, so that a late batch of an earlier listing is not mistaken for one of this
/// listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScanId(pub u32);

/// Whether the folder can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    Granted,
    Barred(Barrier),
}

/// Why a folder cannot be read. None of these means that anything was deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Barrier {
    /// The permission lapsed. One click restores it.
    NeedsPermission,
    /// The directory is missing: a drive was unplugged, or the folder was moved away.
    Unreachable,
}

/// Whether a folder can be listed again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lasting {
    /// Its handle is stored.
    Lasting,
    /// Files chosen once, in a browser that gives no handle. Forgotten at the next start.
    Once,
    /// Files that other apps shared with Safelight, in the browser's own storage. A file in it is deleted once it is
    /// protected.
    Inbox,
}

/// Which part of a folder to list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// These files, and everything in these folders. Missing paths are not reported.
    Paths(Vec<Box<str>>),
}

/// The person's rules for one folder. Kept in the store.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderRules {
    pub versions: Versions,
}

/// What to do with new content under a name that is already backed up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Versions {
    /// It is backed up too; the server keeps both.
    #[default]
    KeepAll,
    /// It is skipped.
    KeepFirst,
}

/// A folder as the engine knows it.
#[derive(Debug, Clone)]
pub struct Folder {
    pub name: String,
    pub access: Access,
    pub lasting: Lasting,
    /// While they are unreadable, nothing in the folder is uploaded until the person sets them again.
    pub rules: Loaded<FolderRules>,
    pub(crate) listing: Listing,
    pub(crate) watch: Watch,
    /// Whether the watch began only after the last full listing had begun.
    pub(crate) watched_late: bool,
    /// Paths that the watch has reported since the last listing.
    pub(crate) touched: HashSet<Box<str>, FxBuildHasher>,
    /// Those of them that no listing has named since. Their size and time prove nothing: some programs keep both when
    /// they edit a file.
    pub(crate) distrusted: HashSet<Box<str>, FxBuildHasher>,
    /// The listing of touched paths that is under way.
    pub(crate) glance: Option<Glance>,
    /// New subfolders that were listed once. A file in them may have been missed: it arrived after our listing, but
    /// before the browser watched the subfolder.
    pub(crate) doubted: Option<Doubt>,
    /// Those of the touched paths that were doubted.
    pub(crate) second_look: Vec<Box<str>>,
    /// When the last full listing ended, since the engine started.
    pub(crate) listed_at: Option<Moment>,
    /// When it was last found unreachable.
    pub(crate) failed_at: Option<Moment>,
}

/// Watching only speeds things up. What counts is a full listing at regular intervals.
const LOOK_EVERY_MS: u64 = 30 * 60_000;
/// Covers a gap of a second or two in what the watch saw.
const CLOSE_GAP_MS: u64 = 60_000;
/// A drive or a network share that was away is often back soon.
const REACH_AGAIN_MS: u64 = 60_000;

/// How far the reconciliation of a folder with its rows has got.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// To be listed as soon as possible.
    Due,
    /// Under way. If `again` is set, another listing begins right after it.
    Running { scan: ScanId, again: bool },
    /// Listed completely since the engine started.
    Complete,
    /// Could not be listed, so nothing new is known.
    Failed,
}

/// Whether the browser reports changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    Off,
    Asked {
        at: Moment,
    },
    /// It ended as soon as it began. Not retried until the folder has been unreachable and is back.
    Useless,
}

/// A watch that ends sooner than this never worked.
const SHORTEST_WATCH_MS: u64 = 10_000;

/// A listing of some paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) scan: ScanId,
    pub(crate) paths: Vec<Box<str>>,
    /// Those of the paths that it lists for the second time.
    pub(crate) second: Vec<Box<str>>,
}

/// Folders to be listed once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) until: Moment,
    paths: Vec<Box<str>>,
}

/// A browser starts to watch a new folder within a fraction of this time, even while thousands of files arrive.
const DOUBT_MS: u64 = 3_000;

/// The name of the inbox.
const SHARED: &str = "Shared with Safelight";

/// With more touched paths than this, a full listing is just as fast.
const MOST_TOUCHED: usize = 4_000;

impl Folder {
    pub(crate) fn new(name: String, lasting: Lasting) -> Folder {
        Folder {
            name: if lasting == Lasting::Inbox { SHARED.into() } else { name },
            access: Access::Granted,
            lasting,
            rules: Loaded::Known(FolderRules::default()),
            listing: Listing::Due,
            watch: Watch::Off,
            watched_late: false,
            touched: HashSet::default(),
            distrusted: HashSet::default(),
            glance: None,
            doubted: None,
            second_look: Vec::new(),
            listed_at: None,
            failed_at: None,
        }
    }

    pub(crate) fn needs_permission(&self) -> bool {
        self.access == Access::Barred(Barrier::NeedsPermission)
    }

    /// Regained access leads to a full listing. Lost access ends every listing.
    pub(crate) fn set_access(&mut self, access: Access) {
        let regained =
            access == Access::Granted && (self.access != access || self.listing == Listing::Failed);
        self.access = access;
        if regained {
            self.listing = Listing::Due;
        }
        if access != Access::Granted {
            self.stop_looking();
        }
    }

    pub(crate) fn note_out_of_reach(&mut self, now: Moment) {
        self.listing = Listing::Failed;
        self.failed_at = Some(now);
        self.stop_looking();
    }

    /// Records touched paths. Too many of them lead to a full listing.
    pub(crate) fn touch(&mut self, paths: Vec<Box<str>>) {
        self.distrusted.extend(paths.iter().cloned());
        self.touched.extend(paths);
        if self.touched.len() > MOST_TOUCHED {
            self.touched.clear();
            self.list_again();
        }
    }

    /// Schedules a full listing. A listing that is under way may already have passed the change, so another one
    /// follows it.
    pub(crate) fn list_again(&mut self) {
        self.listing = match self.listing {
            Listing::Running { scan, .. } => Listing::Running { scan, again: true },
            Listing::Due | Listing::Complete | Listing::Failed => Listing::Due,
        };
    }

    /// A glance found these new folders. They are listed once more after a while, unless this was already the second
    /// time.
    pub(crate) fn doubt(&mut self, now: Moment, paths: Vec<Box<str>>) {
        let until = now + DOUBT_MS;
        let doubt = self.doubted.get_or_insert(Doubt { until, paths: Vec::new() });
        doubt.until = until;
        doubt.paths.extend(paths);
    }

    /// Once the wait is over, treats the doubted folders as touched.
    pub(crate) fn end_doubt(&mut self, now: Moment) {
        if let Some(doubt) = self.doubted.take_if(|doubt| doubt.until.is_due(now)) {
            self.second_look.clone_from(&doubt.paths);
            self.touch(doubt.paths);
        }
    }

    /// A full listing covers everything that was touched before it began.
    pub(crate) fn begin_look(&mut self, scan: ScanId, scope: &Scope) {
        match scope {
            Scope::Everything => {
                self.listing = Listing::Running { scan, again: false };
                self.touched.clear();
                self.glance = None;
                self.watched_late = false;
            }
            Scope::Paths(paths) => {
                let second = std::mem::take(&mut self.second_look);
                self.glance = Some(Glance { scan, paths: paths.clone(), second });
            }
        }
    }

    /// Ends the glance; what it did not name are folders, or gone.
    pub(crate) fn end_glance(&mut self) -> Option<Glance> {
        let glance = self.glance.take()?;
        for path in &glance.paths {
            if !self.touched.contains(path) {
                self.distrusted.remove(path);
            }
        }
        Some(glance)
    }

    /// Changes since the watch ended are unknown, so the folder is listed in full and watched again.
    pub(crate) fn end_watch(&mut self, now: Moment) {
        self.watch = match self.watch {
            Watch::Asked { at } if now.since(at) >= SHORTEST_WATCH_MS => Watch::Off,
            Watch::Asked { .. } | Watch::Useless => Watch::Useless,
            Watch::Off => Watch::Off,
        };
        self.list_again();
    }

    /// Whether a listing of it is under way.
    pub(crate) fn is_being_looked_at(&self) -> bool {
        matches!(self.listing, Listing::Running { .. }) || self.glance.is_some()
    }

    /// Discards all touched and doubted paths, an unfinished glance and the watch.
    pub(crate) fn stop_looking(&mut self) {
        self.touched.clear();
        self.second_look.clear();
        self.glance = None;
        self.doubted = None;
        self.watch = Watch::Off;
    }

    /// Drops the full listing that is under way; it is due again.
    pub(crate) fn break_off_listing(&mut self) {
        if matches!(self.listing, Listing::Running { .. }) {
            self.listing = Listing::Due;
        }
    }

    /// Whether the rows match the disk, as far as anybody can tell.
    pub(crate) fn is_looked_through(&self) -> bool {
        let settled = self.touched.is_empty() && self.glance.is_none();
        matches!(self.listing, Listing::Complete | Listing::Failed) && settled
    }

    fn look_after_ms(&self) -> u64 {
        if self.watched_late { CLOSE_GAP_MS } else { LOOK_EVERY_MS }
    }

    /// When the next full listing is due by itself, if one is.
    pub(crate) fn look_due(&self) -> Option<Moment> {
        match (self.listing, self.access) {
            (Listing::Complete, Access::Granted) => self.listed_at.map(|at| at + self.look_after_ms()),
            (Listing::Failed, Access::Barred(Barrier::Unreachable)) if self.lasting == Lasting::Lasting => {
                self.failed_at.map(|at| at + REACH_AGAIN_MS)
            }
            (Listing::Due | Listing::Running { .. } | Listing::Complete | Listing::Failed, _) => None,
        }
    }
}
