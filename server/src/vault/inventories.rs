//! Inventories of the devices' folders, so that a folder can be restored as it was: which file was where. Each folder
//! has one text file that a person can read.
//!
//! Invariant: no path is dropped without a reason. A file that the device no longer lists is kept as gone, unless its
//! bytes are now elsewhere in the folder or its path has other bytes.

use std::collections::HashSet;
use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use protocol::Digest;
use protocol::inventory::{Entry, Standing};
use serde::{Deserialize, Serialize};
use sha1::{Digest as _, Sha1};
use uuid::Uuid;

use super::error::Doing;
use super::incoming::{self, Received};
use super::{Vault, VaultError, disk};

const FOLDER: &str = "folders";
const EXTENSION: &str = "txt";

/// Two names, and little more.
const MOST_HEADING_BYTES: u64 = 16 * 1024;
/// For all inventories of a vault: enough for a library of a million files on ten devices.
const MOST_BYTES: u64 = 1 << 30;

/// Identifies one folder of one device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InventoryId(String);

impl InventoryId {
    pub fn of(device: &str, number: u32) -> Option<Self> {
        Self::read(&format!("{device}.{number}"))
    }

    fn before(&self) -> Self {
        Self(format!("{}-{}", self.0, Uuid::new_v4().simple()))
    }

    /// `None` if the text cannot be an id.
    pub fn read(text: &str) -> Option<Self> {
        let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
        (text.len() <= 100
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.chars().all(is_plain))
        .then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Display for InventoryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// The first line of the file, as JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    pub folder: String,
    pub device: String,
    pub told: Timestamp,
    pub held: u64,
    pub gone: u64,
    /// The digest of the text that the device sent.
    pub digest: Digest,
}

/// The inventory that a device sends for one of its folders.
pub struct Telling {
    pub folder: String,
    pub device: String,
    pub text: String,
}

/// Why an inventory was not stored.
#[derive(Debug, thiserror::Error)]
pub enum TellingError {
    #[error("too many files are recorded in folders; forget some folders first")]
    TooMuch,
    #[error("a line is not `SHA-1 BYTES PATH`")]
    Unreadable,
    #[error(transparent)]
    Vault(#[from] VaultError),
}

impl Vault {
    /// All inventories, the latest first.
    pub fn inventories(&self) -> Result<Vec<(InventoryId, Heading)>, VaultError> {
        let folder = self.data.join(FOLDER);
        let listed = match fs::read_dir(&folder) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            listed => listed.doing("list", &folder)?,
        };
        let mut all = Vec::new();
        for entry in listed {
            let name = entry.doing("list", &folder)?.file_name();
            let id = name.to_str().and_then(|name| name.strip_suffix(&format!(".{EXTENSION}")));
            if let Some(id) = id.and_then(InventoryId::read)
                && let Some(heading) = heading_of(&self.inventory_path(&id))?
            {
                all.push((id, heading));
            }
        }
        all.sort_by_key(|(_, heading)| std::cmp::Reverse(heading.told));
        Ok(all)
    }

    /// The heading, and the lines in the format of [`protocol::inventory`].
    pub fn inventory(&self, id: &InventoryId) -> Result<Option<(Heading, String)>, VaultError> {
        let path = self.inventory_path(id);
        let text = match fs::read(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text.doing("read", &path)?,
        };
        let read = || {
            let text = String::from_utf8(text).ok()?;
            let (heading, lines) = text.split_once('\n')?;
            Entry::read_all(lines)?;
            Some((serde_json::from_str(heading).ok()?, lines.to_owned()))
        };
        let read = read();
        if read.is_none() {
            let aside = path.with_extension("damaged");
            tracing::warn!(path = %path.display(), aside = %aside.display(), "this is not a list of a folder's \
                files");
            disk::change("set aside", &path, || fs::rename(&path, &aside))?;
        }
        Ok(read)
    }

