//! What a person has entrusted to this server: originals as ordinary files, and the index that knows them.
//! The API and the command line call it; it knows neither HTTP nor who asks, and all of it blocks.
//!
//! Invariants: an asset is in the index only after its bytes and its name are on the disk. Equal bytes are kept
//! once. Nothing that was kept is ever overwritten.

mod albums;
mod assets;
mod check;
mod claims;
mod error;
mod incoming;
mod names;
mod place;
mod repair;

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::{AssetId, Digest};
use uuid::Uuid;

pub use albums::{Album, AlbumId};
pub(crate) use assets::time;
pub use assets::{Asset, AssetKind, Totals};
pub use check::{Damage, Depth, Finding, check};
pub use error::VaultError;
pub use incoming::Received;
pub use repair::Repair;

use crate::index::{Index, IndexError};
use claims::Claims;
use error::Doing;
use place::{Originals, Placed};

const ORIGINALS: &str = "originals";
const INCOMING: &str = "incoming";
const LOCK: &str = "safelight.lock";

pub struct Vault {
    data: PathBuf,
    incoming: PathBuf,
    originals: Originals,
    index: Index,
    claims: Claims,
    repair: Repair,
    /// Held as long as the vault is open, so that no second server works in the same folder.
    _lock: File,
}

/// What a client says about a file that it uploads.
#[derive(Debug, Clone)]
pub struct Description {
    pub name: String,
    pub kind: AssetKind,
    pub created: Timestamp,
    pub modified: Timestamp,
    pub favorite: bool,
}

/// How an upload ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kept {
    New(AssetId),
    Already(AssetId),
}

impl Vault {
    /// Opens the vault in a data folder, creating it if need be, and sets right what a crash left.
    pub fn open(data: &Path) -> Result<Self, VaultError> {
        let (incoming, originals) = (data.join(INCOMING), data.join(ORIGINALS));
        for folder in [data, &incoming, &originals] {
            fs::create_dir_all(folder).doing("create", folder)?;
        }
        let _lock = lock(data)?;
        place::sync_folder(data)?;
        let index = Index::open(data)?;
        let originals = Originals::new(originals);
        let mut vault = Self {
            data: data.to_owned(),
            incoming,
            originals,
            index,
            claims: Claims::default(),
            repair: Repair::default(),
            _lock,
        };
        vault.repair = repair::repair(&vault)?;
        Ok(vault)
    }

    pub fn index(&self) -> &Index {
        &self.index
    }

    /// What `open` found and set right.
    pub fn repair(&self) -> Repair {
        self.repair
    }

    /// The data folder.
    pub fn folder(&self) -> &Path {
        &self.data
    }

    /// Writes and hashes the bytes of a file as they come. They are kept only by `keep`.
    pub fn receive<B: AsRef<[u8]>>(&self, chunks: impl Iterator<Item = B>) -> Result<Received, VaultError> {
        incoming::receive(&self.incoming, chunks)
    }

    /// Keeps a file, and its sidecar beside it, unless its bytes are kept already. When this returns, a power
    /// cut cannot undo it.
    pub fn keep(
        &self,
        received: Received,
        sidecar: Option<Received>,
        description: Description,
    ) -> Result<Kept, VaultError> {
        let _claim = self.claims.claim(received.digest);
        if let Some(id) = self.asset_with(received.digest)? {
            return Ok(Kept::Already(id));
        }
        let (digest, size) = (received.digest, received.size);
        received.part.settle(description.modified)?;
        let sidecar = sidecar.map(|sidecar| sidecar.part);
        sidecar.as_ref().map_or(Ok(()), |part| part.settle(description.modified))?;
        let placed = self.originals.place(received.part, sidecar, &description.name, description.created)?;
        let asset = asset(digest, size, &placed, description);
        self.enter(asset, placed)
    }

    fn enter(&self, asset: Asset, placed: Placed) -> Result<Kept, VaultError> {
        let (id, digest) = (asset.id, asset.digest);
        let entered = self.index.write(move |index| assets::insert(index, &asset));
        match entered {
            Ok(()) => {
                placed.stay();
                Ok(Kept::New(id))
            }
            // A commit that reports an error may stand all the same: only a certain "no" takes the file away.
            Err(error) => {
                if !matches!(self.asset_with(digest), Ok(None)) {
                    placed.stay();
                }
                Err(error.into())
            }
        }
    }

    pub fn asset_with(&self, digest: Digest) -> Result<Option<AssetId>, IndexError> {
        self.index.read(|index| assets::id_of(index, digest))
    }

    /// Answers in the order of the digests.
    pub fn assets_with(&self, digests: &[Option<Digest>]) -> Result<Vec<Option<AssetId>>, IndexError> {
        self.index.read(|index| {
            let find =
                |digest: &Option<Digest>| digest.map_or(Ok(None), |digest| assets::id_of(index, digest));
            digests.iter().map(find).collect()
        })
    }

    pub fn asset(&self, id: AssetId) -> Result<Option<Asset>, IndexError> {
        self.index.read(|index| assets::get(index, id))
    }

    fn asset_of(&self, digest: Digest) -> Result<Option<Asset>, IndexError> {
        let id = self.asset_with(digest)?;
        id.map_or(Ok(None), |id| self.asset(id))
    }

    /// Where the bytes of an asset lie.
    pub fn file_of(&self, asset: &Asset) -> PathBuf {
        self.originals.absolute(&asset.path)
    }

    pub fn totals(&self) -> Result<Totals, IndexError> {
        self.index.read(assets::totals)
    }
}

fn asset(digest: Digest, size: u64, placed: &Placed, description: Description) -> Asset {
    Asset {
        id: AssetId(Uuid::new_v4().into_bytes()),
        digest,
        path: placed.path().to_owned(),
        sidecar: placed.sidecar().map(str::to_owned),
        name: description.name,
        kind: description.kind,
        size,
        created: description.created,
        modified: description.modified,
        added: Timestamp::now(),
        favorite: description.favorite,
    }
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
