//! Lists every file of a folder, in batches. Files that the rules leave out are listed without being opened.

use engine::{Barrier, ListedFile, ListingEnd, Look, Scope, rules};
use wasm_bindgen::JsCast;
use web_sys::File;

use crate::Fault;
use crate::bindings::{DirectoryHandle, FileHandle, Handle};
use crate::hash::ahead::Ahead;
use crate::settled::settle;
use crate::source::{Directory, Source, barrier_of, look_at, next_entry};

/// Opening a file is a round trip to the browser's process. 32 at a time are twice as fast as one by one, and more are
/// no faster (measured).
const LOOKS_AT_ONCE: usize = 32;
/// Large enough to be cheap to pass on, small enough that the first files are being uploaded within a second.
const BATCH: usize = 256;
/// Replaces a name that is not valid text, which the browser shows as an empty one.
const NAMELESS: &str = "\u{FFFD}";

/// Lists the files within the scope; `tell` receives each batch. `ahead` digests small files on the way.
pub async fn list(
    source: &Source,
    scope: &Scope,
    ahead: Option<&dyn Ahead>,
    tell: impl FnMut(Vec<ListedFile>),
) -> ListingEnd {
    match source {
        Source::Directory(directory) => list_directory(directory, scope, ahead, tell).await,
        Source::Files(files) => {
            let mut batch = Batch::new(tell);
            for (path, file) in files.iter() {
                batch.add(ListedFile::new(path.as_str(), judged(path, || look_at(file))));
            }
            batch.tell_rest();
            ListingEnd::Complete
        }
    }
}

async fn list_directory(
    directory: &Directory,
    scope: &Scope,
    ahead: Option<&dyn Ahead>,
    tell: impl FnMut(Vec<ListedFile>),
) -> ListingEnd {
    if let Some(barrier) = directory.barrier().await {
        return ListingEnd::OutOfReach(barrier);
    }
    let batch = Batch::new(tell);
    let mut walk = Walk { directory, ahead, batch, to_look_at: vec![], seen: vec![], to_enter: vec![] };
    let end = match walk.all(scope).await {
        Ok(end) => end,
        Err(barrier) => return ListingEnd::OutOfReach(barrier),
    };
    walk.batch.tell_rest();
    // If the drive vanished during the walk, the rest looked empty, which proves nothing.
    match directory.barrier().await {
        Some(barrier) => ListingEnd::OutOfReach(barrier),
        None => end,
    }
}

/// A failure inside the folder is blamed on a file only if the folder itself can still be reached: when a drive is
/// unplugged, every file fails, and none of them is at fault.
struct Walk<'a, T> {
    directory: &'a Directory,
    ahead: Option<&'a dyn Ahead>,
    batch: Batch<T>,
    to_look_at: Vec<(String, FileHandle)>,
    /// They are told once they have been read ahead.
    seen: Vec<(String, File)>,
    /// Path with a trailing slash, and the directory.
    to_enter: Vec<(String, DirectoryHandle)>,
}

