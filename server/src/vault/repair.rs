//! Makes the originals and the index agree again after a crash. Runs once, before the vault takes anything in.
//!
//! Invariant: a file with bytes in it is never removed, except a sidecar whose original never got its bytes.
//! Known files are not read: the cost is one walk over the folders.

use std::collections::{BTreeMap, HashSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use protocol::{AssetId, Digest};
use uuid::Uuid;

use super::assets::{self, Asset, AssetKind};
use super::check::digest_of;
use super::error::Doing;
use super::place::sidecar_of;
use super::{Vault, VaultError, incoming};

/// What was found at the start, and set right where that is possible.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Repair {
    /// Unfinished uploads and reserved names, removed.
    pub leftovers: usize,
    /// Files that the index did not know, entered.
    pub adopted: usize,
    /// Files that lay elsewhere than the index said, corrected.
    pub moved: usize,
    /// Second copies of known bytes, left alone.
    pub copies: usize,
    /// Files that the index knows and that are not there.
    pub missing: usize,
}

/// Sizes of the files below the originals, by relative path.
type Found = BTreeMap<String, u64>;

pub(super) fn repair(vault: &Vault) -> Result<Repair, VaultError> {
    let mut done = Repair { leftovers: incoming::remove_leftovers(&vault.incoming)?, ..Repair::default() };
    let mut found = Found::new();
    walk(vault.originals.root(), "", &mut found)?;
    let mut known = HashSet::new();
    for asset in vault.index.read(assets::all)? {
        known.extend(asset.sidecar);
        known.insert(asset.path);
    }
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
    done.missing = known.iter().filter(|path| !found.contains_key(*path)).count().saturating_sub(done.moved);
    report(&done);
    Ok(done)
}

/// Removes a reserved name that never got its bytes, and before it the sidecar that was placed first.
fn give_back(vault: &Vault, path: &str, found: &Found, known: &HashSet<String>) -> Result<usize, VaultError> {
    let mut removed = 0;
    let sidecar = sidecar_of(path);
    for leftover in [sidecar.as_str(), path] {
        let file = vault.originals.absolute(leftover);
        // An empty sidecar may be met twice: here and as a reserved name of its own.
        if found.contains_key(leftover) && !known.contains(leftover) && file.exists() {
            fs::remove_file(&file).doing("remove", &file)?;
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
    let file = vault.originals.absolute(path);
    let digest = digest_of(&file)?;
    let sidecar = Some(sidecar_of(path)).filter(|sidecar| found.get(sidecar).is_some_and(|size| *size > 0));
    match vault.asset_of(digest)? {
        None => {
            adopt(vault, path, kind, digest, sidecar)?;
            done.adopted += 1;
        }
        Some(asset) if !found.contains_key(&asset.path) => {
            let path = path.to_owned();
            let sidecar = sidecar.or(asset.sidecar);
            vault.index.write(move |index| assets::move_to(index, digest, &path, sidecar.as_deref()))?;
            done.moved += 1;
        }
        Some(asset) => {
            tracing::warn!(copy = path, of = asset.path, "a second copy of known bytes was left alone");
            done.copies += 1;
        }
    }
    Ok(())
}

fn adopt(
    vault: &Vault,
    path: &str,
    kind: AssetKind,
    digest: Digest,
    sidecar: Option<String>,
) -> Result<(), VaultError> {
    let file = vault.originals.absolute(path);
    let facts = fs::metadata(&file).doing("look at", &file)?;
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

/// The file's own time if it fits the folder it lies in, else the start of the folder's day.
fn created(path: &str, modified: Timestamp) -> Timestamp {
    let day = path.split('/').rev().nth(1).and_then(|folder| folder.parse::<Date>().ok());
    match day.and_then(|day| day.to_zoned(TimeZone::UTC).ok()) {
        Some(start) if start.date() != modified.to_zoned(TimeZone::UTC).date() => start.timestamp(),
        Some(_) | None => modified,
    }
}

fn walk(folder: &Path, prefix: &str, found: &mut Found) -> Result<(), VaultError> {
    for entry in fs::read_dir(folder).doing("list", folder)? {
        let entry = entry.doing("list", folder)?;
        let path: PathBuf = entry.path();
        let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
            tracing::warn!(path = %path.display(), "a name that is not UTF-8 was passed over");
            continue;
        };
        let kind = entry.file_type().doing("look at", &path)?;
        if kind.is_dir() {
            walk(&path, &format!("{name}/"), found)?;
        } else if kind.is_file() {
            found.insert(name, entry.metadata().doing("look at", &path)?.len());
        }
    }
    Ok(())
}

fn report(done: &Repair) {
    if *done != Repair::default() {
        let Repair { leftovers, adopted, moved, copies, missing } = done;
        tracing::info!(leftovers, adopted, moved, copies, missing, "looked through the vault");
    }
    if done.missing > 0 {
        tracing::warn!(missing = done.missing, "known files are not there; `safelight check` names them");
    }
}
