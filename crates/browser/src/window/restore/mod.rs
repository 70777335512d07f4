//! Having a folder again: what the server knows to have lain in it is looked for in a folder of the disk, and what is
//! not there is written.
//!
//! Invariant: nothing that exists is overwritten but an empty file, and nothing stays that was not checked against its
//! digest.

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

/// Asking for a file takes the browser a while; together it is twice as fast (measured).
const LOOKED_AT_ONCE: usize = 32;
/// Enough to hide the time between two files, and few enough that large ones do not compete.
const WRITTEN_AT_ONCE: usize = 4;
/// As many as the engine asks about at once.
const ASKED_AT_ONCE: usize = 1_000;

/// Often enough to look alive.
const TELL_EVERY_MS: u64 = 100;

/// A folder of a device, as the server remembers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownFolder {
    pub id: String,
    pub name: String,
    pub device: String,
    pub told: Moment,
    /// Files that were in it when the device told of it last.
    pub held: u64,
    /// Files that were in it before.
    pub gone: u64,
}

/// The one told last comes first; none if there is no answer.
pub async fn known_folders() -> Option<Vec<KnownFolder>> {
    Some(SERVER.folders().await?.into_iter().map(KnownFolder::from).collect())
}

/// How exactly files that are there are looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Care {
    /// The same name and size are taken for the same file.
    Size,
    /// Every byte is read.
    Digest,
}

/// What was found out about a folder of the disk.
pub struct Plan {
    disk: Disk,
    pub missing: Vec<Missing>,
    /// How many are there.
    pub there: u64,
    /// Of the same name and with other bytes. They are left as they are.
    pub differing: Vec<String>,
    /// The server has them no more.
    pub lost: Vec<String>,
    /// What this disk cannot hold under its name.
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
    /// The folder of the disk cannot be read.
    Disk(Fault),
}

/// What stands under the name of one file.
enum Found {
    Missing,
    There,
    Differing,
    Impossible,
}

/// Looks for every file of a remembered folder; `tell` hears how many were looked for, of how many.
pub async fn plan(
    folder: &str,
    into: DirectoryHandle,
    care: Care,
    tell: impl Fn(u64, u64),
) -> Result<Plan, PlanFault> {
    let text = SERVER.inventory(folder).await.ok_or(PlanFault::NoAnswer)?;
    let entries = Entry::read_all(&text).ok_or(PlanFault::NoAnswer)?;
    // The newest word on a place counts.
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
        // What a restore that was cut off leaves, and many a broken copy.
        Found::Missing
    } else {
        Found::Differing
    })
}

/// Which of them the server still has, and the names of the others.
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

/// How far a restore is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Restored {
    pub files: u64,
    pub bytes: u64,
    /// What was not written, and why.
    pub failed: Vec<(String, WriteFault)>,
}

/// Why a file was not written. Nothing of it is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WriteFault {
    NoAnswer,
    /// What arrived is not what was backed up.
    DigestMismatch,
    /// There is something by that name now.
    Taken,
    DiskFull,
    /// The person did not allow it.
    NotAllowed,
    Disk(Fault),
}

/// Writes what is missing; `tell` hears how far it is, and says whether to go on.
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
