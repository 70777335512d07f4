//! Makes the originals and the index consistent again after a crash. Runs once, before the vault accepts uploads.
//!
//! Invariant: a file that is not empty is never removed, except a sidecar whose original never got its bytes. Known
//! files are not read, so the cost is one walk over the folders. Foreign and unreadable files are skipped; they never
//! prevent a start.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};
use std::time::SystemTime;
use std::{fs, io, iter};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::{AssetId, Digest};
use uuid::Uuid;

use super::assets::{self, Asset, AssetKind};
use super::check::digest_of;
use super::error::Doing;
use super::place::{sidecar_of, sync_in_place};
use super::{Vault, VaultError, disk, incoming};
use crate::error::causes;

/// What the start found, and repaired if possible.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// Unfinished uploads and reserved names that were removed.
    pub leftovers: usize,
    /// Files that were not in the index and were added.
    pub adopted: usize,
    /// Files that were not where the index said; the index was corrected.
    pub moved: usize,
    /// Second copies of known bytes; they were left alone.
    pub copies: usize,
    /// Files that are in the index but missing.
    pub missing: usize,
    /// Originals whose size differs from the index.
    pub damaged: usize,
}

/// Sizes of the files below the originals, by relative path.
pub(super) type Found = BTreeMap<String, u64>;

pub(super) fn repair(vault: &Vault) -> Result<Repair, VaultError> {
    let found = files_below(vault.originals.root())?;
    let assets = vault.index.read(assets::all)?;
    refuse_if_all_are_gone(vault, &assets, &found)?;
    let known = paths(assets);
    let mut done = Repair { leftovers: incoming::remove_leftovers(&vault.incoming)?, ..Repair::default() };
    let unknown: Vec<(&String, u64)> =
        found.iter().filter(|(path, _)| !known.contains(*path)).map(|(path, size)| (path, *size)).collect();
    for (path, _) in
        unknown.iter().filter(|(path, size)| *size == 0 && protocol::media::kind_of(path).is_some())
    {
        done.leftovers += give_back(vault, path, &found, &known)?;
    }
    for (path, _) in unknown.iter().filter(|(_, size)| *size > 0) {
        if let Some(kind) = AssetKind::of(path) {
            enter(vault, path, kind, &found, &mut done)?;
        }
    }
    count_losses(vault, vault.index.read(assets::all)?, &found, &mut done);
    report(&done);
    Ok(done)
}

/// The paths of all originals and sidecars in the index.
fn paths(assets: Vec<Asset>) -> HashSet<String> {
    assets.into_iter().flat_map(|asset| iter::once(asset.path).chain(asset.sidecar)).collect()
}

/// If every file is missing, the cause is probably an unmounted volume or the wrong folder, so this is refused. Files
/// that were only moved elsewhere do not count as missing.
fn refuse_if_all_are_gone(vault: &Vault, assets: &[Asset], found: &Found) -> Result<(), VaultError> {
    let is_there = |asset: &Asset| found.contains_key(&asset.path) || !is_absent(vault, &asset.path);
    let facts: HashSet<(u64, Digest)> = assets.iter().map(|asset| (asset.size, asset.digest)).collect();
    let sizes: HashSet<u64> = assets.iter().map(|asset| asset.size).collect();
    let lies_elsewhere = |(path, size): (&String, &u64)| {
        let digest = || digest_of(&vault.originals.absolute(path)).ok();
        sizes.contains(size) && digest().is_some_and(|digest| facts.contains(&(*size, digest)))
    };
    if assets.is_empty() || assets.iter().any(is_there) || found.iter().any(lies_elsewhere) {
        return Ok(());
    }
    Err(VaultError::NoOriginals { known: assets.len(), originals: vault.originals.root().to_owned() })
}

/// Whether the file is really missing. The walk skips links and forbidden folders, so it may not have found everything.
fn is_absent(vault: &Vault, path: &str) -> bool {
    vault.originals.absolute(path).try_exists().is_ok_and(|exists| !exists)
}

fn count_losses(vault: &Vault, assets: Vec<Asset>, found: &Found, done: &mut Repair) {
    for asset in &assets {
        if let Some(size) = found.get(&asset.path).filter(|size| **size != asset.size) {
            tracing::warn!(path = asset.path, expected = asset.size, found = size, "an original is damaged");
            done.damaged += 1;
        }
    }
    done.missing =
        paths(assets).iter().filter(|path| !found.contains_key(*path) && is_absent(vault, path)).count();
}

/// Removes a reserved name that never got its bytes, and first the sidecar that was placed before it.
fn give_back(vault: &Vault, path: &str, found: &Found, known: &HashSet<String>) -> Result<usize, VaultError> {
    let mut removed = 0;
    let sidecar = sidecar_of(path);
    for leftover in [sidecar.as_str(), path] {
        let file = vault.originals.absolute(leftover);
        // An empty sidecar may be visited twice: here, and as a reserved name of its own.
        if found.contains_key(leftover) && !known.contains(leftover) && file.exists() {
            disk::change("remove", &file, || fs::remove_file(&file))?;
            removed += 1;
        }
    }
    Ok(removed)
}

