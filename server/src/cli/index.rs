//! `safelight backup` and `safelight reindex`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::Vault;
use crate::auth::{Auth, UserName};
use crate::index::Index;
use jiff::Timestamp;

use super::auth::vaults;
use super::{Folder, Outcome};

pub(super) fn backup(folder: &Folder, file: &Path) -> Outcome {
    if file.exists() {
        return Err(format!("{} already exists; choose another name", file.display()).into());
    }
    for vault in vaults(folder)? {
        // Other users' copies are put beside the owner's and named after their vaults.
        let copy = match vault.strip_prefix(&folder.data).ok().and_then(Path::file_name) {
            None => file.to_owned(),
            Some(user) => beside(file, &user.to_string_lossy()),
        };
        Index::open_existing(&vault)?.copy_to(&copy)?;
        println!("The index of {} was copied to {}", vault.display(), copy.display());
    }
    println!("The photos are ordinary files: copy them with any tool.");
    Ok(ExitCode::SUCCESS)
}

fn beside(file: &Path, user: &str) -> PathBuf {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let extension = file.extension().map(|extension| format!(".{}", extension.to_string_lossy()));
    file.with_file_name(format!("{stem}-{user}{}", extension.unwrap_or_default()))
}

pub(super) fn reindex(user: Option<&UserName>, folder: &Folder) -> Outcome {
    let of_user = user.map(|name| Auth::new(Index::open_existing(&folder.data)?).user(name)).transpose()?;
    let data = of_user.as_ref().map_or_else(|| folder.data.clone(), |user| user.folder(&folder.data));
    if let Some(aside) = Vault::set_index_aside(&data, Timestamp::now())? {
        println!("The old index is kept as {}", aside.display());
    }
    let vault = Vault::open(&data)?;
    println!("{} photos and videos were added to the index", vault.repair().adopted);
    if of_user.is_none_or(|user| user.is_owner()) {
        println!(
            "If there were other users, add them again under the same names: they will find their photos."
        );
        println!("Start the server, and pair your browsers again: `safelight pair`");
    }
    Ok(ExitCode::SUCCESS)
}
