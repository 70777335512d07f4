//! A nested worker that reads one file at a time and says its digest.

use gloo::events::EventListener;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::ReaderSaid;
use super::digest::digest_of;

/// Often enough to show progress and that the reader lives, rarely enough to cost nothing.
const TELL_EVERY_BYTES: u64 = 8 << 20;

/// Serves until the worker is terminated.
pub fn serve(scope: DedicatedWorkerGlobalScope) {
    let to = scope.clone();
    EventListener::new(&scope, "message", move |event| {
        let file: File = event.unchecked_ref::<MessageEvent>().data().unchecked_into();
        let to = to.clone();
        spawn_local(async move {
            let mut told = 0;
            let end = digest_of(&file, |read| {
                if read - told >= TELL_EVERY_BYTES {
                    told = read;
                    say(&to, &ReaderSaid::Read(read));
                }
            })
            .await;
            match end {
                Ok(digest) => say(&to, &ReaderSaid::Digested(digest)),
                Err(fault) => say(&to, &ReaderSaid::Failed(fault.name)),
            }
        });
    })
    .forget();
    // A message that came before we listened is lost: the pool waits for this one.
    say(&scope, &ReaderSaid::Read(0));
}

fn say(scope: &DedicatedWorkerGlobalScope, said: &ReaderSaid) {
    let message = serde_wasm_bindgen::to_value(said).unwrap_or(JsValue::UNDEFINED);
    // The only failure is a value that cannot be cloned; text and numbers always can.
    _ = scope.post_message(&message);
}
