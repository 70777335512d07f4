//! Adds and removes folders. Their handles are kept here and in the store; the engine is told afterwards.

use std::rc::Rc;

use engine::{Access, Event, FolderEvent, FolderId, INBOX, Intent, Lasting, ListedFile, rules};
use futures::channel::oneshot::channel;
use futures::future::select;
use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::Host;
use super::audience::{Audience, Pages};
use crate::Fault;
use crate::bindings::DirectoryHandle;
use crate::channel::{FromEngine, Notice};
use crate::inbox;
use crate::source::{Files, Source, kind_of, look_at};
use crate::spawn;
use crate::watch::Watch;

/// The first id for folders whose files were handed over once. The store's own ids count from one and never get this
/// high.
const FIRST_ONCE: u32 = 1 << 30;

/// A slow start of a watch must not hold up the listing: a browser that was just started takes two seconds (measured).
const WATCH_FIRST_MS: u32 = 250;

/// Something that is being added, with the number of its message.
#[derive(Clone)]
pub(super) enum Coming {
    Folder {
        number: u32,
        handle: DirectoryHandle,
    },
    /// All files in this directory that its own listing leaves out, as an array of `[path, File]`.
    Hidden {
        number: u32,
        folder: DirectoryHandle,
        files: Array,
        unread: Vec<String>,
    },
}

/// How a new folder relates to those that are already backed up.
enum Relation {
    /// With the known folders that are inside it.
    New {
        around: Vec<(FolderId, String)>,
    },
    Same(FolderId),
    Inside {
        outer: String,
    },
}

impl<A: Audience> Host<A> {
    pub(super) fn source(&self, folder: FolderId) -> Option<Rc<Source>> {
        self.sources.borrow().get(&folder).map(Rc::clone)
    }

    /// Forgets a folder that is no longer backed up.
    pub(super) fn let_go(&self, folder: FolderId) {
        self.sources.borrow_mut().remove(&folder);
        self.audience.let_go(folder);
    }
}

impl Host<Pages> {
    /// Replaces the folder's previous source, if any.
    fn set_source(&self, folder: FolderId, source: Source) {
        self.sources.borrow_mut().insert(folder, Rc::new(source));
        self.say_handles();
    }

    /// Sends the handles to every page.
    pub(super) fn say_handles(&self) {
        let handles = Array::new();
        for (id, source) in &*self.sources.borrow() {
            if let Source::Directory(directory) = &**source {
                handles.push(&Array::of2(&id.0.into(), &directory.handle));
            }
        }
        self.audience.say(&FromEngine::Handles, &handles);
    }

    /// Folders are added one after the other, because otherwise two drops of the same folder would both count as new.
    /// What is hidden in them follows them.
    pub(super) fn add(self: &Rc<Host<Pages>>, coming: Coming) {
        self.audience.coming.borrow_mut().push_back(coming);
        if self.audience.coming.borrow().len() > 1 {
            return;
        }
        let host = Rc::clone(self);
        spawn(async move {
            loop {
                let next = host.audience.coming.borrow().front().cloned();
                match next {
                    None => return,
                    Some(Coming::Folder { number, handle }) => {
                        if let Err(fault) = host.take_folder(number, handle).await {
                            host.say(&FromEngine::Notice(Notice::FolderNotKept { why: fault.to_string() }));
                            host.say(&FromEngine::Confirmed(number));
                        }
                    }
                    Some(Coming::Hidden { number, folder, files, unread }) => {
                        host.take_hidden(number, &folder, &files, unread).await;
                    }
                }
                host.audience.coming.borrow_mut().pop_front();
            }
        });
    }

    async fn take_folder(&self, number: u32, handle: DirectoryHandle) -> Result<(), Fault> {
        let name = handle.name();
        match self.relation_of(&handle).await {
            Relation::New { around } => {
                let id = self.store.add_folder(&handle).await?;
                let lasting = if name == INBOX { Lasting::Inbox } else { Lasting::Lasting };
                self.enter(number, id, name.clone(), Source::directory(handle), lasting);
                for (inner_id, inner) in around {
                    self.tell(Event::Asked(Intent::RemoveFolder(inner_id)));
                    self.say(&FromEngine::Notice(Notice::TookIn { name: name.clone(), inner }));
                }
            }
            Relation::Same(id) => {
                // Use the new handle: it carries the fresh permission.
                self.set_source(id, Source::directory(handle));
                self.tell_for(number, granted(id));
                self.say(&FromEngine::Notice(Notice::AlreadyAdded { name }));
            }
            Relation::Inside { outer } => {
                self.say(&FromEngine::Notice(Notice::InsideAnother { name, outer }));
                self.say(&FromEngine::Confirmed(number));
            }
        }
        Ok(())
    }

    /// Backs up what other apps shared in the meantime, as if it were a folder.
    pub(super) fn take_in_inbox(self: &Rc<Host<Pages>>) {
        let host = Rc::clone(self);
        spawn(async move {
            let Some(inbox) = inbox::inbox().await else { return };
            let known = host.sources.borrow().iter().find(|(_, source)| source.is_inbox()).map(|(id, _)| *id);
            match known {
                None => host.add(Coming::Folder { number: 0, handle: inbox }),
                Some(folder) => {
                    let paths = inbox::parcels(&inbox).await.unwrap_or_default();
                    if !paths.is_empty() {
                        host.tell(Event::Folder(folder, FolderEvent::PathsTouched(paths)));
                    }
                }
            }
        });
    }

