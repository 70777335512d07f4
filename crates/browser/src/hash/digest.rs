//! The digest of one file, streamed.

use js_sys::Uint8Array;
use protocol::Digest;
use sha1::{Digest as _, Sha1};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamDefaultReader};

use crate::Fault;
use crate::bindings::Step;

/// Reads a file as a stream, the next chunk while the last is digested. `progress` gets the bytes so far.
///
/// A stream and not slices: each slice leaves an object behind that keeps its bytes until the collector comes,
/// half a gigabyte for a file of 5 GB (measured). File, stream and reader are held to the end: a stream that is
/// collected while it is read never answers (measured).
pub async fn digest_of(file: &Blob, mut progress: impl FnMut(u64)) -> Result<Digest, Fault> {
    let stream = file.stream();
    let reader: ReadableStreamDefaultReader = stream.get_reader().unchecked_into();
    let mut hasher = Sha1::new();
    let mut bytes = Vec::new();
    let mut at = 0;
    let mut ahead = JsFuture::from(reader.read());
    loop {
        let step: Step = ahead.await?.unchecked_into();
        if step.done() {
            return Ok(Digest(hasher.finalize().into()));
        }
        ahead = JsFuture::from(reader.read());
        let chunk: Uint8Array = step.value().unchecked_into();
        bytes.resize(chunk.length() as usize, 0);
        chunk.copy_to(&mut bytes);
        hasher.update(&bytes);
        at += bytes.len() as u64;
        progress(at);
    }
}
