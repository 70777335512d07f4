//! Verifies that the vault holds exactly what its index lists. `safelight check` prints the findings.

use std::fmt;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use protocol::Digest;
use sha1::{Digest as _, Sha1};

use super::assets::{self, Asset};
use super::error::Doing;
use super::{AssetKind, ORIGINALS, VaultError, names, repair};
use crate::index::Index;

/// Large enough that hashing takes the time, and not the read calls.
const READ_BYTES: usize = 256 * 1024;

/// An upload's row follows its file after one commit. This is how long the check waits for that row.
const ENTERED_WITHIN: Duration = Duration::from_secs(2);

/// The folder for damaged originals.
const DAMAGED: &str = "damaged";

/// How thoroughly each file is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// That it exists and has the right size.
    Sizes,
    /// Every byte.
    Data,
}

/// A file that does not match the index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    pub path: PathBuf,
    pub damage: Damage,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    Missing,
    /// Sizes in bytes.
    WrongSize {
        expected: u64,
        found: u64,
    },
    WrongBytes,
    Unreadable(io::ErrorKind),
    /// A photo or video that is not in the index.
    Unknown,
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => write!(f, "is missing"),
            Self::WrongSize { expected, found } => write!(f, "has {found} bytes instead of {expected}"),
            Self::WrongBytes => write!(f, "does not hold the bytes that were stored"),
            Self::Unreadable(kind) => write!(f, "cannot be read ({kind})"),
            Self::Unknown => write!(f, "is not in the index; the server adds it at its next start"),
        }
    }
}

/// Checks every file in the index and every file below the originals, and reports each finding. Returns how many files
/// the index has. `progress` gets the number of files checked so far, and the total.
pub fn check(
    data: &Path,
    depth: Depth,
    progress: impl Fn(usize, usize),
    mut found: impl FnMut(Finding),
) -> Result<usize, VaultError> {
    let originals = data.join(ORIGINALS);
    let index = Index::open_existing(data)?;
    let assets = index.read(assets::all)?;
    for (at, asset) in assets.iter().enumerate() {
        let path = originals.join(&asset.path);
        if let Some(damage) = damage(&path, asset, depth) {
            found(Finding { path, damage });
        }
        let sidecar = asset.sidecar.as_ref().map(|sidecar| originals.join(sidecar));
        if let Some(path) = sidecar.filter(|path| !path.is_file()) {
            found(Finding { path, damage: Damage::Missing });
        }
        progress(at + 1, assets.len());
    }
    for path in unknown(&originals, &index)? {
        found(Finding { path: originals.join(path), damage: Damage::Unknown });
    }
    Ok(assets.len())
}

/// Photos and videos that are not in the index. Empty files are left out: an upload has reserved their names. A file
/// that has just arrived gets its row a moment later.
fn unknown(originals: &Path, index: &Index) -> Result<Vec<String>, VaultError> {
    let found = repair::files_below(originals)?;
    let is_ours = |(path, size): &(String, u64)| *size > 0 && AssetKind::of(path).is_some();
    let all: Vec<String> = found.into_iter().filter(is_ours).map(|(path, _)| path).collect();
    let unknown = not_in(index, all)?;
    if unknown.is_empty() {
        return Ok(unknown);
    }
    thread::sleep(ENTERED_WITHIN);
    not_in(index, unknown)
}

fn not_in(index: &Index, paths: Vec<String>) -> Result<Vec<String>, VaultError> {
    let known = index.read(|index| {
        paths.iter().map(|path| assets::is_path_known(index, path)).collect::<rusqlite::Result<Vec<bool>>>()
    })?;
    Ok(paths.into_iter().zip(known).filter(|(_, known)| !known).map(|(path, _)| path).collect())
}

/// Moves a damaged original out of the way, so that its bytes count as lost. Returns its new path.
pub fn put_aside(data: &Path, original: &Path) -> Result<PathBuf, VaultError> {
    let name = original.strip_prefix(data.join(ORIGINALS)).unwrap_or(original);
    let place = (1..)
        .map(|number| data.join(DAMAGED).join(names::numbered(&name.to_string_lossy(), number)))
        .find(|place| !place.exists())
        .unwrap_or_default();
    let folder = place.parent().unwrap_or(data);
    fs::create_dir_all(folder).doing("create", folder)?;
    fs::rename(original, &place).doing("set aside", original)?;
    Ok(place)
}

fn damage(path: &Path, asset: &Asset, depth: Depth) -> Option<Damage> {
    match fs::metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Some(Damage::Missing),
        Err(error) => Some(Damage::Unreadable(error.kind())),
        Ok(facts) if facts.len() != asset.size => {
            Some(Damage::WrongSize { expected: asset.size, found: facts.len() })
        }
        Ok(_) if depth == Depth::Sizes => None,
        Ok(_) => match hash(path) {
            Ok(digest) if digest == asset.digest => None,
            Ok(_) => Some(Damage::WrongBytes),
            Err(error) => Some(Damage::Unreadable(error.kind())),
        },
    }
}

pub(super) fn digest_of(path: &Path) -> Result<Digest, VaultError> {
    hash(path).doing("read", path)
}

fn hash(path: &Path) -> io::Result<Digest> {
    let mut file = File::open(path)?;
    let mut hash = Sha1::new();
    let mut buffer = vec![0; READ_BYTES];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(Digest(hash.finalize().into())),
            read => hash.update(&buffer[..read]),
        }
    }
}
