//! A user's photos: the originals as ordinary files, and the index of them. The API and the command line call the
//! vault. It knows nothing about HTTP or about who is asking, and all its functions block.
//!
//! Invariants: an asset is in the index only after its bytes and its name are on the disk. Equal bytes are stored once.
//! Stored files are never overwritten. An asset counts as held only while its file is on the disk in its full size.

mod albums;
mod assets;
mod check;
mod claims;
mod dating;
pub(crate) mod disk;
mod error;
mod incoming;
mod inventories;
mod names;
mod originals;
mod place;
mod repair;
mod thumbnails;
mod timeline;
mod uploads;

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::{AssetId, Digest};
use uuid::Uuid;

pub use albums::{Album, AlbumId};
pub(crate) use assets::time;
pub use assets::{Asset, AssetKind, Totals};
pub use check::{Damage, Depth, Finding, check, put_aside};
pub(crate) use dating::date_in_background;
pub use error::VaultError;
pub use incoming::Received;
pub use inventories::{Heading, InventoryId, Telling, TellingError};
pub use repair::Repair;
pub use thumbnails::Size;
pub use timeline::Month;
pub use uploads::{Completed, KEPT_FOR_DAYS, Open, Upload, UploadId};

use crate::index::{self, Index, IndexError};
use crate::taken::Taken;
use claims::Claims;
use error::Doing;
use originals::{Facts, Originals};
use place::Placed;

const INCOMING: &str = "incoming";
const UPLOADS: &str = "uploads";
/// The name of a setting in the index.
const EPOCH: &str = "epoch";
const LOCK: &str = "safelight.lock";

/// Kept free for the index and for other programs: a full disk does more harm than a backup that waits.
pub const KEPT_FREE_BYTES: u64 = 64 << 20;

pub struct Vault {
    data: PathBuf,
    incoming: PathBuf,
    uploads: PathBuf,
    originals: Originals,
    index: Index,
    claims: Claims,
    repair: Repair,
    /// Held while the vault is open, so that no second server uses the same folder.
    _lock: File,
}

/// What a client says about a file that it uploads.
#[derive(Debug, Clone)]
pub struct Description {
    pub name: String,
    /// When it was taken, as far as the client knows. The file itself may know better.
    pub created: Timestamp,
    pub modified: Timestamp,
    pub favorite: bool,
}

/// The result of an upload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    New(AssetId),
    Already(AssetId),
}

impl Vault {
    /// Opens the vault in a data folder, creating it if needed, and repairs what a crash left behind.
    pub fn open(data: &Path) -> Result<Self, VaultError> {
        let (incoming, uploads, originals) = (data.join(INCOMING), data.join(UPLOADS), Originals::of(data));
        for folder in [data, &incoming, &uploads] {
            fs::create_dir_all(folder).doing("create", folder)?;
        }
        let _lock = lock(data)?;
        let index = Index::open(data)?;
        make_originals(&originals, &index)?;
        disk::sync_folder(data)?;
        let mut vault = Self {
            data: data.to_owned(),
            incoming,
            uploads,
            originals,
            index,
            claims: Claims::default(),
            repair: Repair::default(),
            _lock,
        };
        vault.repair = repair::repair(&vault)?;
        vault.repair.leftovers += vault.forget_stale_uploads(Timestamp::now())?;
        vault.repair.leftovers += vault.remove_unknown_parts()?;
        vault.note_losses()?;
        Ok(vault)
    }

