//! Directory handles hide some names from web apps, and nothing tells of them. Here a folder's own listing is compared
//! with another one that hides nothing: the entry of a drop, or the files of a folder input.

use std::collections::HashSet;

use engine::{Look, rules};
use wasm_bindgen::JsCast;
use web_sys::{File, FileSystemDirectoryEntry};

use super::entries;
use crate::Fault;
use crate::bindings::DirectoryHandle;
use crate::source::next_entry;

/// Of a folder's own files, at most one in this many may be missing in another listing of it.
const MOST_MISSING: usize = 10;

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

/// What a folder's own listing leaves out.
#[derive(Default)]
pub struct HiddenFiles {
    /// With their paths. Files that would not be backed up anyway are left out here too.
    pub files: Vec<(String, File)>,
    /// Paths of files, and of folders with a trailing slash, that could not be looked at.
    pub unread: Vec<String>,
}

/// Compares a folder's own listing with another one.
pub async fn hidden_in(folder: &DirectoryHandle, listed: Listed) -> Result<HiddenFiles, CompareFault> {
    match listed {
        Listed::Entry(entry) => Ok(compare(folder.clone(), entry).await?),
        Listed::Files(name, files) => {
            let shown = shown_in(folder).await?;
            let chosen: HashSet<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
            // The other listing has everything that this one has, except for files that were just deleted.
            let missing = shown.iter().filter(|path| !chosen.contains(path.as_str())).count();
            if name != folder.name() || missing * MOST_MISSING > shown.len() {
                return Err(CompareFault::OtherFolder);
            }
            let is_hidden = |path: &str| !shown.contains(path) && may_count(path);
            let files = files.into_iter().filter(|(path, _)| is_hidden(path)).collect();
            Ok(HiddenFiles { files, unread: Vec::new() })
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

async fn compare(folder: DirectoryHandle, entry: FileSystemDirectoryEntry) -> Result<HiddenFiles, Fault> {
    let mut found = HiddenFiles::default();
    let mut to_enter = vec![Place { path: String::new(), entry, handle: Some(folder.clone()) }];
    while let Some(place) = to_enter.pop() {
        // A directory that cannot be read is no reason to miss the others.
        if compare_one(&place, &mut found, &mut to_enter).await.is_err() {
            found.unread.push(place.path);
        }
    }
    // If the drive vanished in the meantime, the rest looked empty, which proves nothing.
    next_entry(&folder.values()).await?;
    Ok(found)
}

async fn compare_one(place: &Place, found: &mut HiddenFiles, to_enter: &mut Vec<Place>) -> Result<(), Fault> {
    let entries = entries::entries_of(&place.entry).await?;
    let shown = match &place.handle {
        Some(handle) => names_in(handle).await?,
        None => HashSet::new(),
    };
    for entry in entries {
        let name = entry.name();
        let path = format!("{}{name}", place.path);
        let is_shown = shown.contains(&name);
        if entry.is_directory() {
            let path = path + "/";
            // What the name of a directory leaves out is left out with all that is in it.
            if !may_count(&format!("{path}photo.jpg")) {
                continue;
            }
            let handle = match &place.handle {
                Some(handle) if is_shown => match handle.directory(&name).await {
                    Ok(handle) => Some(handle.unchecked_into()),
                    Err(_) => {
                        found.unread.push(path);
                        continue;
                    }
                },
                Some(_) | None => None,
            };
            to_enter.push(Place { path, entry: entry.unchecked_into(), handle });
        } else if !is_shown && may_count(&path) {
            match entries::file(&entry.unchecked_into()).await {
                Ok(file) => found.files.push((path, file)),
                Err(_) => found.unread.push(path),
            }
        }
    }
    Ok(())
}

async fn names_in(directory: &DirectoryHandle) -> Result<HashSet<String>, Fault> {
    let mut names = HashSet::new();
    let entries = directory.values();
    while let Some(entry) = next_entry(&entries).await? {
        names.insert(entry.name());
    }
    Ok(names)
}
