//! Things that only a window can do: pick folders, take drops, ask for permission, and keep the backup worker alive.

mod awake;
mod background;
mod chain;
mod conversation;
mod devices;
mod dropped;
mod entries;
mod explained;
mod fetching;
mod giving;
mod held;
mod hidden;
mod install;
mod library;
mod notifying;
mod place;
mod restore;
mod speaking;
mod surroundings;
mod theme;

use std::cell::RefCell;

use engine::FolderId;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::{Array, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FileList, Worker, WorkerOptions, WorkerType};

use crate::Fault;
use crate::app_shell;
use crate::bindings::{self, DirectoryHandle, Handle, has_global};
pub use crate::push::{
    PushFault, PushLook, begin_pushes, end_pushes, keep_pushes, may_notify, push_daily, push_state, try_push,
};

/// A stopped worker is restarted after this time. An immediate restart would loop if the worker cannot start at all.
const RESTART_MS: u32 = 2_000;

pub use crate::device::user_agent;
pub use awake::Awake;
pub use background::{
    ask_for_sync, ask_for_sync_when_online, be_woken_now_and_then, can_be_woken, leave, may_not_be_woken,
    when_left, when_offline,
};
pub use chain::{Chain, Notifications, chain, is_app, test_background};
pub use conversation::Conversation;
pub use devices::{Device, devices, revoke};
pub use dropped::{Dropped, take_drop};
pub use explained::{note_explained, was_explained};
pub use fetching::{can_leave_to_browser, leave_to_browser, left_to_browser, when_fetched};
pub use giving::{
    abilities, clock_time, copy, encoded, hour_and_minute, iso_time, local_time, month_between, photo_time,
    save_as, set_badge,
};
pub use held::{accept_held, discard_held, held_files, receive};
pub use hidden::{CompareFault, HiddenFiles, Listed, hidden_in};
pub use install::{InstallOffer, when_installable};
pub use library::{
    Gallery, Month, NearSight, Photo, PhotoTime, gallery, month_with, months, photos_of, when_resized,
};
pub use notifying::notify_unless_seen;
pub use place::{
    focus_quietly, focus_search, is_on_control, is_typing, keep_scroll, restore_scroll, scroll_into_view,
    viewed_part, when_scrolled,
};
pub use protocol::safelight::PushState;
pub use protocol::safelight::path::SIGN_IN;
pub use restore::{Care, KnownFolder, Plan, PlanFault, Restored, WriteFault, known_folders, plan, restore};
pub use speaking::speak;
pub use surroundings::{can_see_power, keep_surroundings, minutes_ahead_of_utc};
pub use theme::{Theme, choose_theme, chosen_theme};

thread_local! {
    /// The permission of a dropped folder lasts only as long as some handle object to it (measured).
    static KEPT: RefCell<Vec<Handle>> = const { RefCell::new(Vec::new()) };
    /// The folders' handles, as the engine last sent them.
    static KNOWN: RefCell<Vec<(FolderId, Handle)>> = const { RefCell::new(Vec::new()) };
}

/// Keeps the permissions of dropped folders across a reload: the page holds the handles while it lives, and the service
/// worker holds them for the moment without a page.
pub fn keep_grants() {
    let Some(window) = web_sys::window() else { return };
    let hold = |_: &web_sys::Event| {
        let known = KNOWN.with_borrow(|known| known.iter().map(|(_, handle)| handle.clone()).collect());
        app_shell::hold(&[known, KEPT.with_borrow(Clone::clone)].concat());
    };
    EventListener::new(&window, "pagehide", hold).forget();
}

fn hear_handles(told: &JsValue) {
    let pair = |pair: JsValue| {
        let pair: Array = pair.unchecked_into();
        (FolderId(pair.get(0).as_f64().unwrap_or_default() as u32), pair.get(1).unchecked_into())
    };
    let known = told.dyn_ref::<Array>().map(|pairs| pairs.iter().map(pair).collect());
    KNOWN.set(known.unwrap_or_default());
}

