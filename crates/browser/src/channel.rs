//! What the pages and the engine say to each other, whichever tab the engine runs in: two typed enums, with a
//! number of the protocol, because an old page may outlive a new worker.

use engine::{FileId, Filter, FolderId, Incident, Intent, Large, RowsPage, Run, Surroundings, View};
use gloo::events::EventListener;
use js_sys::Reflect;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{Fault, wire};

/// Raised whenever a message changes its meaning or shape.
const PROTOCOL: f64 = 6.0;

/// From a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToEngine {
    /// A page opened: it wants the view.
    Hello,
    Intent(Intent),
    Rows {
        filter: Filter,
        from: u32,
        count: u32,
    },
    /// A directory handle is attached.
    AddFolder,
    /// An array of `[path, File]` is attached: files handed over once.
    AddFiles {
        name: String,
    },
    /// The person gave the permission back.
    Regranted(FolderId),
    /// Start again after [`FromEngine::Stopped`].
    Restart,
    /// Tell the history.
    Runs,
    /// Tell what went wrong lately.
    Incidents,
    /// What the device is like now.
    Surroundings(Surroundings),
    /// Hand out the handles of the folders: only a page can ask for a permission.
    Handles,
    /// The files that the browser itself sends. Told before the surroundings, for nothing is sent before those are known.
    Fetching(Vec<FileId>),
    /// Tell the largest files that the browser itself could send.
    Largest,
}

/// From the engine, to every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromEngine {
    View(Box<View>),
    Rows(RowsPage),
    Notice(Notice),
    /// The engine cannot go on by itself.
    Stopped(Stopped),
    /// A new engine hears now; what an earlier one did not confirm must be said again.
    Started,
    /// The message of this number was taken, with all that had to be saved for it.
    Heard(u32),
    /// The history, newest first.
    Runs(Vec<Run>),
    Incidents(Vec<Incident>),
    /// An array of `[folder, directory handle]` is attached.
    Handles,
    /// The person should hear of this, if nobody looks.
    Notify(engine::Notice),
    Largest(Vec<Large>),
}

/// Something worth a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    AlreadyAdded {
        name: String,
    },
    /// The folder lies inside one that is backed up already.
    InsideAnother {
        name: String,
        outer: String,
    },
    /// A folder that was backed up before lies inside the new one, which takes its place.
    TookIn {
        name: String,
        inner: String,
    },
    /// The store would not take the folder; the browser's own words.
    FolderNotKept {
        why: String,
    },
    /// So many things were dropped that the browser would not hand over.
    DropFailed {
        count: u32,
    },
    /// What another app shared could not be kept.
    ShareFailed,
    /// The picker or the prompt failed; the browser's own words.
    PickerFailed {
        why: String,
    },
}

/// Why the engine stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stopped {
    /// The browser's storage is full.
    StorageFull,
    /// The browser's storage failed; its own words.
    StorageFailed(String),
    /// A newer Safelight changed the storage: this page is too old.
    Outdated,
}

/// One direction of the conversation.
#[derive(Clone)]
pub struct Channel(BroadcastChannel);

/// A message, with what cannot be written as plain data.
pub struct Message<T> {
    pub body: T,
    pub attached: JsValue,
    /// What its sender calls it.
    pub number: u32,
}

impl Channel {
    pub fn to_engine() -> Result<Channel, Fault> {
        Ok(Channel(BroadcastChannel::new("safelight-to-engine")?))
    }

    pub fn from_engine() -> Result<Channel, Fault> {
        Ok(Channel(BroadcastChannel::new("safelight-from-engine")?))
    }

    pub fn send(&self, body: &impl Serialize, attached: &JsValue) -> Result<(), Fault> {
        self.send_numbered(0, body, attached)
    }

    pub fn send_numbered(&self, number: u32, body: &impl Serialize, attached: &JsValue) -> Result<(), Fault> {
        let body = wire::encode(body)?;
        let message = js_sys::Array::of4(&PROTOCOL.into(), &body, attached, &number.into());
        Ok(self.0.post_message(&message)?)
    }

    /// Hears what others send. `None` is a message of another protocol.
    pub fn listen<T: DeserializeOwned>(
        &self,
        mut hear: impl FnMut(Option<Message<T>>) + 'static,
    ) -> EventListener {
        EventListener::new(&self.0, "message", move |event| {
            hear(decode(&event.unchecked_ref::<MessageEvent>().data()));
        })
    }

    /// Hears that others send, whatever it is.
    pub fn listen_for_anything(&self, mut hear: impl FnMut() + 'static) -> EventListener {
        EventListener::new(&self.0, "message", move |_| hear())
    }
}

fn decode<T: DeserializeOwned>(message: &JsValue) -> Option<Message<T>> {
    let part = |at: u32| Reflect::get_u32(message, at).unwrap_or_default();
    (part(0).as_f64() == Some(PROTOCOL)).then_some(())?;
    let body = wire::decode(&part(1)).ok()?;
    let number = part(3).as_f64().unwrap_or_default() as u32;
    Some(Message { body, attached: part(2), number })
}
