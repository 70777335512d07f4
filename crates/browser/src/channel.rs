//! The messages between the pages and the engine, whichever tab the engine runs in: two typed enums with a protocol
//! number, because an old page may outlive a new worker.

use engine::{FileId, FolderId, Incident, Intent, Large, Query, Recency, RowsPage, Run, Surroundings, View};
use gloo::events::EventListener;
use js_sys::Reflect;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{BroadcastChannel, MessageEvent};

use crate::{Fault, wire};

/// Raised whenever the meaning or shape of a message changes.
const PROTOCOL: f64 = 9.0;

/// From a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ToEngine {
    /// A page opened and wants the view.
    Hello,
    Intent(Intent),
    Rows {
        query: Query,
        recency: Recency,
        from: u32,
        count: u32,
    },
    /// A directory handle is attached.
    AddFolder,
    /// An array of `[path, File]` is attached: files that were added once, without a folder handle.
    AddFiles {
        name: String,
    },
    /// A directory handle and an array of `[path, File]` are attached: all files in that directory that the folder's own
    /// listing leaves out.
    HiddenFound {
        /// What could not be looked at.
        unread: Vec<String>,
    },
    /// The person granted the permission again.
    Regranted(FolderId),
    /// Start again after [`FromEngine::Stopped`].
    Restart,
    /// Send the history.
    Runs,
    /// Send the recent incidents.
    Incidents,
    /// The current state of the device.
    Surroundings(Surroundings),
    /// Send the folders' handles: only a page can ask for permission.
    Handles,
    /// The files that the browser is uploading itself. Sent before the surroundings, because nothing is uploaded until
    /// those are known.
    Fetching(Vec<FileId>),
    /// Send the largest files that the browser could upload itself.
    Largest,
}

/// From the engine, to every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum FromEngine {
    View(Box<View>),
    Rows(RowsPage),
    Notice(Notice),
    /// The engine stopped and cannot recover by itself.
    Stopped(Stopped),
    /// A new engine is listening. Messages that an earlier engine did not confirm must be sent again.
    Started,
    /// The message with this number was accepted, and everything it required is saved.
    Confirmed(u32),
    /// The history, newest first.
    Runs(Vec<Run>),
    Incidents(Vec<Incident>),
    /// An array of `[folder, directory handle]` is attached.
    Handles,
    /// Notify the person, unless they are looking at a page.
    Notify(engine::Notice),
    Largest(Vec<Large>),
}

/// Something to tell the person in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    AlreadyAdded {
        name: String,
    },
    /// The folder is inside one that is already backed up.
    InsideAnother {
        name: String,
        outer: String,
    },
    /// The new folder contains one that was already backed up, and replaces it.
    TookIn {
        name: String,
        inner: String,
    },
    /// The store could not save the folder; the browser's own words.
    FolderNotKept {
        why: String,
    },
    /// The browser refused to hand over this many of the dropped items.
    DropFailed {
        count: u32,
    },
    /// Another folder was chosen than the one to be compared.
    OtherFolder {
        name: String,
    },
    /// Files shared by another app could not be saved.
    ShareFailed,
    /// Another app shared nothing that can be backed up.
    ShareEmpty,
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

/// One direction of the channel.
#[derive(Clone)]
pub struct Channel(BroadcastChannel);

/// A message, with an attachment that cannot be serialized.
pub struct Message<T> {
    pub body: T,
    pub attached: JsValue,
    /// The number that its sender gave it.
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

    /// Calls back for each message. `None` is a message with another protocol number.
    pub fn listen<T: DeserializeOwned>(
        &self,
        mut hear: impl FnMut(Option<Message<T>>) + 'static,
    ) -> EventListener {
        EventListener::new(&self.0, "message", move |event| {
            hear(decode(&event.unchecked_ref::<MessageEvent>().data()));
        })
    }

    /// Calls back whenever a message arrives, without reading it.
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