    /// Stores what a folder holds now.
    pub fn take_inventory(
        &self,
        id: &InventoryId,
        told: Telling,
        now: Timestamp,
    ) -> Result<(), TellingError> {
        let held = Entry::read_all(&told.text).ok_or(TellingError::Unreadable)?;
        if held.iter().any(|entry| entry.standing == Standing::Gone) {
            return Err(TellingError::Unreadable);
        }
        if !told.text.is_empty() && !told.text.ends_with('\n') {
            return Err(TellingError::Unreadable);
        }
        let before = match self.inventory(id)? {
            Some((heading, _)) if heading.folder != told.folder => {
                self.part_with(id)?;
                Vec::new()
            }
            Some((_, lines)) => Entry::read_all(&lines).unwrap_or_default(),
            None => Vec::new(),
        };
        let gone = gone(before, &held);
        let heading = Heading {
            folder: told.folder,
            device: told.device,
            told: now,
            held: held.len() as u64,
            gone: gone.len() as u64,
            digest: Digest(Sha1::digest(&told.text).into()),
        };
        if self.inventory_bytes()? > MOST_BYTES {
            return Err(TellingError::TooMuch);
        }
        let mut text = serde_json::to_string(&heading).expect("plain fields") + "\n" + &told.text;
        gone.iter().for_each(|entry| entry.write(&mut text));
        Ok(self.replace_inventory(id, &text, now)?)
    }

    /// Returns true if there was one.
    pub fn forget_inventory(&self, id: &InventoryId) -> Result<bool, VaultError> {
        let path = self.inventory_path(id);
        let there = path.exists();
        disk::remove_if_there(&path)?;
        Ok(there)
    }

    /// A browser that lost its list of folders starts numbering them again. The inventory that was known under this
    /// number is kept under another name.
    fn part_with(&self, id: &InventoryId) -> Result<(), VaultError> {
        let (path, aside) = (self.inventory_path(id), self.inventory_path(&id.before()));
        disk::change("set aside", &path, || fs::rename(&path, &aside))
    }

    fn replace_inventory(&self, id: &InventoryId, text: &str, now: Timestamp) -> Result<(), VaultError> {
        let folder = self.data.join(FOLDER);
        fs::create_dir_all(&folder).doing("create", &folder)?;
        let Received { part, .. } = incoming::receive(&self.incoming, std::iter::once(text))?;
        part.settle(now)?;
        part.move_over(&self.inventory_path(id))?;
        disk::sync_folder(&folder)
    }

    fn inventory_bytes(&self) -> Result<u64, VaultError> {
        let folder = self.data.join(FOLDER);
        let sum =
            || fs::read_dir(&folder)?.map(|entry| Ok(entry?.metadata()?.len())).sum::<io::Result<u64>>();
        match sum() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(0),
            sum => sum.doing("list", &folder),
        }
    }

    fn inventory_path(&self, id: &InventoryId) -> PathBuf {
        self.data.join(FOLDER).join(format!("{id}.{EXTENSION}"))
    }
}

/// `None` if the file is missing or is not an inventory.
fn heading_of(path: &Path) -> Result<Option<Heading>, VaultError> {
    let mut line = String::new();
    let read =
        File::open(path).and_then(|file| BufReader::new(file).take(MOST_HEADING_BYTES).read_line(&mut line));
    match read {
        Ok(_) => Ok(serde_json::from_str(&line).ok()),
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::InvalidData) => {
            Ok(None)
        }
        Err(error) => Err(error).doing("read", path),
    }
}

/// The earlier entries that the device no longer lists.
fn gone(before: Vec<Entry>, held: &[Entry]) -> Vec<Entry> {
    let paths: HashSet<&str> = held.iter().map(|entry| &*entry.path).collect();
    let digests: HashSet<Digest> = held.iter().map(|entry| entry.digest).collect();
    let is_gone = |entry: &Entry| !paths.contains(&*entry.path) && !digests.contains(&entry.digest);
    before.into_iter().filter(is_gone).map(|entry| Entry { standing: Standing::Gone, ..entry }).collect()
}