/// Starts the backup worker, and restarts it whenever it stops. Rows are written before they are acted on, so nothing
/// is lost.
pub fn keep_worker(script: String) {
    let options = WorkerOptions::new();
    options.set_type(WorkerType::Module);
    let Ok(worker) = Worker::new_with_options(&script, &options) else { return restart(script) };
    let stopped = worker.clone();
    EventListener::once(&worker, "error", move |_| {
        stopped.terminate();
        restart(script);
    })
    .forget();
}

fn restart(script: String) {
    Timeout::new(RESTART_MS, move || keep_worker(script)).forget();
}

/// Whether this browser can keep a folder. Without this, files can only be handed over once.
pub fn can_keep_folders() -> bool {
    has_global("showDirectoryPicker")
}

/// Shows the folder picker. `None` if the person changed their mind.
pub async fn pick_folder() -> Result<Option<DirectoryHandle>, Fault> {
    pick(&bindings::read_mode()).await
}

async fn pick(options: &JsValue) -> Result<Option<DirectoryHandle>, Fault> {
    let picked = bindings::show_directory_picker(options).await;
    match picked.map_err(Fault::from) {
        Ok(handle) => Ok(Some(handle.unchecked_into())),
        Err(fault) if fault.is("AbortError") => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// Shows the folder picker, for a folder that files are restored into. `None` if the person changed their mind.
pub async fn pick_folder_to_write() -> Result<Option<DirectoryHandle>, Fault> {
    pick(&bindings::object(&[("mode", &"readwrite".into()), ("id", &"restore".into())])).await
}

/// The handle of a folder that is backed up.
pub fn known_folder(folder: FolderId) -> Result<DirectoryHandle, Fault> {
    let known = KNOWN.with_borrow(|known| known.iter().find(|(id, _)| *id == folder).cloned());
    let unknown = || Fault::new("NotFoundError", "the folder is not known here yet; try again");
    known.map(|(_, handle)| handle.unchecked_into()).ok_or_else(unknown)
}

/// Asks for permission for a stored folder. Needs a fresh user gesture. True if it is granted now.
pub async fn ask_permission(folder: FolderId) -> Result<bool, Fault> {
    Ok(known_folder(folder)?.ask_permission().await == "granted")
}

/// Asks the browser not to clear our storage when space runs short. It may refuse; nothing depends on it.
pub async fn ask_to_persist() -> bool {
    bindings::persist_storage().await.is_ok_and(|answer| answer.is_truthy())
}

/// Whether this address is a secure context. The folders, locks and workers that a backup needs exist only on `https`
/// and `localhost`.
pub fn is_secure() -> bool {
    web_sys::window().is_some_and(|window| window.is_secure_context())
}

/// The files of an `<input>` with their paths inside the chosen folder, and the folder's name.
pub fn files_of(list: &FileList) -> (String, Vec<(String, File)>) {
    let mut name = String::new();
    let files = (0..list.length()).filter_map(|at| list.get(at)).map(|file| {
        let path = relative_path(&file);
        match path.split_once('/') {
            Some((folder, rest)) => {
                name = folder.into();
                (rest.into(), file)
            }
            None => (file.name(), file),
        }
    });
    let files = files.collect();
    (name, files)
}

fn relative_path(file: &File) -> String {
    Reflect::get(file, &"webkitRelativePath".into())
        .ok()
        .and_then(|path| path.as_string())
        .unwrap_or_default()
}

/// Removes the part after `#` from the address and the history.
pub fn clear_address() {
    let Some(window) = web_sys::window() else { return };
    let path = window.location().pathname().unwrap_or_else(|_| "/".into());
    if let Ok(history) = window.history() {
        // If the browser refuses, the address stays as it was. A used code is worth nothing.
        _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
    }
}
