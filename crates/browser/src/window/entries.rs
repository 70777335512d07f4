//! The older listing of files and folders (File and Directory Entries API). It hides no names, unlike directory handles.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, FileSystemDirectoryEntry, FileSystemEntry, FileSystemFileEntry};

use crate::Fault;

/// Everything in a directory.
pub(super) async fn entries_of(directory: &FileSystemDirectoryEntry) -> Result<Vec<FileSystemEntry>, Fault> {
    let reader = directory.create_reader();
    let mut all = Vec::new();
    loop {
        // Each call gives the next hundred or so.
        let batch = answer(|give, fail| reader.read_entries_with_callback_and_callback(give, fail)).await?;
        let batch: Array = batch.unchecked_into();
        if batch.length() == 0 {
            return Ok(all);
        }
        all.extend(batch.iter().map(JsCast::unchecked_into::<FileSystemEntry>));
    }
}

pub(super) async fn file(entry: &FileSystemFileEntry) -> Result<File, Fault> {
    let file = answer(|give, fail| {
        entry.file_with_callback_and_callback(give, fail);
        Ok(())
    });
    Ok(file.await?.unchecked_into())
}

/// Files with their paths, and how many files and folders could not be read.
#[derive(Default)]
pub(super) struct ListedFiles {
    pub(super) files: Vec<(String, File)>,
    pub(super) unread: u32,
}

/// All files in a directory.
pub(super) async fn files_in(directory: FileSystemDirectoryEntry) -> ListedFiles {
    let mut listed = ListedFiles::default();
    let mut to_enter = vec![(String::new(), directory)];
    while let Some((path, directory)) = to_enter.pop() {
        let Ok(entries) = entries_of(&directory).await else {
            listed.unread += 1;
            continue;
        };
        for entry in entries {
            let path = format!("{path}{}", entry.name());
            if entry.is_directory() {
                to_enter.push((path + "/", entry.unchecked_into()));
                continue;
            }
            match file(&entry.unchecked_into()).await {
                Ok(file) => listed.files.push((path, file)),
                Err(_) => listed.unread += 1,
            }
        }
    }
    listed
}

/// What a call with two callbacks gives.
async fn answer(
    mut call: impl FnMut(&Function, &Function) -> Result<(), wasm_bindgen::JsValue>,
) -> Result<wasm_bindgen::JsValue, Fault> {
    let promise = Promise::new(&mut |give, fail| {
        if let Err(thrown) = call(&give, &fail) {
            // The browser ignores a second outcome.
            _ = fail.call1(&wasm_bindgen::JsValue::NULL, &thrown);
        }
    });
    Ok(JsFuture::from(promise).await?)
}
