//! Verifies that the vault holds exactly what its index lists. `safelight check` prints the findings.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use super::VaultError;
use super::assets::{self, Asset};
use super::originals::{Facts, Originals};
use crate::index::Index;

/// An upload's row follows its file after one commit. This is how long the check waits for that row.
const ENTERED_WITHIN: Duration = Duration::from_secs(2);

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
    /// Inside the folder of the originals.
    pub path: String,
    /// The same for a person, who may have several vaults.
    pub place: PathBuf,
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
    let originals = Originals::of(data);
    let mut found = |path: String, damage| found(Finding { place: originals.absolute(&path), path, damage });
    let index = Index::open_existing(data)?;
    let assets = index.read(assets::all)?;
    for (at, asset) in assets.iter().enumerate() {
        if let Some(damage) = damage(&originals, asset, depth) {
            found(asset.path.clone(), damage);
        }
        let is_missing = |sidecar: &String| !originals.facts(sidecar).is_ok_and(|facts| facts.is_some());
        if let Some(path) = asset.sidecar.clone().filter(is_missing) {
            found(path, Damage::Missing);
        }
        progress(at + 1, assets.len());
    }
    for path in unknown(&originals, &index)? {
        found(path, Damage::Unknown);
    }
    Ok(assets.len())
}

/// Photos and videos that are not in the index. Empty files are left out: an upload has reserved their names. A file
/// that has just arrived gets its row a moment later.
fn unknown(originals: &Originals, index: &Index) -> Result<Vec<String>, VaultError> {
    let is_ours = |(path, size): &(String, u64)| *size > 0 && originals.kind(path).is_some();
    let all: Vec<String> = originals.list()?.into_iter().filter(is_ours).map(|(path, _)| path).collect();
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
pub fn put_aside(data: &Path, finding: &Finding) -> Result<PathBuf, VaultError> {
    Originals::of(data).put_aside(&finding.path)
}

fn damage(originals: &Originals, asset: &Asset, depth: Depth) -> Option<Damage> {
    match originals.facts(&asset.path) {
        Err(error) => Some(Damage::Unreadable(error.kind())),
        Ok(None) => Some(Damage::Missing),
        Ok(Some(Facts { size: found, .. })) if found != asset.size => {
            Some(Damage::WrongSize { expected: asset.size, found })
        }
        Ok(Some(_)) if depth == Depth::Sizes => None,
        Ok(Some(_)) => match originals.digest(&asset.path) {
            Ok(digest) if digest == asset.digest => None,
            Ok(_) => Some(Damage::WrongBytes),
            Err(error) => Some(Damage::Unreadable(error.kind())),
        },
    }
}
