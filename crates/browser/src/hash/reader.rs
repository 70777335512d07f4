//! A nested worker that hashes one file at a time and reports its digest.

use crate::spawn;
use gloo::events::EventListener;
use js_sys::Array;
use protocol::Digest;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{DedicatedWorkerGlobalScope, File, MessageEvent};

use super::digest::{WHOLE_BYTES, digest_by_browser, digest_of};
use super::{ReaderSaid, checkpoint};
use crate::{Fault, wire};

/// Often enough to show progress and that the reader is alive, rarely enough to cost nothing.
const TELL_EVERY_BYTES: u64 = 8 << 20;

/// Runs until the worker is terminated. Each message holds a file and, when resuming, the byte count and state to
/// resume from.
pub fn serve(scope: DedicatedWorkerGlobalScope) {
    let to = scope.clone();
    EventListener::new(&scope, "message", move |event| {
        let told: Array = event.unchecked_ref::<MessageEvent>().data().unchecked_into();
        let to = to.clone();
        spawn(async move {
            let end = read(&to, &told).await;
            say(&to, &end.unwrap_or_else(|fault| ReaderSaid::Failed(fault.name)));
        });
    })
    .forget();
    // A message sent before we listened is lost, so the pool waits for this one before it sends anything.
    say(&scope, &ReaderSaid::Read(0));
}

async fn read(to: &DedicatedWorkerGlobalScope, told: &Array) -> Result<ReaderSaid, Fault> {
    let file: File = told.get(0).unchecked_into();
    if file.size() <= WHOLE_BYTES as f64
        && let Some(digest) = digest_by_browser(&file).await?
    {
        return Ok(ReaderSaid::Digested(digest));
    }
    let state = wire::bytes_of(&told.get(2));
    let from = told.get(1).as_f64().map(|read| (read as u64, state.as_slice()));
    digest_telling(&file, from, &|said| say(to, &said)).await.map(ReaderSaid::Digested)
}

/// The digest of a file. Reports progress from time to time.
pub(super) async fn digest_telling(
    file: &File,
    from: Option<(u64, &[u8])>,
    say: &dyn Fn(ReaderSaid),
) -> Result<Digest, Fault> {
    let begun = from.map_or(0, |(read, _)| read);
    let (mut told, mut reached) = (begun, begun);
    digest_of(file, from, |progress| {
        if progress.read - reached >= checkpoint::EVERY_BYTES {
            (told, reached) = (progress.read, progress.read);
            say(ReaderSaid::Reached(progress.read, progress.state()));
        } else if progress.read - told >= TELL_EVERY_BYTES {
            told = progress.read;
            say(ReaderSaid::Read(progress.read));
        }
    })
    .await
}

fn say(scope: &DedicatedWorkerGlobalScope, said: &ReaderSaid) {
    let message = wire::encode(said).map_or(JsValue::UNDEFINED, JsValue::from);
    // It fails only for a value that cannot be cloned, and bytes always can.
    _ = scope.post_message(&message);
}
