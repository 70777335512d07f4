//! The walk through a real directory handle, in the origin private file system.

#![cfg(target_arch = "wasm32")]

use std::cell::Cell;
use std::collections::BTreeMap;

use engine::{Barrier, ListingEnd, Look, Scope};
use js_sys::{Array, Object, Promise, Reflect};
use safelight_browser::bindings::DirectoryHandle;
use safelight_browser::hash::ahead::Small;
use safelight_browser::source::{Files, OpenFault, Source, stamp_of};
use safelight_browser::walk;
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_dedicated_worker);

#[wasm_bindgen_test]
async fn added_files_with_the_same_name_get_numbers() {
    let mut files = Files::default();
    for path in ["2024.05/a.b.jpg", "2024.05/a.b.jpg", "2024.05/scan", "2024.05/scan", "2024.05/a.b.jpg"] {
        files.add(path, web_sys::File::new_with_str_sequence(&Array::new(), path).unwrap());
    }
    let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
    let expected =
        ["2024.05/a.b (2).jpg", "2024.05/a.b (3).jpg", "2024.05/a.b.jpg", "2024.05/scan", "2024.05/scan (2)"];
    assert_eq!(paths, expected);
}

#[wasm_bindgen_test]
async fn every_file_is_named_and_only_photos_are_looked_at() {
    let root = folder("everything").await;
    for path in
        ["a.jpg", "2024/Österreich 🏔/写真.heic", "2024/b c.MOV", "notes.txt", ".cache/x.jpg", "empty.png"]
    {
        write(&root, path, if path == "empty.png" { "" } else { path }).await;
    }
    let (files, end) = listed(root).await;
    assert_eq!(end, ListingEnd::Complete);
    let sizes: Vec<_> = files.iter().map(|(path, look)| (path.as_str(), size(look))).collect();
    assert_eq!(
        sizes,
        [
            (".cache/x.jpg", None),
            ("2024/b c.MOV", Some(12)),
            ("2024/Österreich 🏔/写真.heic", Some(33)),
            ("a.jpg", Some(5)),
            ("empty.png", Some(0)),
            ("notes.txt", None),
        ]
    );
}

#[wasm_bindgen_test]
async fn a_large_folder_comes_in_batches_and_whole() {
    let root = folder("large").await;
    for number in 0..700 {
        write(&root, &format!("{}/{number}.jpg", number % 10), "x").await;
    }
    let mut batches = Vec::new();
    let source = Source::directory(root);
    let end = walk::list(&source, &Scope::Everything, None, |files| batches.push(files.len())).await;
    assert_eq!(end, ListingEnd::Complete);
    assert_eq!(batches.iter().sum::<usize>(), 700);
    assert!(batches.len() >= 3);
}

#[wasm_bindgen_test]
async fn a_listing_that_reads_ahead_digests_small_photos_until_it_is_told_to_stop() {
    let root = folder("ahead").await;
    let large = "x".repeat(200_000);
    for (path, bytes) in [("a.jpg", "abc"), ("empty.jpg", ""), ("large.jpg", &*large), ("no ending", "abc")] {
        write(&root, path, bytes).await;
    }
    let source = Source::directory(root);
    for (goes_on, expected) in [(true, vec!["a.jpg"]), (false, vec![])] {
        let ahead = Small { goes_on: Cell::new(goes_on) };
        let mut read = Vec::new();
        walk::list(&source, &Scope::Everything, Some(&ahead), |files| {
            read.extend(files.into_iter().filter_map(|file| Some((file.path.to_string(), file.digest?))));
        })
        .await;
        let abc = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert!(read.iter().all(|(_, digest)| digest.to_string() == abc));
        assert_eq!(read.iter().map(|(path, _)| path.as_str()).collect::<Vec<_>>(), expected);
    }
}

#[wasm_bindgen_test]
async fn a_look_at_some_paths_finds_files_and_whole_folders_but_nothing_that_is_gone() {
    let root = folder("glance").await;
    for path in ["a.jpg", "b.jpg", "new/c.jpg", "new/deep/d.jpg", "other/e.jpg"] {
        write(&root, path, path).await;
    }
    let paths = ["a.jpg", "a.jpg/below", "gone.jpg", "gone/f.jpg", "new"].map(Into::into).to_vec();
    let mut seen = Vec::new();
    let source = Source::directory(root);
    let end = walk::list(&source, &Scope::Paths(paths), None, |files| seen.extend(files)).await;
    let mut seen: Vec<String> = seen.iter().map(|file| file.path.to_string()).collect();
    seen.sort();
    assert_eq!(
        (seen, end),
        (["a.jpg", "new/c.jpg", "new/deep/d.jpg"].map(String::from).to_vec(), ListingEnd::Complete)
    );
}

