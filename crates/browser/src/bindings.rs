//! The few web APIs that web-sys lacks or hides behind its unstable flag, typed as this project uses them.
//!
//! Sources: File System Access (WICG), File System with its observer (WHATWG), Web Locks (W3C), Screen Wake Lock
//! (W3C), Badging (W3C), Background Sync, Periodic Background Sync and Background Fetch (WICG).

use js_sys::{Array, ArrayBuffer, Function, Object, Promise, Reflect};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    /// `SubtleCrypto.digest`.
    #[wasm_bindgen(catch, js_namespace = ["crypto", "subtle"], js_name = digest)]
    pub async fn digest(algorithm: &str, bytes: &ArrayBuffer) -> Result<JsValue, JsValue>;

    /// `FileSystemHandle`.
    #[wasm_bindgen(extends = Object, js_name = FileSystemHandle)]
    #[derive(Clone, Debug)]
    pub type Handle;

    #[wasm_bindgen(method, getter)]
    pub fn kind(this: &Handle) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn name(this: &Handle) -> String;

    #[wasm_bindgen(method, catch, js_name = isSameEntry)]
    async fn is_same_entry(this: &Handle, other: &Handle) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = queryPermission)]
    async fn query_permission(this: &Handle, mode: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = requestPermission)]
    async fn request_permission(this: &Handle, mode: &JsValue) -> Result<JsValue, JsValue>;

    /// `FileSystemDirectoryHandle`.
    #[wasm_bindgen(extends = Handle, extends = Object, js_name = FileSystemDirectoryHandle)]
    #[derive(Clone, Debug)]
    pub type DirectoryHandle;

    #[wasm_bindgen(method)]
    pub fn values(this: &DirectoryHandle) -> Entries;

    #[wasm_bindgen(method, catch, js_name = getDirectoryHandle)]
    pub async fn directory(this: &DirectoryHandle, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getFileHandle)]
    pub async fn file(this: &DirectoryHandle, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = removeEntry)]
    pub async fn remove(this: &DirectoryHandle, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = resolve)]
    async fn resolve(this: &DirectoryHandle, other: &Handle) -> Result<JsValue, JsValue>;

    /// `FileSystemFileHandle`.
    #[wasm_bindgen(extends = Handle, extends = Object, js_name = FileSystemFileHandle)]
    #[derive(Clone, Debug)]
    pub type FileHandle;

    /// Moves a file within the browser's own storage.
    #[wasm_bindgen(method, catch, js_name = move)]
    pub async fn move_to(this: &FileHandle, to: &DirectoryHandle, name: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getFile)]
    pub async fn get_file(this: &FileHandle) -> Result<JsValue, JsValue>;

    /// The root of the origin's private file system.
    #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = getDirectory)]
    pub async fn opfs() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = estimate)]
    pub async fn storage_estimate() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, js_name = getFile)]
    pub fn begin_get_file(this: &FileHandle) -> Promise;

    /// One result of `Promise.allSettled`.
    pub type Settled;

    #[wasm_bindgen(method, getter)]
    pub fn status(this: &Settled) -> String;

    #[wasm_bindgen(method, getter)]
    pub fn value(this: &Settled) -> JsValue;

    #[wasm_bindgen(method, getter)]
    pub fn reason(this: &Settled) -> JsValue;

    /// The asynchronous iterator over a directory's entries.
    pub type Entries;

    #[wasm_bindgen(method, catch, js_name = next)]
    pub async fn step(this: &Entries) -> Result<JsValue, JsValue>;

    /// The result of an iterator's `next`.
    pub type IteratorResult;

    #[wasm_bindgen(method, getter)]
    pub fn done(this: &IteratorResult) -> bool;

    #[wasm_bindgen(method, getter)]
    pub fn value(this: &IteratorResult) -> JsValue;

    /// `DataTransferItem`, with the call that returns a handle.
    pub type DropItem;

    #[wasm_bindgen(method, getter)]
    pub fn kind(this: &DropItem) -> String;

    #[wasm_bindgen(method, catch, js_name = getAsFileSystemHandle)]
    pub fn handle(this: &DropItem) -> Result<Promise, JsValue>;

    /// `FileSystemObserver`.
    #[wasm_bindgen(js_name = FileSystemObserver)]
    pub type Observer;

    #[wasm_bindgen(constructor, catch, js_class = "FileSystemObserver")]
    pub fn new(heard: &Function) -> Result<Observer, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn observe(this: &Observer, handle: &Handle, options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method)]
    pub fn disconnect(this: &Observer);

    /// `FileSystemChangeRecord`.
    pub type Change;

    #[wasm_bindgen(method, getter, js_name = type)]
    pub fn kind(this: &Change) -> String;

    #[wasm_bindgen(method, getter, js_name = relativePathComponents)]
    pub fn path(this: &Change) -> Array;

    /// The path that a moved entry had before; `null` for every other kind of change.
    #[wasm_bindgen(method, getter, js_name = relativePathMovedFrom)]
    pub fn moved_from(this: &Change) -> JsValue;

    #[wasm_bindgen(catch, js_name = showDirectoryPicker)]
    pub async fn show_directory_picker(options: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    pub fn request_lock(name: &str, held: &Function) -> Result<Promise, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "locks"], js_name = request)]
    pub fn request_lock_with(name: &str, options: &JsValue, held: &Function) -> Result<Promise, JsValue>;

    /// `WakeLockSentinel`.
    #[derive(Clone, Debug)]
    pub type WakeLock;

    #[wasm_bindgen(method, getter)]
    pub fn released(this: &WakeLock) -> bool;

    #[wasm_bindgen(method)]
    pub fn release(this: &WakeLock) -> Promise;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "wakeLock"], js_name = request)]
    pub async fn request_wake_lock(kind: &str) -> Result<JsValue, JsValue>;

    /// `BatteryManager`.
    pub type Battery;

    #[wasm_bindgen(method, getter)]
    pub fn charging(this: &Battery) -> bool;

    /// From 0 to 1.
    #[wasm_bindgen(method, getter)]
    pub fn level(this: &Battery) -> f64;

    #[wasm_bindgen(catch, js_namespace = navigator, js_name = getBattery)]
    pub async fn get_battery() -> Result<JsValue, JsValue>;

    /// `BeforeInstallPromptEvent`.
    #[wasm_bindgen(extends = Object, js_name = BeforeInstallPromptEvent)]
    pub type InstallPrompt;

    #[wasm_bindgen(method, catch)]
    pub fn prompt(this: &InstallPrompt) -> Result<Promise, JsValue>;

    /// `ServiceWorkerRegistration`, with the APIs that can wake the service worker.
    #[wasm_bindgen(extends = web_sys::ServiceWorkerRegistration, extends = Object)]
    pub type WakingRegistration;

    #[wasm_bindgen(method, getter)]
    pub fn sync(this: &WakingRegistration) -> SyncManager;

    #[wasm_bindgen(method, getter, js_name = periodicSync)]
    pub fn periodic_sync(this: &WakingRegistration) -> SyncManager;

    /// `BackgroundFetchManager`.
    pub type FetchManager;

    #[wasm_bindgen(method, catch)]
    pub async fn fetch(
        this: &FetchManager,
        id: &str,
        requests: &Array,
        options: &JsValue,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = getIds)]
    pub async fn ids(this: &FetchManager) -> Result<JsValue, JsValue>;

    /// `SyncManager` and `PeriodicSyncManager`.
    pub type SyncManager;

    #[wasm_bindgen(method, catch)]
    pub async fn register(this: &SyncManager, tag: &str) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch, js_name = register)]
    pub async fn register_periodic(
        this: &SyncManager,
        tag: &str,
        options: &JsValue,
    ) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub async fn unregister(this: &SyncManager, tag: &str) -> Result<JsValue, JsValue>;

    /// `SyncEvent` and `PeriodicSyncEvent`.
    pub type SyncEvent;

    #[wasm_bindgen(method, getter)]
    pub fn tag(this: &SyncEvent) -> String;

    /// Only on a `SyncEvent`.
    #[wasm_bindgen(method, getter, js_name = lastChance)]
    pub fn last_chance(this: &SyncEvent) -> bool;

    /// `BackgroundFetchEvent`.
    pub type BackgroundFetchEvent;

    #[wasm_bindgen(method, getter)]
    pub fn registration(this: &BackgroundFetchEvent) -> BackgroundFetch;

    /// `BackgroundFetchRegistration`.
    pub type BackgroundFetch;

    #[wasm_bindgen(method, getter)]
    pub fn id(this: &BackgroundFetch) -> String;

    #[wasm_bindgen(js_namespace = crypto, js_name = randomUUID)]
    pub fn random_uuid() -> String;

    /// Zero removes the badge.
    #[wasm_bindgen(catch, js_namespace = navigator, js_name = setAppBadge)]
    pub async fn set_app_badge(count: f64) -> Result<JsValue, JsValue>;

    /// Fails where the browser lacks it.
    #[wasm_bindgen(catch, js_namespace = document, js_name = ariaNotify)]
    pub fn aria_notify(words: &str) -> Result<(), JsValue>;

    #[wasm_bindgen(catch)]
    pub fn atob(text: &str) -> Result<String, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "permissions"], js_name = query)]
    pub async fn query_permission_of(what: &JsValue) -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = persisted)]
    pub async fn is_storage_kept() -> Result<JsValue, JsValue>;

    #[wasm_bindgen(catch, js_namespace = ["navigator", "storage"], js_name = persist)]
    pub async fn persist_storage() -> Result<JsValue, JsValue>;
}

