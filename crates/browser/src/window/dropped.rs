//! What a person drops onto the window: folders that last, and files that are uploaded once.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DataTransfer, DataTransferItem, File, FileSystemDirectoryEntry, FileSystemEntry};

use super::entries;
use crate::Fault;
use crate::bindings::{DirectoryHandle, DropItem, FileHandle, Handle};

/// What was dropped onto the window.
#[derive(Default)]
pub struct Dropped {
    /// Each with its entry, whose listing hides no names.
    pub folders: Vec<(DirectoryHandle, FileSystemDirectoryEntry)>,
    pub files: Vec<(String, File)>,
    /// How many items the browser would not hand over.
    pub failed: u32,
}

/// Takes what was dropped. The part before the first await runs inside the event, as the browser requires.
pub fn take_drop(transfer: &DataTransfer) -> impl Future<Output = Dropped> + use<> {
    let items = transfer.items();
    let items = (0..items.length()).filter_map(|at| items.get(at));
    let pending: Vec<_> = items.filter_map(Pending::of).collect();
    async move {
        let mut dropped = Dropped::default();
        for item in pending {
            if item.take(&mut dropped).await.is_err() {
                dropped.failed += 1;
            }
        }
        dropped
    }
}

/// An item as the event gave it.
struct Pending {
    /// `None` in a browser without handles.
    handle: Option<JsFuture>,
    entry: Option<FileSystemEntry>,
    /// Also of what is no file on the disk, such as a picture dragged from a page.
    file: Option<File>,
}

impl Pending {
    fn of(item: DataTransferItem) -> Option<Pending> {
        if item.kind() != "file" {
            return None;
        }
        let entry = item.webkit_get_as_entry().ok().flatten();
        let file = item.get_as_file().ok().flatten();
        let handle = item.unchecked_into::<DropItem>().handle().ok().map(JsFuture::from);
        Some(Pending { handle, entry, file })
    }

    async fn take(self, dropped: &mut Dropped) -> Result<(), Fault> {
        let handle = match self.handle {
            Some(handle) => {
                handle.await.ok().filter(JsValue::is_object).map(JsCast::unchecked_into::<Handle>)
            }
            None => None,
        };
        let folder = self.entry.filter(FileSystemEntry::is_directory);
        match (handle, folder) {
            (Some(handle), Some(folder)) if handle.kind() == "directory" => {
                dropped.folders.push((handle.unchecked_into(), folder.unchecked_into()));
            }
            // A folder without a handle: the browser has none, or hides its name.
            (_, Some(folder)) => {
                let listed = entries::files_in(folder.unchecked_into()).await;
                dropped.files.extend(listed.files);
                dropped.failed += listed.unread;
            }
            (Some(handle), None) if handle.kind() == "file" => {
                let file: File = handle.unchecked_into::<FileHandle>().get_file().await?.unchecked_into();
                dropped.files.push((file.name(), file));
            }
            (_, None) => {
                let file = self.file.ok_or_else(|| Fault::new("NotFoundError", "nothing was handed over"))?;
                dropped.files.push((file.name(), file));
            }
        }
        Ok(())
    }
}