#[wasm_bindgen_test]
async fn a_directory_that_is_gone_is_unreachable_and_not_empty() {
    let root = folder("gone").await;
    let inner: DirectoryHandle = get_directory(&root, "drive").await;
    write(&inner, "a.jpg", "x").await;
    remove(&root, "drive").await;
    let (files, end) = listed(inner.clone()).await;
    assert_eq!((files.len(), end), (0, ListingEnd::OutOfReach(Barrier::Unreachable)));
    let opened = Source::directory(inner).open("a.jpg").await;
    assert_eq!(opened.err(), Some(OpenFault::OutOfReach(Barrier::Unreachable)));
}

#[wasm_bindgen_test]
async fn a_missing_file_has_vanished_and_an_existing_one_opens() {
    let root = folder("vanished").await;
    write(&root, "deep/er/a.jpg", "hello").await;
    let source = Source::directory(root);
    assert_eq!(stamp_of(&source.open("deep/er/a.jpg").await.unwrap().file).size, 5);
    assert_eq!(source.open("deep/er/b.jpg").await.err(), Some(OpenFault::Vanished));
    assert_eq!(source.open("other/a.jpg").await.err(), Some(OpenFault::Vanished));
}

async fn listed(root: DirectoryHandle) -> (BTreeMap<String, Look>, ListingEnd) {
    let mut files = BTreeMap::new();
    let source = Source::directory(root);
    let end = walk::list(&source, &Scope::Everything, None, |batch| {
        files.extend(batch.into_iter().map(|file| (file.path.to_string(), file.look)));
    })
    .await;
    (files, end)
}

fn size(look: &Look) -> Option<u64> {
    match look {
        Look::Seen(stamp) => Some(stamp.size),
        Look::LeftOut(_) | Look::Unreadable | Look::Nameless | Look::UnreadableFolder | Look::OnlyInCloud => {
            None
        }
    }
}

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = ["navigator", "storage"], js_name = getDirectory)]
    async fn private_root() -> JsValue;

    type Writing;

    #[wasm_bindgen(method, js_name = getDirectoryHandle)]
    fn directory(this: &Writing, name: &str, options: &JsValue) -> Promise;

    #[wasm_bindgen(method, js_name = getFileHandle)]
    fn file(this: &Writing, name: &str, options: &JsValue) -> Promise;

    #[wasm_bindgen(method, js_name = createWritable)]
    fn create_writable(this: &Writing) -> Promise;

    #[wasm_bindgen(method)]
    fn write(this: &Writing, text: &str) -> Promise;

    #[wasm_bindgen(method)]
    fn close(this: &Writing) -> Promise;

    #[wasm_bindgen(method, js_name = removeEntry)]
    fn remove_entry(this: &Writing, name: &str, options: &JsValue) -> Promise;
}

async fn folder(name: &str) -> DirectoryHandle {
    get_directory(&private_root().await.unchecked_into(), name).await
}

async fn get_directory(parent: &DirectoryHandle, name: &str) -> DirectoryHandle {
    let handle = parent.unchecked_ref::<Writing>().directory(name, &with("create"));
    JsFuture::from(handle).await.unwrap().unchecked_into()
}

async fn write(root: &DirectoryHandle, path: &str, text: &str) {
    let mut folder = root.clone();
    let (parents, name) = path.rsplit_once('/').unwrap_or(("", path));
    for part in parents.split('/').filter(|part| !part.is_empty()) {
        folder = get_directory(&folder, part).await;
    }
    let file = folder.unchecked_ref::<Writing>().file(name, &with("create"));
    let file: Writing = JsFuture::from(file).await.unwrap().unchecked_into();
    let stream: Writing = JsFuture::from(file.create_writable()).await.unwrap().unchecked_into();
    JsFuture::from(stream.write(text)).await.unwrap();
    JsFuture::from(stream.close()).await.unwrap();
}

async fn remove(parent: &DirectoryHandle, name: &str) {
    let removed = parent.unchecked_ref::<Writing>().remove_entry(name, &with("recursive"));
    JsFuture::from(removed).await.unwrap();
}

fn with(option: &str) -> JsValue {
    let options = Object::new();
    Reflect::set(&options, &option.into(), &JsValue::TRUE).unwrap();
    options.into()
}
