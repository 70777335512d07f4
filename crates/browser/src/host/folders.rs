//! Folders come and go: their handles are kept here and in the store, and the engine hears of it afterwards.

use std::rc::Rc;

use engine::{Access, Event, FolderId, Lasting};
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::Host;
use crate::Fault;
use crate::bindings::DirectoryHandle;
use crate::channel::{FromEngine, Notice};
use crate::source::{Files, Source};

/// Where the ids of folders that are handed over once begin: the store's own count from one and never get here.
const FIRST_ONCE: u32 = 1 << 30;

/// How a new folder lies to those that are backed up already.
enum Relation {
    New,
    Same(FolderId),
    Inside { outer: String },
}

impl Host {
    pub(super) fn source(&self, folder: FolderId) -> Option<Rc<Source>> {
        self.sources.borrow().get(&folder).cloned()
    }

    pub(super) fn add_folder(self: &Rc<Host>, attached: JsValue) {
        let host = Rc::clone(self);
        spawn_local(async move {
            if let Err(fault) = host.take_folder(attached.unchecked_into()).await {
                host.say(&FromEngine::Notice(Notice::FolderNotKept { why: fault.to_string() }));
            }
        });
    }

    async fn take_folder(&self, handle: DirectoryHandle) -> Result<(), Fault> {
        let name = handle.name();
        match self.relation_of(&handle).await {
            Relation::New => {
                let id = self.store.add_folder(&handle).await?;
                self.enter(id, name, Source::directory(handle), Lasting::Lasting);
            }
            Relation::Same(id) => {
                // The new handle carries the fresh grant.
                self.sources.borrow_mut().insert(id, Rc::new(Source::directory(handle)));
                self.tell(Event::AccessChanged { folder: id, access: Access::Granted });
                self.say(&FromEngine::Notice(Notice::AlreadyAdded { name }));
            }
            Relation::Inside { outer } => {
                self.say(&FromEngine::Notice(Notice::InsideAnother { name, outer }))
            }
        }
        Ok(())
    }

    async fn relation_of(&self, handle: &DirectoryHandle) -> Relation {
        let known: Vec<_> =
            self.sources.borrow().iter().map(|(id, source)| (*id, Rc::clone(source))).collect();
        for (id, source) in known {
            let Source::Directory(directory) = &*source else { continue };
            if directory.handle.is_same(handle).await {
                return Relation::Same(id);
            }
            if directory.handle.contains(handle).await {
                return Relation::Inside { outer: directory.handle.name() };
            }
        }
        Relation::New
    }

    pub(super) fn add_files(&self, name: String, attached: &JsValue) {
        let mut files = Files::default();
        Array::from(attached)
            .iter()
            .filter_map(|pair| named_file(&pair))
            .for_each(|(path, file)| files.add(&path, file));
        self.enter(self.free_once(), name, Source::Files(files), Lasting::Once);
    }

    /// An id that no earlier start has used: rows of files that were not sent then may still be there.
    fn free_once(&self) -> FolderId {
        let seconds = (crate::now().0 / 1000) as u32 % FIRST_ONCE;
        let sources = self.sources.borrow();
        let ids = (seconds..FIRST_ONCE).map(|number| FolderId(FIRST_ONCE + number));
        ids.into_iter().find(|id| !sources.contains_key(id)).unwrap_or(FolderId(u32::MAX))
    }

    fn enter(&self, id: FolderId, name: String, source: Source, lasting: Lasting) {
        self.sources.borrow_mut().insert(id, Rc::new(source));
        self.tell(Event::FolderAdded { folder: id, name, lasting });
    }

    pub(super) fn regranted(&self, folder: FolderId) {
        self.tell(Event::AccessChanged { folder, access: Access::Granted });
    }

    pub(super) async fn forget(&self, folder: FolderId) -> Result<(), Fault> {
        self.sources.borrow_mut().remove(&folder);
        self.store.forget_folder(folder).await
    }
}

fn named_file(pair: &JsValue) -> Option<(String, File)> {
    let path = Reflect::get_u32(pair, 0).ok()?.as_string()?;
    let file = Reflect::get_u32(pair, 1).ok()?.dyn_into().ok()?;
    Some((path, file))
}