    /// Moves the index of a data folder aside, so that the next `open` rebuilds it from the files. Returns the new
    /// path, if there was an index.
    pub fn set_index_aside(data: &Path, now: Timestamp) -> Result<Option<PathBuf>, VaultError> {
        if !Originals::of(data).are_there() {
            return Err(IndexError::Missing(data.to_owned()).into());
        }
        let _lock = lock(data)?;
        let aside = data.join(format!("index-until-{}.sqlite", now.strftime("%Y%m%d-%H%M%S")));
        let mut was_there = false;
        for end in ["", "-wal", "-shm"] {
            let of = |path: &Path| PathBuf::from(format!("{}{end}", path.display()));
            let (from, to) = (of(&index::file_in(data)), of(&aside));
            match fs::rename(&from, &to) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                moved => {
                    moved.doing("set aside", &from)?;
                    was_there = true;
                }
            }
        }
        disk::sync_folder(data)?;
        Ok(was_there.then_some(aside))
    }

    /// Each start that finds losses begins a new epoch. Clients that were told "protected" before must then ask again.
    fn note_losses(&self) -> Result<(), IndexError> {
        let Repair { missing, damaged, .. } = self.repair;
        if missing + damaged > 0 { self.index.set(EPOCH, Uuid::new_v4().to_string()) } else { Ok(()) }
    }

    /// Identifies the time since the last losses; `None` if nothing was ever lost.
    pub fn epoch(&self) -> Result<Option<String>, IndexError> {
        self.index.setting(EPOCH)
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What `open` found and repaired.
    pub fn repair(&self) -> Repair {
        self.repair
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.data
    }

    /// Writes and hashes the bytes of a file as they arrive. Only `keep` makes them permanent.
    pub fn receive<B: AsRef<[u8]>>(&self, chunks: impl Iterator<Item = B>) -> Result<Received, VaultError> {
        incoming::receive(&self.incoming, chunks)
    }

    /// Stores a file with its sidecar, unless its bytes are already held. If the same bytes were held before and are
    /// lost, this file replaces them, and the asset stays the same. Once this returns, a power cut cannot undo it.
    pub fn keep(
        &self,
        received: Received,
        sidecar: Option<Received>,
        description: Description,
    ) -> Result<Kept, VaultError> {
        let _claim = self.claims.claim(received.digest);
        let known = self.asset_of(received.digest)?;
        if let Some(asset) = &known
            && self.has_bytes_of(asset)?
        {
            return Ok(Kept::Already(asset.id));
        }
        let (digest, size) = (received.digest, received.size);
        let Some(kind) = AssetKind::of(&description.name, &received.head) else {
            return Err(VaultError::NotMedia(description.name));
        };
        let taken = dating::taken(&received, sidecar.as_ref(), &description);
        received.part.settle(description.modified)?;
        let sidecar = sidecar.map(|sidecar| sidecar.part);
        sidecar.as_ref().map_or(Ok(()), |part| part.settle(description.modified))?;
        let is_known = |path: &str| Ok(self.index.read(|index| assets::is_path_known(index, path))?);
        let (name, day) = (&description.name, taken.local.date());
        let placed = self.originals.place(received.part, sidecar, name, day, &is_known)?;
        match known {
            Some(asset) => self.put_back(asset, taken, placed),
            None => self.enter(asset(digest, size, kind, taken, &placed, description), placed),
        }
    }

    fn enter(&self, asset: Asset, placed: Placed) -> Result<Kept, VaultError> {
        let (id, digest) = (asset.id, asset.digest);
        let entered = self.index.write(move |index| assets::insert(index, &asset));
        self.conclude(entered, id, digest, placed)
    }

    /// Replaces the lost bytes of a known asset.
    fn put_back(&self, asset: Asset, taken: Taken, placed: Placed) -> Result<Kept, VaultError> {
        let (id, digest, path) = (asset.id, asset.digest, placed.path().to_owned());
        tracing::warn!(lost = asset.path, now = path, "a lost or damaged original was uploaded again");
        let sidecar = placed.sidecar().map(str::to_owned).or(asset.sidecar);
        let moved = self.index.write(move |index| {
            assets::move_to(index, digest, &path, sidecar.as_deref())?;
            assets::date(index, id, &taken)
        });
        self.conclude(moved, id, digest, placed)
    }

    fn conclude(
        &self,
        written: Result<(), IndexError>,
        id: AssetId,
        digest: Digest,
        placed: Placed,
    ) -> Result<Kept, VaultError> {
        // A commit that reports an error may still have succeeded. The file is removed only if the row is certainly
        // missing.
        let is_unknown =
            || self.asset_of(digest).is_ok_and(|asset| asset.is_none_or(|asset| asset.path != placed.path()));
        if written.is_ok() || !is_unknown() {
            placed.stay();
        }
        Ok(written.map(|()| Kept::New(id))?)
    }

    /// The asset with these bytes, if its file is on the disk and not only in the index. If the file cannot be checked,
    /// that is an error, never a "no".
    pub fn held(&self, digest: Digest) -> Result<Option<AssetId>, VaultError> {
        self.asset_of(digest)?.map_or(Ok(None), |asset| self.if_whole(&asset))
    }

    /// Like `held`, for many digests and in their order.
    pub fn held_of(&self, digests: &[Option<Digest>]) -> Result<Vec<Option<AssetId>>, VaultError> {
        let known: Vec<Option<Asset>> = self.index.read(|index| {
            let find = |digest: &Option<Digest>| digest.map_or(Ok(None), |digest| assets::of(index, digest));
            digests.iter().map(find).collect()
        })?;
        known.iter().map(|asset| asset.as_ref().map_or(Ok(None), |asset| self.if_whole(asset))).collect()
    }

    fn if_whole(&self, asset: &Asset) -> Result<Option<AssetId>, VaultError> {
        Ok(self.has_bytes_of(asset)?.then_some(asset.id))
    }

    fn has_bytes_of(&self, asset: &Asset) -> Result<bool, VaultError> {
        let facts = self.originals.facts(&asset.path)?;
        Ok(facts.is_some_and(|Facts { size, .. }| size == asset.size))
    }

    pub fn asset(&self, id: AssetId) -> Result<Option<Asset>, IndexError> {
        self.index.read(|index| assets::get(index, id))
    }

    /// The row, even if the file is gone.
    pub fn asset_of(&self, digest: Digest) -> Result<Option<Asset>, IndexError> {
        self.index.read(|index| assets::of(index, digest))
    }

    /// The path of the asset's file. Fails if the file is not complete.
    pub fn original(&self, asset: &Asset) -> Result<PathBuf, VaultError> {
        let path = self.originals.absolute(&asset.path);
        match self.originals.facts(&asset.path)? {
            Some(Facts { size, .. }) if size == asset.size => Ok(path),
            Some(Facts { size: found, .. }) => Err(VaultError::Damaged { path, expected: asset.size, found }),
            None => Err(io::Error::from(io::ErrorKind::NotFound)).doing("inspect", &path),
        }
    }

    /// Checks that a photo would be accepted now: the index answers, and both folders exist and are writable.
    pub fn look(&self) -> Result<(), VaultError> {
        let known = self.index.read(assets::count)?;
        if !self.originals.are_there() {
            return Err(self.originals.missing(known));
        }
        incoming::receive(&self.incoming, [b"a photo".as_slice()].into_iter())?;
        Ok(())
    }

    /// Free bytes on the disk.
    pub fn free(&self) -> Result<u64, VaultError> {
        fs4::available_space(&self.data).doing("inspect the disk of", &self.data)
    }

    /// Bytes of all originals, plus the bytes received so far by uploads that are still going on.
    pub fn claimed(&self) -> Result<u64, IndexError> {
        let live = self.index.read(|index| uploads::bytes_of_live(index, Timestamp::now()))?;
        Ok(self.totals()?.bytes + live.received)
    }

    /// Bytes that uploads which are still going on have yet to send.
    pub fn awaited(&self) -> Result<u64, IndexError> {
        Ok(self.index.read(|index| uploads::bytes_of_live(index, Timestamp::now()))?.awaited)
    }

    pub fn totals(&self) -> Result<Totals, IndexError> {
        self.index.read(assets::totals)
    }
}

fn asset(
    digest: Digest,
    size: u64,
    kind: AssetKind,
    taken: Taken,
    placed: &Placed,
    description: Description,
) -> Asset {
    Asset {
        id: AssetId(Uuid::new_v4().into_bytes()),
        digest,
        path: placed.path().to_owned(),
        sidecar: placed.sidecar().map(str::to_owned),
        name: description.name,
        kind,
        size,
        taken,
        modified: description.modified,
        added: Timestamp::now(),
        favorite: description.favorite,
    }
}

/// If the index knows originals but their folder is missing, the folder is not created: the volume may not be mounted,
/// and an empty folder would hide that.
fn make_originals(originals: &Originals, index: &Index) -> Result<(), VaultError> {
    let known = index.read(assets::count)?;
    if known > 0 && !originals.are_there() {
        return Err(originals.missing(known));
    }
    originals.create()
}

fn lock(data: &Path) -> Result<File, VaultError> {
    let path = data.join(LOCK);
    let file = File::options().create(true).truncate(false).write(true).open(&path).doing("open", &path)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(VaultError::InUse(data.to_owned())),
        Err(TryLockError::Error(error)) => Err(error).doing("lock", &path),
    }
}
