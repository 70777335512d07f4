//! Restores a folder: every file that the server knows to have been in it is looked for in a folder on the disk, and
//! missing files are written.
//!
//! Invariant: only empty files are overwritten, and no written file stays unless its digest was checked.

mod disk;
mod download;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};

use engine::{Known, Moment};
use futures::future::ready;
use futures::{StreamExt, TryStreamExt, stream};
use protocol::inventory::{Entry, Standing};
use protocol::{AssetId, Digest};

use crate::bindings::DirectoryHandle;
use crate::hash::digest::digest_of;
use crate::http::understood;
use crate::server::SERVER;
use crate::{Fault, moment_of, now};
use disk::{Disk, Filled, Met};

/// Looking up a file takes the browser a while; 32 at a time are twice as fast (measured).
const LOOKED_AT_ONCE: usize = 32;
/// Enough to hide the time between two files, and few enough that large ones do not compete with each other.
const WRITTEN_AT_ONCE: usize = 4;
/// As many as the engine asks about in one request.
const ASKED_AT_ONCE: usize = 1_000;

/// Often enough to look live.
const TELL_EVERY_MS: u64 = 100;

/// A folder of a device, as the server knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFolder {
    pub id: String,
    pub name: String,
    pub device: String,
    pub told: Moment,
    /// Files that were in it at the device's last report.
    pub held: u64,
    /// Files that were in it earlier.
    pub gone: u64,
}

/// The most recently reported comes first; none if there is no answer.
pub async fn known_folders() -> Option<Vec<KnownFolder>> {
    Some(SERVER.folders().await?.into_iter().map(KnownFolder::from).collect())
}

/// How thoroughly existing files are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// A file with the same name and size counts as the same file.
    Size,
    /// Every byte is read.
    Digest,
}

/// The result of comparing a folder on the disk with the server.
pub struct Plan {
    disk: Disk,
    pub missing: Vec<Missing>,
    /// How many files are already there.
    pub there: u64,
    /// Files with the same name but different bytes. They are not touched.
    pub differing: Vec<String>,
    /// Files that the server no longer has.
    pub lost: Vec<String>,
    /// Files whose names this disk does not allow.
    pub impossible: Vec<String>,
}

impl Plan {
    pub fn bytes(&self) -> u64 {
        self.missing.iter().map(|missing| missing.entry.bytes).sum()
    }

    pub fn folder(&self) -> String {
        self.disk.name()
    }
}

/// A file to be written.
#[derive(Debug, Clone)]
pub struct Missing {
    entry: Entry,
    asset: AssetId,
}

/// Why there is no plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanFault {
    NoAnswer,
    /// The folder on the disk cannot be read.
    Disk(Fault),
}

/// What the disk has in place of one file.
enum Found {
    Missing,
    There,
    Differing,
    Impossible,
}

/// Looks for every file of a known folder. `tell` receives how many were looked for, and the total.
pub async fn plan(
    folder: &str,
    into: DirectoryHandle,
    care: Care,
    tell: impl Fn(u64, u64),
) -> Result<Plan, PlanFault> {
    let text = SERVER.inventory(folder).await.ok_or(PlanFault::NoAnswer)?;
    let entries = Entry::read_all(&text).ok_or(PlanFault::NoAnswer)?;
    // The newest entry for a path counts.
    let (held, gone): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| entry.standing == Standing::Held);
    let count = (held.len() + gone.len()) as u64;
    let disk = Disk::at(into);
    let looked_for = Cell::new(0);
    let looks = stream::iter(held.into_iter().chain(gone).enumerate());
    let looks = looks.map(|(at, entry)| {
        let disk = &disk;
        async move { Ok((at, look(disk, &entry, care).await?, entry)) }
    });
    let looks = looks.buffer_unordered(LOOKED_AT_ONCE).inspect_ok(|_| {
        looked_for.set(looked_for.get() + 1);
        tell(looked_for.get(), count);
    });
    let mut found: Vec<_> = looks.try_collect().await.map_err(PlanFault::Disk)?;
    found.sort_unstable_by_key(|(at, _, _)| *at);
    let (mut missing, mut there) = (Vec::new(), 0);
    let (mut differing, mut impossible) = (Vec::new(), Vec::new());
    for (_, found, entry) in found {
        match found {
            Found::Missing => missing.push(entry),
            Found::There => there += 1,
            Found::Differing => differing.push(entry.path.into()),
            Found::Impossible => impossible.push(entry.path.into()),
        }
    }
    let (missing, lost) = held_by_server(missing).await.ok_or(PlanFault::NoAnswer)?;
    Ok(Plan { disk, missing, there, differing, lost, impossible })
}

