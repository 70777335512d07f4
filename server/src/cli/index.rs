//! `safelight backup` and `safelight reindex`.

use std::path::Path;
use std::process::ExitCode;

use jiff::Timestamp;
use server::Vault;
use server::index::Index;

use super::{Folder, Outcome};

pub(super) fn backup(folder: &Folder, file: &Path) -> Outcome {
    if file.exists() {
        return Err(format!("{} exists already; choose a new name", file.display()).into());
    }
    Index::open_existing(&folder.data)?.copy_to(file)?;
    println!(
        "The index was copied to {}. The photos are ordinary files: copy them with any tool.",
        file.display()
    );
    Ok(ExitCode::SUCCESS)
}

pub(super) fn reindex(folder: &Folder) -> Outcome {
    if let Some(aside) = Vault::set_index_aside(&folder.data, Timestamp::now())? {
        println!("The old index is kept as {}", aside.display());
    }
    let vault = Vault::open(&folder.data)?;
    println!("{} photos and videos were entered", vault.repair().adopted);
    println!("Start the server, and pair your browsers anew: `safelight pair`");
    Ok(ExitCode::SUCCESS)
}