    async fn take_hidden(
        &self,
        number: u32,
        directory: &DirectoryHandle,
        files: &Array,
        unread: Vec<String>,
    ) {
        let Some((folder, within)) = self.place_of(directory).await else {
            // It was not added, and the person was told why.
            return self.say(&FromEngine::Confirmed(number));
        };
        let mut listed = Vec::new();
        for (path, file) in files.iter().filter_map(|pair| named_file(&pair)) {
            let path: Box<str> = format!("{within}{path}").into();
            if kind_of(&path, &file).await.is_ok_and(|kind| kind.is_none()) {
                continue;
            }
            let look = rules::judged(&path).unwrap_or_else(|| look_at(&file));
            self.audience.handed.borrow_mut().insert((folder, path.clone()), file);
            listed.push(ListedFile::new(path, look));
        }
        let unread = unread.iter().map(|path| format!("{within}{path}").into()).collect();
        let found = FolderEvent::HiddenFound { within: within.into(), files: listed, unread };
        self.tell_for(number, Event::Folder(folder, found));
    }

    /// The folder that a directory is or is in, and its path there with a trailing slash.
    async fn place_of(&self, directory: &DirectoryHandle) -> Option<(FolderId, String)> {
        let known = self.sources.borrow().clone();
        for (id, source) in known {
            if let Source::Directory(known) = &*source
                && let Some(path) = known.handle.path_to(directory).await
            {
                return Some((id, path));
            }
        }
        None
    }

    async fn relation_of(&self, handle: &DirectoryHandle) -> Relation {
        let known = self.sources.borrow().clone();
        let mut around = Vec::new();
        for (id, source) in known {
            let Source::Directory(directory) = &*source else { continue };
            if directory.handle.is_same(handle).await {
                return Relation::Same(id);
            }
            if directory.handle.contains(handle).await {
                return Relation::Inside { outer: directory.handle.name() };
            }
            if handle.contains(&directory.handle).await {
                around.push((id, directory.handle.name()));
            }
        }
        Relation::New { around }
    }

    pub(super) fn add_files(&self, number: u32, name: String, attached: &JsValue) {
        let mut files = Files::default();
        Array::from(attached)
            .iter()
            .filter_map(|pair| named_file(&pair))
            .for_each(|(path, file)| files.add(&path, file));
        self.enter(number, self.free_once(), name, Source::Files(files), Lasting::Once);
    }

    /// An id that no earlier start has used, because rows of its files that were never uploaded may still be there.
    fn free_once(&self) -> FolderId {
        let seconds = (crate::now().0 / 1000) as u32 % FIRST_ONCE;
        let ids = (seconds..FIRST_ONCE).map(|number| FolderId(FIRST_ONCE + number));
        ids.into_iter().find(|id| self.source(*id).is_none()).unwrap_or(FolderId(u32::MAX))
    }

    fn enter(&self, number: u32, id: FolderId, name: String, source: Source, lasting: Lasting) {
        self.set_source(id, source);
        self.tell_for(number, Event::Folder(id, FolderEvent::Added { name, lasting }));
    }

    pub(super) fn regranted(&self, number: u32, folder: FolderId) {
        self.tell_for(number, granted(folder));
    }

    /// Starts the watch that the engine asked for, before the listing that follows if the browser is fast enough.
    pub(super) async fn watch_if_asked(self: &Rc<Host<Pages>>, folder: FolderId) {
        let asked = self.audience.to_watch.borrow().contains(&folder);
        self.audience.to_watch.borrow_mut().retain(|id| *id != folder);
        let Some(source) = self.source(folder).filter(|_| asked) else { return };
        self.audience.watches.borrow_mut().remove(&folder);
        let (host, (late, told)) = (Rc::clone(self), channel());
        spawn(async move {
            host.watch(folder, &source).await;
            // Nobody is waiting any more: the listing has begun.
            if late.send(()).is_err() {
                host.tell(Event::Folder(folder, FolderEvent::WatchBeganLate));
            }
        });
        select(told, TimeoutFuture::new(WATCH_FIRST_MS)).await;
    }

    async fn watch(&self, folder: FolderId, source: &Source) {
        let Source::Directory(directory) = source else { return };
        let tell = self.tell.clone();
        // A closed queue means that the host is stopping.
        let tell = move |event: Event| _ = tell.unbounded_send(event.into());
        match Watch::begin(folder, &directory.handle, tell).await {
            Ok(Some(watch)) if self.source(folder).is_some() => {
                // Replace any earlier watch: two would report every change twice.
                self.audience.watches.borrow_mut().insert(folder, watch);
            }
            // The folder was removed in the meantime, or this browser cannot watch it.
            Ok(Some(_) | None) => {}
            // Without a watch, changes are found by the regular listing of the folder.
            Err(fault) => web_sys::console::warn_1(&fault.to_string().into()),
        }
    }
}

fn granted(folder: FolderId) -> Event {
    Event::Folder(folder, FolderEvent::AccessChanged(Access::Granted))
}

fn named_file(pair: &JsValue) -> Option<(String, File)> {
    let path = Reflect::get_u32(pair, 0).ok()?.as_string()?;
    let file = Reflect::get_u32(pair, 1).ok()?.dyn_into().ok()?;
    Some((path, file))
}
