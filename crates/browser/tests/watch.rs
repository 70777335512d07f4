//! The watch of a real directory, in the origin private file system.

#![cfg(target_arch = "wasm32")]

use engine::{Event, FolderEvent, FolderId};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use js_sys::{Function, Promise};
use safelight_browser::bindings::DirectoryHandle;
use safelight_browser::watch::Watch;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

const FOLDER: FolderId = FolderId(7);

#[wasm_bindgen_test]
async fn changes_are_reported_by_path() {
    let root = folder("watched").await;
    let (watch, mut told) = watch(&root).await;
    run(&root, "await write('2024/photo.jpg')").await;
    wait_for(&mut told, "2024").await;
    run(&root, "await write('2024/photo.jpg')").await;
    wait_for(&mut told, "2024/photo.jpg").await;
    run(&root, "await (await root.getDirectoryHandle('2024')).removeEntry('photo.jpg')").await;
    wait_for(&mut told, "2024/photo.jpg").await;
    drop(watch);
}

#[wasm_bindgen_test]
async fn a_moved_file_is_reported_at_both_paths() {
    let root = folder("moved").await;
    run(&root, "await write('a.jpg')").await;
    let (_watch, mut told) = watch(&root).await;
    run(&root, "await (await root.getFileHandle('a.jpg')).move('b.jpg')").await;
    wait_for(&mut told, "a.jpg").await;
    run(&root, "await write('c.jpg')").await;
    wait_for(&mut told, "c.jpg").await;
}

/// Waits for an event that names this path. If the browser never reports one, the test does not end.
async fn wait_for(told: &mut UnboundedReceiver<Event>, wanted: &str) {
    loop {
        match told.next().await {
            Some(Event::Folder(FOLDER, FolderEvent::PathsTouched(paths)))
                if paths.iter().any(|path| **path == *wanted) =>
            {
                return;
            }
            Some(Event::Folder(_, FolderEvent::PathsTouched(_))) => {}
            other => panic!("{other:?}"),
        }
    }
}

async fn watch(root: &DirectoryHandle) -> (Option<Watch>, UnboundedReceiver<Event>) {
    let (tell, told) = unbounded();
    let watch = Watch::begin(FOLDER, root, move |event| _ = tell.unbounded_send(event)).await.unwrap();
    (watch, told)
}

async fn folder(name: &str) -> DirectoryHandle {
    let make = format!(
        "return navigator.storage.getDirectory().then((root) => root.getDirectoryHandle('{name}', {{ create: true }}))"
    );
    let made: Promise = Function::new_no_args(&make).call0(&JsValue::NULL).unwrap().unchecked_into();
    JsFuture::from(made).await.unwrap().unchecked_into()
}

/// Runs a line of JavaScript that changes the folder.
async fn run(root: &DirectoryHandle, line: &str) {
    let script = format!(
        "return (async () => {{
            const write = async (path) => {{
                const parts = path.split('/');
                let folder = root;
                for (const part of parts.slice(0, -1)) folder = await folder.getDirectoryHandle(part, {{ create: true }});
                const file = await (await folder.getFileHandle(parts.at(-1), {{ create: true }})).createWritable();
                await file.write('bytes');
                await file.close();
            }};
            {line};
        }})()"
    );
    let done: Promise =
        Function::new_with_args("root", &script).call1(&JsValue::NULL, root).unwrap().unchecked_into();
    JsFuture::from(done).await.unwrap();
}
