//! The digest of one file, streamed.

use js_sys::{ArrayBuffer, Uint8Array};
use protocol::Digest;
use sha1::{Digest as _, Sha1};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStreamByobReader};

use crate::Fault;
use crate::bindings::Step;

/// Larger reads are faster up to about this size (measured).
const BUFFER_BYTES: u32 = 1 << 20;

/// Reads a file as a stream into two buffers that go back and forth: one is filled while the other is digested.
/// `progress` gets the bytes so far.
///
/// The buffers are ours because what a browser allocates for each read stays until its collector comes: half a
/// gigabyte for a file of 5 GB (measured). File, stream and reader are held to the end: a stream that is collected
/// while it is read never answers (measured).
pub async fn digest_of(file: &Blob, mut progress: impl FnMut(u64)) -> Result<Digest, Fault> {
    let stream = file.stream();
    let reader = ReadableStreamByobReader::new(&stream)?;
    let mut hasher = Sha1::new();
    let mut bytes = vec![0; BUFFER_BYTES as usize];
    let mut at = 0;
    let mut ahead = fill(&reader, &ArrayBuffer::new(BUFFER_BYTES));
    let mut next = fill(&reader, &ArrayBuffer::new(BUFFER_BYTES));
    loop {
        let step: Step = ahead.await?.unchecked_into();
        if step.done() {
            return Ok(Digest(hasher.finalize().into()));
        }
        let chunk: Uint8Array = step.value().unchecked_into();
        let filled = &mut bytes[..chunk.length() as usize];
        chunk.copy_to(filled);
        ahead = std::mem::replace(&mut next, fill(&reader, &chunk.buffer()));
        hasher.update(filled);
        at += chunk.length() as u64;
        progress(at);
    }
}

/// Asks for the next bytes of the stream, into this buffer.
fn fill(reader: &ReadableStreamByobReader, buffer: &ArrayBuffer) -> JsFuture {
    JsFuture::from(reader.read_with_array_buffer_view(&Uint8Array::new(buffer)))
}