fn enter(
    vault: &Vault,
    path: &str,
    kind: AssetKind,
    found: &Found,
    done: &mut Repair,
) -> Result<(), VaultError> {
    let sidecar = Some(sidecar_of(path)).filter(|sidecar| found.get(sidecar).is_some_and(|size| *size > 0));
    let digest = match settled(vault, path, sidecar.as_deref()) {
        Ok(digest) => digest,
        Err(error) => {
            tracing::warn!(error = causes(&error), "an unknown file was skipped");
            return Ok(());
        }
    };
    match vault.asset_of(digest)? {
        None => {
            adopt(vault, path, kind, digest, sidecar)?;
            done.adopted += 1;
        }
        Some(asset) if found.get(&asset.path) != Some(&asset.size) => {
            let path = path.to_owned();
            let sidecar = sidecar.or(asset.sidecar);
            vault.index.write(move |index| assets::move_to(index, digest, &path, sidecar.as_deref()))?;
            done.moved += 1;
        }
        Some(asset) => {
            tracing::warn!(copy = path, of = asset.path, "a second copy of a known file was left alone");
            done.copies += 1;
        }
    }
    Ok(())
}

/// Hashes an unknown file and syncs it with its sidecar, so that the row, which is written next, cannot outlive the
/// files.
fn settled(vault: &Vault, path: &str, sidecar: Option<&str>) -> Result<Digest, VaultError> {
    let root = vault.originals.root();
    let digest = digest_of(&root.join(path))?;
    for file in sidecar.into_iter().chain([path]) {
        sync_in_place(&root.join(file), root)?;
    }
    Ok(digest)
}

fn adopt(
    vault: &Vault,
    path: &str,
    kind: AssetKind,
    digest: Digest,
    sidecar: Option<String>,
) -> Result<(), VaultError> {
    let file = vault.originals.absolute(path);
    let facts = fs::metadata(&file).doing("inspect", &file)?;
    let modified = facts.modified().doing("read the time of", &file)?;
    let modified = Timestamp::try_from(modified).unwrap_or_else(|_| Timestamp::now());
    let asset = Asset {
        id: AssetId(Uuid::new_v4().into_bytes()),
        digest,
        path: path.to_owned(),
        sidecar,
        name: path.rsplit('/').next().unwrap_or(path).to_owned(),
        kind,
        size: facts.len(),
        created: created(path, modified),
        modified,
        added: SystemTime::now().try_into().unwrap_or(modified),
        favorite: false,
    };
    Ok(vault.index.write(move |index| assets::insert(index, &asset))?)
}

/// The file's modification time if it falls on the folder's day, otherwise the start of that day.
fn created(path: &str, modified: Timestamp) -> Timestamp {
    let day = path.split('/').rev().nth(1).and_then(|folder| folder.parse::<Date>().ok());
    match day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        Some(start) if start.date() != modified.to_zoned(TimeZone::UTC).date() => start.timestamp(),
        Some(_) | None => modified,
    }
}

/// Hidden files, and folders that a NAS adds beside photos, belong to other programs.
fn is_passed_over(name: &str) -> bool {
    name.starts_with('.') || name == "@eaDir"
}

pub(super) fn files_below(originals: &Path) -> Result<Found, VaultError> {
    let mut found = Found::new();
    walk(originals, "", &mut found)?;
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Found) -> Result<(), VaultError> {
    for entry in fs::read_dir(folder).doing("list", folder)? {
        let entry = entry.doing("list", folder)?;
        let path: PathBuf = entry.path();
        let Ok(name) = entry.file_name().into_string() else {
            tracing::warn!(path = %path.display(), "a name that is not UTF-8 was skipped");
            continue;
        };
        let kind = entry.file_type().doing("inspect", &path)?;
        if is_passed_over(&name) {
            continue;
        } else if kind.is_dir() {
            pass_over_forbidden(walk(&path, &format!("{prefix}{name}/"), found))?;
        } else if kind.is_file() {
            found.insert(format!("{prefix}{name}"), entry.metadata().doing("inspect", &path)?.len());
        }
    }
    Ok(())
}

/// A folder that this program may not read, such as `lost+found`, contains none of its files.
fn pass_over_forbidden(walked: Result<(), VaultError>) -> Result<(), VaultError> {
    match walked {
        Err(VaultError::Io { source, path, .. }) if source.kind() == io::ErrorKind::PermissionDenied => {
            tracing::warn!(path = %path.display(), "an unreadable folder was skipped");
            Ok(())
        }
        walked => walked,
    }
}

fn report(done: &Repair) {
    if *done != Repair::default() {
        let Repair { leftovers, adopted, moved, copies, missing, damaged } = done;
        tracing::info!(leftovers, adopted, moved, copies, missing, damaged, "scanned the vault");
    }
    if done.missing + done.damaged > 0 {
        tracing::warn!(
            missing = done.missing,
            damaged = done.damaged,
            "known files are missing or damaged; `safelight check` lists them"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_an_unreadable_folder_is_skipped() {
        let table = [
            (io::ErrorKind::PermissionDenied, true),
            (io::ErrorKind::Other, false),
            (io::ErrorKind::NotFound, false),
        ];
        for (kind, passed_over) in table {
            let walked = Err(io::Error::from(kind)).doing("list", Path::new("lost+found"));
            assert_eq!(pass_over_forbidden(walked).is_ok(), passed_over, "{kind}");
        }
    }
}