/// Whether the global scope has a property of this name.
pub fn has_global(name: &str) -> bool {
    Reflect::has(&js_sys::global(), &name.into()).unwrap_or(false)
}

impl Handle {
    pub async fn is_same(&self, other: &Handle) -> bool {
        self.is_same_entry(other).await.is_ok_and(|same| same.is_truthy())
    }

    /// `granted`, `prompt` or `denied`. A browser without the call counts as `granted`.
    pub async fn permission(&self) -> String {
        self.ask(|mode| async move { self.query_permission(&mode).await }, "queryPermission").await
    }

    /// Asks the person. Needs a window and a fresh user gesture.
    pub async fn ask_permission(&self) -> String {
        self.ask(|mode| async move { self.request_permission(&mode).await }, "requestPermission").await
    }

    async fn ask<F: Future<Output = Result<JsValue, JsValue>>>(
        &self,
        call: impl Fn(JsValue) -> F,
        name: &str,
    ) -> String {
        if !Reflect::has(self, &name.into()).unwrap_or(false) {
            return "granted".into();
        }
        let answer = call(read_mode()).await;
        answer.ok().and_then(|answer| answer.as_string()).unwrap_or_else(|| "prompt".into())
    }
}

impl DirectoryHandle {
    /// Whether `other` is inside this directory, at any depth.
    pub async fn contains(&self, other: &Handle) -> bool {
        self.path_to(other).await.is_some()
    }

    /// The path of a directory inside this one, with a trailing slash; empty for this one itself.
    pub async fn path_to(&self, other: &Handle) -> Option<String> {
        let names: Array = self.resolve(other).await.ok()?.dyn_into().ok()?;
        Some(names.iter().filter_map(|name| name.as_string()).map(|name| name + "/").collect())
    }
}

/// Folders are opened read-only.
pub(crate) fn read_mode() -> JsValue {
    object(&[("mode", &"read".into())])
}

/// A plain object with these properties.
pub fn object(properties: &[(&str, &JsValue)]) -> JsValue {
    let object = Object::new();
    for (key, value) in properties {
        // Setting a property of a fresh plain object cannot fail.
        _ = Reflect::set(&object, &(*key).into(), value);
    }
    object.into()
}
