//! Reports changes in a folder, if the browser can. It only speeds things up: the regular listing of everything is what
//! counts.
//!
//! Measured: a new folder that is filled at once is reported as one change, of the folder. A file that is only touched
//! is not reported.

use engine::{Event, FolderEvent, FolderId};
use js_sys::Array;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};

use crate::Fault;
use crate::bindings::{Change, DirectoryHandle, Observer, has_global, object};

/// A watched folder; dropping it ends the watch.
pub struct Watch {
    observer: Observer,
    _heard: Closure<dyn FnMut(Array)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Watch {
    /// Starts watching, including all subfolders; `None` if this browser cannot.
    pub async fn begin(
        folder: FolderId,
        handle: &DirectoryHandle,
        tell: impl Fn(Event) + 'static,
    ) -> Result<Option<Watch>, Fault> {
        if !has_global("FileSystemObserver") {
            return Ok(None);
        }
        let heard = Closure::new(move |changes: Array| tell(event_of(folder, &changes)));
        let observer = Observer::new(heard.as_ref().unchecked_ref())?;
        observer.observe(handle, &object(&[("recursive", &JsValue::TRUE)])).await?;
        Ok(Some(Watch { observer, _heard: heard }))
    }
}

/// A burst of changes becomes one event.
fn event_of(folder: FolderId, changes: &Array) -> Event {
    let changes: Vec<Change> = changes.iter().map(JsCast::unchecked_into).collect();
    if changes.iter().any(has_lost_sight) {
        return Event::Folder(folder, FolderEvent::WatchEnded);
    }
    let mut paths: Vec<Box<str>> = Vec::new();
    for change in &changes {
        paths.push(path_of(&change.path()));
        let from = change.moved_from();
        paths.extend(from.dyn_ref::<Array>().map(path_of));
    }
    Event::Folder(folder, FolderEvent::PathsTouched(paths))
}

/// The browser says that it missed changes, or the folder itself was moved.
fn has_lost_sight(change: &Change) -> bool {
    matches!(change.kind().as_str(), "errored" | "unknown") || change.path().length() == 0
}

fn path_of(parts: &Array) -> Box<str> {
    let parts: Vec<String> = parts.iter().filter_map(|part| part.as_string()).collect();
    parts.join("/").into()
}
