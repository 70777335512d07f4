//! The fake's data: users, their keys, assets and albums, and the active faults.
//!
//! One lock covers all of it: every request sees one consistent state, as in a database transaction.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::fault::Fault;

/// The password of every user of the fake.
pub const PASSWORD: &str = "secret123";

/// One fake server. Clones share its state.
#[derive(Clone)]
pub struct Immich {
    dialect: Dialect,
    library: Arc<Mutex<Library>>,
}

#[derive(Default)]
pub(crate) struct Library {
    pub(crate) users: Vec<User>,
    pub(crate) keys: Vec<Key>,
    pub(crate) sessions: Vec<Session>,
    pub(crate) assets: Vec<Asset>,
    pub(crate) albums: Vec<Album>,
    pub(crate) faults: Vec<Fault>,
    /// Method and path of every API request.
    pub(crate) requests: Vec<String>,
}

#[derive(Clone)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) email: String,
    pub(crate) name: String,
    pub(crate) admin: bool,
    pub(crate) quota: Option<u64>,
    pub(crate) created: Timestamp,
}

#[derive(Clone)]
pub(crate) struct Key {
    pub(crate) id: Uuid,
    pub(crate) secret: String,
    pub(crate) name: String,
    pub(crate) owner: Uuid,
    /// `all` grants every permission.
    pub(crate) permissions: Vec<String>,
    pub(crate) created: Timestamp,
}

#[derive(Clone)]
pub(crate) struct Session {
    pub(crate) token: String,
    pub(crate) owner: Uuid,
}

#[derive(Clone)]
pub(crate) struct Asset {
    pub(crate) id: Uuid,
    pub(crate) owner: Uuid,
    pub(crate) digest: [u8; 20],
    pub(crate) bytes: Vec<u8>,
    pub(crate) sidecar: Option<Vec<u8>>,
    pub(crate) name: String,
    pub(crate) kind: Kind,
    /// As sent by the client.
    pub(crate) file_created_at: String,
    pub(crate) file_modified_at: String,
    pub(crate) favorite: bool,
    pub(crate) visibility: String,
    pub(crate) device_asset_id: String,
    pub(crate) device_id: String,
    pub(crate) live_photo_video_id: Option<Uuid>,
    pub(crate) created: Timestamp,
    pub(crate) place: Place,
    /// Whether the jobs after the upload are finished.
    pub(crate) thumbnail: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Image,
    Video,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Place {
    Timeline,
    Trash,
    /// Deleted for good, but a job of 2.x has not carried it out yet.
    Condemned,
}

#[derive(Clone)]
pub(crate) struct Album {
    pub(crate) id: Uuid,
    pub(crate) owner: Uuid,
    pub(crate) name: String,
    pub(crate) description: String,
    pub(crate) assets: Vec<Uuid>,
    pub(crate) created: Timestamp,
}

/// An asset, as a test sees it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    pub id: String,
    /// The SHA-1 of the stored bytes, in hex.
    pub digest: String,
    pub name: String,
    pub size: usize,
    pub sidecar: Option<usize>,
    pub trashed: bool,
}

impl Immich {
    pub fn new(dialect: Dialect) -> Immich {
        Immich { dialect, library: Arc::default() }
    }

    pub fn dialect(&self) -> Dialect {
        self.dialect
    }

    /// Adds a user and an API key with these permissions. Returns the key.
    pub fn add_user(&self, email: &str, quota: Option<u64>, permissions: &[&str]) -> String {
        let mut library = self.open();
        let name = email.split('@').next().unwrap_or_default().to_owned();
        let (id, created, admin) = (Uuid::new_v4(), Timestamp::now(), library.users.is_empty());
        library.users.push(User { id, email: email.into(), name, admin, quota, created });
        library.add_key(id, "test", permissions.iter().map(ToString::to_string).collect()).secret
    }

    pub fn befall(&self, fault: Fault) {
        self.open().faults.push(fault);
    }

    pub fn recover(&self, fault: &Fault) {
        self.open().faults.retain(|other| other != fault);
    }

    /// Finishes the jobs that follow uploads and deletions.
    pub fn finish_jobs(&self) {
        let mut library = self.open();
        library.assets.retain(|asset| asset.place != Place::Condemned);
        library.assets.iter_mut().for_each(|asset| asset.thumbnail = true);
    }

    pub fn held(&self) -> Vec<Held> {
        self.open().assets.iter().map(Held::of).collect()
    }

    /// Method and path of every request so far that got past the proxy to the server.
    pub fn requests(&self) -> Vec<String> {
        self.open().requests.clone()
    }

    pub(crate) fn has(&self, fault: &Fault) -> bool {
        self.open().faults.contains(fault)
    }

    pub(crate) fn faults(&self) -> Vec<Fault> {
        self.open().faults.clone()
    }

    pub(crate) fn proxy_limit(&self) -> Option<u64> {
        self.open()
            .faults
            .iter()
            .find_map(|fault| if let Fault::ProxyLimit(bytes) = fault { Some(*bytes) } else { None })
    }

    pub(crate) fn note(&self, request: &str) {
        self.open().requests.push(request.to_owned());
    }

    pub(crate) fn open(&self) -> MutexGuard<'_, Library> {
        self.library.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Library {
    pub(crate) fn add_key(&mut self, owner: Uuid, name: &str, permissions: Vec<String>) -> Key {
        let secret = Uuid::new_v4().simple().to_string();
        let (id, created) = (Uuid::new_v4(), Timestamp::now());
        let key = Key { id, secret, name: name.into(), owner, permissions, created };
        self.keys.push(key.clone());
        key
    }

    pub(crate) fn user(&self, id: Uuid) -> Option<&User> {
        self.users.iter().find(|user| user.id == id)
    }

    pub(crate) fn asset(&self, owner: Uuid, id: Uuid) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id == id && asset.owner == owner)
    }

    /// Wherever it is stored: look-ups do not check whether an asset is in the trash.
    pub(crate) fn by_digest(&self, owner: Uuid, digest: [u8; 20]) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.digest == digest && asset.owner == owner)
    }

    pub(crate) fn usage(&self, owner: Uuid) -> u64 {
        self.assets.iter().filter(|asset| asset.owner == owner).map(|asset| asset.bytes.len() as u64).sum()
    }
}

impl Asset {
    /// In the trash, from the client's point of view.
    pub(crate) fn is_trashed(&self) -> bool {
        match self.place {
            Place::Timeline => false,
            Place::Trash | Place::Condemned => true,
        }
    }
}

impl Held {
    fn of(asset: &Asset) -> Held {
        Held {
            id: asset.id.to_string(),
            digest: hex(&asset.digest),
            name: asset.name.clone(),
            size: asset.bytes.len(),
            sidecar: asset.sidecar.as_ref().map(Vec::len),
            trashed: asset.is_trashed(),
        }
    }
}

pub(crate) fn sha1(bytes: &[u8]) -> [u8; 20] {
    Sha1::digest(bytes).into()
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
