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

/// All files in a directory, with their paths in it. What cannot be read is left out.
pub(super) async fn files_in(directory: FileSystemDirectoryEntry) -> Result<Vec<(String, File)>, Fault> {
    let mut files = Vec::new();
    let mut to_enter = vec![(String::new(), directory)];
    while let Some((path, directory)) = to_enter.pop() {
        let Ok(entries) = entries_of(&directory).await else { continue };
        for entry in entries {
            let path = format!("{path}{}", entry.name());
            if !entry.is_directory() {
                let file = file(&entry.unchecked_into()).await;
                files.extend(file.ok().map(|file| (path, file)));
            } else {
                to_enter.push((path + "/", entry.unchecked_into()));
            }
        }
    }
    Ok(files)
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
