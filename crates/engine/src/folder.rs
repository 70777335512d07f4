//! A directory that the person chose.

use std::collections::HashSet;

use rustc_hash::FxBuildHasher;
use serde::{Deserialize, Serialize};

use crate::record::Loaded;
use crate::time::Moment;

/// Names a folder. Given by the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FolderId(pub u32);

/// Names one listing of a folder, so that a late batch of an earlier one is not taken for this one's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ScanId(pub u32);

/// Whether the browser lets us read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    Granted,
    Barred(Barrier),
}

/// What stands between us and a folder. None of it is a deletion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Barrier {
    /// The permission lapsed: one click gives it back.
    NeedsPermission,
    /// The directory is not there: a drive unplugged, a folder moved away.
    Unreachable,
}

/// Whether a folder can be looked through again later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Lasting {
    /// Its handle is stored.
    Lasting,
    /// Files handed over once, by a browser that gives no handle. Forgotten at the next start.
    Once,
    /// What other apps shared with Safelight, in the browser's own storage. A file of it that is protected is removed.
    Inbox,
}

/// How much of a folder a listing looks at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Everything,
    /// These files, and all that is in these folders. What is not there is not named.
    Paths(Vec<Box<str>>),
}

/// What the person wants of one folder. Kept in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FolderRules {
    pub versions: Versions,
}

/// What becomes of new content under a name that is backed up already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Versions {
    /// It is backed up too; the server keeps both.
    #[default]
    KeepAll,
    /// It is left out.
    KeepFirst,
}

/// A folder as the engine knows it.
#[derive(Debug, Clone)]
pub struct Folder {
    pub name: String,
    pub access: Access,
    pub lasting: Lasting,
    /// Nothing of a folder with unreadable rules is uploaded before the person has looked.
    pub rules: Loaded<FolderRules>,
    pub(crate) listing: Listing,
    pub(crate) watch: Watch,
    /// Whether the watch began only after the last look at everything did.
    pub(crate) watched_late: bool,
    /// Where something happened since the last look, as far as the watch tells.
    pub(crate) touched: HashSet<Box<str>, FxBuildHasher>,
    /// The look at what was touched before that is under way.
    pub(crate) glance: Option<Glance>,
    /// New folders inside, looked at once: files that came before the browser watched them, and after our look,
    /// were told by nobody.
    pub(crate) doubted: Option<Doubt>,
    /// Of what is touched now, what was doubted.
    pub(crate) second_look: Vec<Box<str>>,
    /// When it was last looked through to its end, since the start.
    pub(crate) listed_at: Option<Moment>,
    /// When it was last found out of reach.
    pub(crate) failed_at: Option<Moment>,
}

/// Watching only speeds things up: what counts is to look through everything now and then.
const LOOK_EVERY_MS: u64 = 30 * 60_000;
/// A gap of a second or two in what the watch saw.
const CLOSE_GAP_MS: u64 = 60_000;
/// A drive or a network share that was away is often back soon.
const REACH_AGAIN_MS: u64 = 60_000;

/// Where the reconciliation of a folder with its rows stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Listing {
    /// To be listed as soon as possible.
    Due,
    /// Under way; `again` if it must be begun anew right after.
    Running { scan: ScanId, again: bool },
    /// Listed to the end since the engine started.
    Complete,
    /// Could not be listed; nothing is known anew.
    Failed,
}

/// Whether the browser tells what changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Watch {
    Off,
    Asked {
        at: Moment,
    },
    /// It ended as soon as it began: not tried again before the folder was out of reach and back.
    Useless,
}

/// A watch that ends sooner than this was never one.
const SHORTEST_WATCH_MS: u64 = 10_000;

/// A listing of some paths.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Glance {
    pub(crate) scan: ScanId,
    pub(crate) paths: Vec<Box<str>>,
    /// Of the paths, those that it looks at for the second time.
    pub(crate) second: Vec<Box<str>>,
}

/// Folders to be looked at once more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Doubt {
    pub(crate) until: Moment,
    paths: Vec<Box<str>>,
}

/// A browser watches a new folder within a fraction of this, even while thousands of files arrive.
const DOUBT_MS: u64 = 3_000;

/// What the inbox is called.
const SHARED: &str = "Shared with Safelight";

/// More than this is as quickly looked through whole.
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

    /// Access given back leads to a look through everything; access lost ends every look.
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

    /// Notes where something happened. Too much of it asks for a look through everything.
    pub(crate) fn touch(&mut self, paths: Vec<Box<str>>) {
        self.touched.extend(paths);
        if self.touched.len() > MOST_TOUCHED {
            self.touched.clear();
            self.list_again();
        }
    }

    /// To be looked through whole; a look that is under way may have passed what just changed.
    pub(crate) fn list_again(&mut self) {
        self.listing = match self.listing {
            Listing::Running { scan, .. } => Listing::Running { scan, again: true },
            Listing::Due | Listing::Complete | Listing::Failed => Listing::Due,
        };
    }

    /// A glance met new folders: after a while they are looked at once more, unless this was that second look.
    pub(crate) fn doubt(&mut self, now: Moment, paths: Vec<Box<str>>) {
        let until = now + DOUBT_MS;
        let doubt = self.doubted.get_or_insert(Doubt { until, paths: Vec::new() });
        doubt.until = until;
        doubt.paths.extend(paths);
    }

    /// What was doubted for long enough is as good as touched.
    pub(crate) fn end_doubt(&mut self, now: Moment) {
        if let Some(doubt) = self.doubted.take_if(|doubt| doubt.until.is_due(now)) {
            self.second_look.clone_from(&doubt.paths);
            self.touch(doubt.paths);
        }
    }

    /// A look at everything covers what was touched before it began.
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

    /// What happened since the watch ended is unknown: everything is looked through, and watched anew.
    pub(crate) fn end_watch(&mut self, now: Moment) {
        self.watch = match self.watch {
            Watch::Asked { at } if now.since(at) >= SHORTEST_WATCH_MS => Watch::Off,
            Watch::Asked { .. } | Watch::Useless => Watch::Useless,
            Watch::Off => Watch::Off,
        };
        self.list_again();
    }

    /// Whether a look at it is under way.
    pub(crate) fn is_being_looked_at(&self) -> bool {
        matches!(self.listing, Listing::Running { .. }) || self.glance.is_some()
    }

    /// Nothing of an unfinished look counts any more.
    pub(crate) fn stop_looking(&mut self) {
        self.touched.clear();
        self.second_look.clear();
        self.glance = None;
        self.doubted = None;
        self.watch = Watch::Off;
    }

    /// Nobody waits for what is being listed.
    pub(crate) fn break_off_listing(&mut self) {
        if matches!(self.listing, Listing::Running { .. }) {
            self.listing = Listing::Due;
        }
    }

    /// Whether the rows are as the disk was, as far as anybody could tell.
    pub(crate) fn is_looked_through(&self) -> bool {
        let settled = self.touched.is_empty() && self.glance.is_none();
        matches!(self.listing, Listing::Complete | Listing::Failed) && settled
    }

    fn look_after_ms(&self) -> u64 {
        if self.watched_late { CLOSE_GAP_MS } else { LOOK_EVERY_MS }
    }

    /// When it is to be looked through again, if that is not for the person to say.
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
