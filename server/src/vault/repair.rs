//! Makes the originals and the index consistent again after a crash. Runs once, before the vault accepts uploads.
//!
//! Invariant: a file that is not empty is never removed, except a sidecar whose original never got its bytes. Known
//! files are not read, so the cost is one walk over the folders. Foreign and unreadable files are skipped; they never
//! prevent a start.

use std::collections::HashSet;
use std::iter;
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::{AssetId, Digest};
use uuid::Uuid;

use super::assets::{self, Asset, AssetKind};
use super::originals::Found;
use super::place::sidecar_of;
use super::{Vault, VaultError, incoming};
use crate::error::causes;
use crate::taken::Taken;

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

pub(super) fn repair(vault: &Vault) -> Result<Repair, VaultError> {
    let found = vault.originals.list()?;
    let assets = vault.index.read(assets::all)?;
    refuse_if_all_are_gone(vault, &assets, &found)?;
    let known = paths(assets);
    let mut done = Repair { leftovers: incoming::remove_leftovers(&vault.incoming)?, ..Repair::default() };
    let unknown: Vec<(&String, u64)> =
        found.iter().filter(|(path, _)| !known.contains(*path)).map(|(path, size)| (path, *size)).collect();
    for (path, _) in unknown.iter().filter(|(path, size)| *size == 0 && AssetKind::is_possible(path)) {
        done.leftovers += give_back(vault, path, &found, &known)?;
    }
    for (path, _) in unknown.iter().filter(|(_, size)| *size > 0) {
        if let Some(kind) = vault.originals.kind(path) {
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
    let is_there = |asset: &Asset| found.contains_key(&asset.path) || !vault.originals.is_absent(&asset.path);
    let facts: HashSet<(u64, Digest)> = assets.iter().map(|asset| (asset.size, asset.digest)).collect();
    let sizes: HashSet<u64> = assets.iter().map(|asset| asset.size).collect();
    let lies_elsewhere = |(path, size): (&String, &u64)| {
        let digest = || vault.originals.digest(path).ok();
        sizes.contains(size) && digest().is_some_and(|digest| facts.contains(&(*size, digest)))
    };
    if assets.is_empty() || assets.iter().any(is_there) || found.iter().any(lies_elsewhere) {
        return Ok(());
    }
    Err(vault.originals.missing(assets.len()))
}

fn count_losses(vault: &Vault, assets: Vec<Asset>, found: &Found, done: &mut Repair) {
    for asset in &assets {
        if let Some(size) = found.get(&asset.path).filter(|size| **size != asset.size) {
            tracing::warn!(path = asset.path, expected = asset.size, found = size, "an original is damaged");
            done.damaged += 1;
        }
    }
    done.missing = paths(assets)
        .iter()
        .filter(|path| !found.contains_key(*path) && vault.originals.is_absent(path))
        .count();
}

/// Removes a reserved name that never got its bytes, and first the sidecar that was placed before it.
fn give_back(vault: &Vault, path: &str, found: &Found, known: &HashSet<String>) -> Result<usize, VaultError> {
    let mut removed = 0;
    let sidecar = sidecar_of(path);
    for leftover in [sidecar.as_str(), path] {
        // An empty sidecar may be visited twice: here, and as a reserved name of its own.
        let is_there = || Ok::<_, VaultError>(vault.originals.facts(leftover)?.is_some());
        if found.contains_key(leftover) && !known.contains(leftover) && is_there()? {
            vault.originals.remove(leftover)?;
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
    let digest = vault.originals.digest(path)?;
    sidecar.into_iter().chain([path]).try_for_each(|file| vault.originals.sync(file))?;
    Ok(digest)
}

fn adopt(
    vault: &Vault,
    path: &str,
    kind: AssetKind,
    digest: Digest,
    sidecar: Option<String>,
) -> Result<(), VaultError> {
    // Moved away since it was read; the next start finds it.
    let Some(facts) = vault.originals.facts(path)? else { return Ok(()) };
    let modified = facts.modified.unwrap_or_else(Timestamp::now);
    let taken = taken(vault, path, sidecar.as_deref(), modified);
    let asset = Asset {
        id: AssetId(Uuid::new_v4().into_bytes()),
        digest,
        path: path.to_owned(),
        sidecar,
        name: path.rsplit('/').next().unwrap_or(path).to_owned(),
        kind,
        size: facts.size,
        taken,
        modified,
        added: SystemTime::now().try_into().unwrap_or(modified),
        favorite: false,
    };
    Ok(vault.index.write(move |index| assets::insert(index, &asset))?)
}

fn taken(vault: &Vault, path: &str, sidecar: Option<&str>, modified: Timestamp) -> Taken {
    let open = |path: &str| vault.originals.open(path).ok();
    let name = path.rsplit('/').next().unwrap_or(path);
    let found = open(path).and_then(|file| Taken::of(file, sidecar.and_then(open), name, Timestamp::now()));
    found.unwrap_or_else(|| Taken::said_by_client(created(path, modified)))
}

/// The file's modification time if it falls on the folder's day, otherwise the start of that day.
fn created(path: &str, modified: Timestamp) -> Timestamp {
    let day = path.split('/').rev().nth(1).and_then(|folder| folder.parse::<Date>().ok());
    match day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        Some(start) if start.date() != modified.to_zoned(TimeZone::UTC).date() => start.timestamp(),
        Some(_) | None => modified,
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