async fn look(disk: &Disk, entry: &Entry, care: Care) -> Result<Found, Fault> {
    let file = match disk.meet(&entry.path).await? {
        Met::Nothing => return Ok(Found::Missing),
        Met::Something => return Ok(Found::Differing),
        Met::Forbidden => return Ok(Found::Impossible),
        Met::File(file) => file,
    };
    let is_same = file.size() == entry.bytes as f64
        && (care == Care::Size || digest_of(&file, None, |_| {}).await? == entry.digest);
    Ok(if is_same {
        Found::There
    } else if file.size() == 0.0 {
        // Left behind by an interrupted restore, and by many a failed copy.
        Found::Missing
    } else {
        Found::Differing
    })
}

/// The files that the server still has, and the names of the others.
async fn held_by_server(missing: Vec<Entry>) -> Option<(Vec<Missing>, Vec<String>)> {
    let digests: HashSet<Digest> = missing.iter().map(|entry| entry.digest).collect();
    let digests: Vec<Digest> = digests.into_iter().collect();
    let mut assets: HashMap<Digest, AssetId> = HashMap::new();
    for some in digests.chunks(ASKED_AT_ONCE) {
        for (digest, known) in some.iter().zip(understood(SERVER.ask(some).await)?) {
            if let Known::Held { asset: Some(asset) } = known {
                assets.insert(*digest, asset);
            }
        }
    }
    let (mut held, mut lost) = (Vec::new(), Vec::new());
    for entry in missing {
        match assets.get(&entry.digest) {
            Some(asset) => held.push(Missing { entry, asset: *asset }),
            None => lost.push(entry.path.into()),
        }
    }
    Some((held, lost))
}

/// The progress of a restore.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    pub files: u64,
    pub bytes: u64,
    /// The files that were not written, and why.
    pub failed: Vec<(String, WriteFault)>,
}

/// Why a file was not written. Nothing of it is left on the disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteFault {
    NoAnswer,
    /// The downloaded bytes are not the ones that were backed up.
    DigestMismatch,
    /// Something with that name exists now.
    Taken,
    DiskFull,
    /// The person did not allow it.
    NotAllowed,
    Disk(Fault),
}

/// Writes the missing files. `tell` receives the progress and returns whether to continue.
pub async fn restore(plan: &Plan, tell: impl Fn(&Restored) -> bool) -> Restored {
    let restored = RefCell::new(Restored::default());
    let goes_on = Cell::new(true);
    let told_at = Cell::new(Moment::default());
    let tell_now_and_then = || {
        if now().since(told_at.get()) >= TELL_EVERY_MS {
            told_at.set(now());
            let more = tell(&restored.borrow());
            goes_on.set(goes_on.get() && more);
        }
        goes_on.get()
    };
    let write = async |Missing { entry, asset }: &Missing| {
        let count = |bytes| {
            restored.borrow_mut().bytes += bytes;
            tell_now_and_then()
        };
        match plan.disk.write(entry, *asset, count).await {
            Ok(Filled::Whole) => restored.borrow_mut().files += 1,
            Ok(Filled::Stopped) => {}
            Err(fault) => {
                // The next file would fail the same way.
                if matches!(fault, WriteFault::DiskFull | WriteFault::NotAllowed) {
                    goes_on.set(false);
                }
                restored.borrow_mut().failed.push((entry.path.to_string(), fault));
            }
        }
        tell_now_and_then();
    };
    let missing = stream::iter(&plan.missing).take_while(|_| ready(goes_on.get()));
    missing.map(write).buffer_unordered(WRITTEN_AT_ONCE).collect::<()>().await;
    restored.into_inner()
}

impl From<protocol::safelight::KnownFolder> for KnownFolder {
    fn from(folder: protocol::safelight::KnownFolder) -> KnownFolder {
        KnownFolder {
            told: moment_of(&folder.told_at),
            id: folder.id,
            name: folder.name,
            device: folder.device_name,
            held: folder.held,
            gone: folder.gone,
        }
    }
}
