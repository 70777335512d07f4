//! Directory handles hide some names from web apps, and nothing tells of them. Here a folder's own listing is compared
//! with another one that hides nothing: the entry of a drop, or the files of a folder input.

use std::collections::HashSet;

use engine::{FolderId, Look, rules};
use wasm_bindgen::JsCast;
use web_sys::{File, FileSystemDirectoryEntry, FileSystemEntry};

use super::{KNOWN, entries};
use crate::Fault;
use crate::bindings::DirectoryHandle;
use crate::source::next_entry;

/// A listing that hides no names.
pub enum Listed {
    Entry(FileSystemDirectoryEntry),
    /// The name of the folder, and its files with their paths in it.
    Files(String, Vec<(String, File)>),
}

/// Why two listings cannot be compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CompareFault {
    /// They are of two different folders.
    OtherFolder,
    Browser(Fault),
}

impl From<Fault> for CompareFault {
    fn from(fault: Fault) -> CompareFault {
        CompareFault::Browser(fault)
    }
}

/// The handle of a folder that is backed up.
pub fn known_folder(folder: FolderId) -> Option<DirectoryHandle> {
    let known = KNOWN.with_borrow(|known| known.iter().find(|(id, _)| *id == folder).cloned());
    known.map(|(_, handle)| handle.unchecked_into())
}

/// The files that the folder's own listing leaves out, with their paths. Files that would not be backed up anyway are
/// left out here too.
pub async fn hidden_in(
    folder: &DirectoryHandle,
    listed: Listed,
) -> Result<Vec<(String, File)>, CompareFault> {
    match listed {
        Listed::Entry(entry) => Ok(compare(folder.clone(), entry).await?),
        Listed::Files(name, files) => {
            let shown = shown_in(folder).await?;
            let is_shown = |path: &str| shown.contains(path);
            let is_other = name != folder.name() || !files.iter().any(|(path, _)| is_shown(path));
            if is_other && !shown.is_empty() {
                return Err(CompareFault::OtherFolder);
            }
            Ok(files.into_iter().filter(|(path, _)| !is_shown(path) && may_count(path)).collect())
        }
    }
}

/// Whether a file would be backed up if it were not hidden, as far as its name tells.
fn may_count(path: &str) -> bool {
    !matches!(rules::judged(path), Some(Look::LeftOut(_)))
}

/// The paths of all files that the folder's own listing names.
async fn shown_in(folder: &DirectoryHandle) -> Result<HashSet<String>, Fault> {
    let mut shown = HashSet::new();
    let mut to_enter = vec![(String::new(), folder.clone())];
    while let Some((path, directory)) = to_enter.pop() {
        let entries = directory.values();
        while let Some(entry) = next_entry(&entries).await? {
            let path = format!("{path}{}", entry.name());
            if entry.kind() == "directory" {
                to_enter.push((path + "/", entry.unchecked_into()));
            } else {
                shown.insert(path);
            }
        }
    }
    Ok(shown)
}

/// A directory to be compared.
struct Place {
    /// With a trailing slash; empty for the folder itself.
    path: String,
    entry: FileSystemDirectoryEntry,
    /// `None` if the folder's own listing leaves it out.
    handle: Option<DirectoryHandle>,
}

async fn compare(
    folder: DirectoryHandle,
    entry: FileSystemDirectoryEntry,
) -> Result<Vec<(String, File)>, Fault> {
    let mut hidden = Vec::new();
    let mut to_enter = vec![Place { path: String::new(), entry, handle: Some(folder) }];
    while let Some(place) = to_enter.pop() {
        // A directory that cannot be read is no reason to miss the others. The folder's own listing names it.
        let Ok(entries) = entries::entries_of(&place.entry).await else { continue };
        compare_one(&place, entries, &mut hidden, &mut to_enter).await;
    }
    Ok(hidden)
}

async fn compare_one(
    place: &Place,
    entries: Vec<FileSystemEntry>,
    hidden: &mut Vec<(String, File)>,
    to_enter: &mut Vec<Place>,
) {
    let shown = match &place.handle {
        Some(handle) => names_in(handle).await,
        None => HashSet::new(),
    };
    for entry in entries {
        let name = entry.name();
        let path = format!("{}{name}", place.path);
        let is_shown = shown.contains(&name);
        if entry.is_directory() {
            let path = path + "/";
            let handle = match &place.handle {
                Some(handle) if is_shown => handle.directory(&name).await.ok().map(JsCast::unchecked_into),
                Some(_) | None => None,
            };
            // What the name of a directory leaves out is left out with all that is in it.
            if may_count(&format!("{path}photo.jpg")) && (handle.is_some() || !is_shown) {
                to_enter.push(Place { path, entry: entry.unchecked_into(), handle });
            }
        } else if !is_shown && may_count(&path) {
            let file = entries::file(&entry.unchecked_into()).await;
            hidden.extend(file.ok().map(|file| (path, file)));
        }
    }
}

async fn names_in(directory: &DirectoryHandle) -> HashSet<String> {
    let mut names = HashSet::new();
    let entries = directory.values();
    while let Ok(Some(entry)) = next_entry(&entries).await {
        names.insert(entry.name());
    }
    names
}