impl<T: FnMut(Vec<ListedFile>)> Walk<'_, T> {
    async fn all(&mut self, scope: &Scope) -> Result<ListingEnd, Barrier> {
        let mut end = ListingEnd::Complete;
        match scope {
            Scope::Everything => self.to_enter.push((String::new(), self.directory.handle.clone())),
            Scope::Paths(paths) => {
                for path in paths {
                    self.begin_at(path).await?;
                    if self.to_look_at.len() >= LOOKS_AT_ONCE {
                        self.look().await?;
                    }
                }
            }
        }
        while let Some((path, handle)) = self.to_enter.pop() {
            match self.enter(&path, &handle).await? {
                Ok(()) => {}
                Err(fault) if path.is_empty() => return Err(barrier_of(&fault)),
                // The directory was deleted in the meantime, and so were its files.
                Err(fault) if fault.is("NotFoundError") => {}
                Err(_) => {
                    self.still_there().await?;
                    self.batch.add(ListedFile::new(path, Look::UnreadableFolder));
                    end = ListingEnd::Incomplete;
                }
            }
        }
        self.look().await?;
        self.tell_seen().await;
        Ok(end)
    }

    /// The path may be a file, a folder, or gone.
    async fn begin_at(&mut self, path: &str) -> Result<(), Barrier> {
        match self.directory.entry(path).await {
            Ok(entry) => self.meet(path.into(), entry),
            Err(fault) if fault.is("NotFoundError") => {}
            // A name that the browser hides. Only the person can look for it.
            Err(fault) if fault.is("TypeError") => {}
            Err(_) => {
                self.still_there().await?;
                self.batch.add(ListedFile::new(path, judged(path, || Look::Unreadable)));
            }
        }
        Ok(())
    }

    async fn enter(&mut self, path: &str, directory: &DirectoryHandle) -> Result<Result<(), Fault>, Barrier> {
        let entries = directory.values();
        let mut nameless = 0;
        loop {
            let entry = match next_entry(&entries).await {
                Ok(Some(entry)) => entry,
                Ok(None) => return Ok(Ok(())),
                Err(fault) => return Ok(Err(fault)),
            };
            let name = entry.name();
            if name.is_empty() {
                nameless += 1;
                self.batch.add(ListedFile::new(format!("{path}{NAMELESS} {nameless}"), Look::Nameless));
            } else {
                self.meet(format!("{path}{name}"), entry);
            }
            if self.to_look_at.len() >= LOOKS_AT_ONCE {
                self.look().await?;
            }
        }
    }

    fn meet(&mut self, path: String, entry: Handle) {
        if entry.kind() == "directory" {
            self.to_enter.push((format!("{path}/"), entry.unchecked_into()));
        } else if let Some(look) = rules::judged(&path) {
            self.batch.add(ListedFile::new(path, look));
        } else {
            self.to_look_at.push((path, entry.unchecked_into()));
        }
    }

    /// Opens files, and meanwhile reads those that were opened before: reading and opening keep different threads of the
    /// browser busy.
    async fn look(&mut self) -> Result<(), Barrier> {
        let files = std::mem::take(&mut self.to_look_at);
        let opening = settle(&files.iter().map(|(_, handle)| handle.begin_get_file()).collect());
        self.tell_seen().await;
        for ((path, _), look) in files.into_iter().zip(opening.await) {
            match look {
                Ok(file) => self.seen.push((path, file.unchecked_into())),
                // It existed a moment ago and is gone now, so the listing leaves it out.
                Err(fault) if fault.is("NotFoundError") => {}
                Err(_) => {
                    self.still_there().await?;
                    self.batch.add(ListedFile::new(path, Look::Unreadable));
                }
            }
        }
        Ok(())
    }

    async fn tell_seen(&mut self) {
        let digests = match self.ahead {
            Some(ahead) => ahead.digests(&self.seen).await,
            None => Vec::new(),
        };
        let mut digests = digests.into_iter();
        for (path, file) in self.seen.drain(..) {
            let digest = digests.next().flatten();
            self.batch.add(ListedFile { digest, ..ListedFile::new(path, look_at(&file)) });
        }
    }

    async fn still_there(&self) -> Result<(), Barrier> {
        self.directory.barrier().await.map_or(Ok(()), Err)
    }
}

/// A look at a file, unless its name already decides.
fn judged(path: &str, look: impl FnOnce() -> Look) -> Look {
    rules::judged(path).unwrap_or_else(look)
}

struct Batch<T> {
    files: Vec<ListedFile>,
    tell: T,
}

impl<T: FnMut(Vec<ListedFile>)> Batch<T> {
    fn new(tell: T) -> Batch<T> {
        Batch { files: Vec::new(), tell }
    }

    fn add(&mut self, file: ListedFile) {
        self.files.push(file);
        if self.files.len() >= BATCH {
            self.tell_rest();
        }
    }

    fn tell_rest(&mut self) {
        if !self.files.is_empty() {
            (self.tell)(std::mem::take(&mut self.files));
        }
    }
}
