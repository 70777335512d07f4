//! The digest of one file, streamed.

use js_sys::{ArrayBuffer, Promise, Uint8Array};
use protocol::Digest;
use sha1::{Digest as _, Sha1};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, ReadableStream, ReadableStreamByobReader, ReadableStreamDefaultReader};

use crate::Fault;
use crate::bindings::Step;

/// Larger reads are faster up to about this size (measured).
const BUFFER_BYTES: u32 = 1 << 20;

/// The name of the fault when a stream ends before its file.
pub(super) const ENDED_EARLY: &str = "EndedEarly";

/// Reads a file as a stream into two buffers that go back and forth: one is filled while the other is digested.
/// `progress` gets the bytes so far.
///
/// The buffers are ours because what a browser allocates for each read stays until its collector comes: half a
/// gigabyte for a file of 5 GB (measured). File, stream and reader are held to the end: a stream that is collected
/// while it is read never answers (measured).
pub async fn digest_of(file: &Blob, mut progress: impl FnMut(u64)) -> Result<Digest, Fault> {
    let size = file.size() as u64;
    let stream = file.stream();
    let reader = Reader::of(&stream);
    let mut hasher = Sha1::new();
    let mut bytes = vec![0; BUFFER_BYTES as usize];
    let mut at = 0;
    let mut ahead = reader.fill(&ArrayBuffer::new(BUFFER_BYTES));
    let mut next = reader.fill(&ArrayBuffer::new(BUFFER_BYTES));
    loop {
        let step: Step = ahead.await?.unchecked_into();
        if step.done() {
            return if at == size { Ok(Digest(hasher.finalize().into())) } else { Err(ended_early()) };
        }
        let chunk: Uint8Array = step.value().unchecked_into();
        let length = chunk.length() as usize;
        bytes.resize(bytes.len().max(length), 0);
        let filled = &mut bytes[..length];
        chunk.copy_to(filled);
        ahead = std::mem::replace(&mut next, reader.fill(&chunk.buffer()));
        hasher.update(filled);
        at += length as u64;
        progress(at);
    }
}

/// A digest of a part is the digest of another file.
fn ended_early() -> Fault {
    Fault::new(ENDED_EARLY, "the stream ended before the file did")
}

enum Reader {
    Ours(ReadableStreamByobReader),
    /// A browser whose files are no byte streams fills buffers of its own.
    Theirs(ReadableStreamDefaultReader),
}

impl Reader {
    fn of(stream: &ReadableStream) -> Reader {
        match ReadableStreamByobReader::new(stream) {
            Ok(reader) => Reader::Ours(reader),
            Err(_) => Reader::Theirs(stream.get_reader().unchecked_into()),
        }
    }

    /// Asks for the next bytes of the stream, into this buffer if it can be chosen.
    fn fill(&self, buffer: &ArrayBuffer) -> JsFuture {
        JsFuture::from(match self {
            Reader::Ours(reader) => {
                reader.read_with_array_buffer_view(&Uint8Array::new(buffer)).unchecked_into()
            }
            Reader::Theirs(reader) => reader.read().unchecked_into::<Promise>(),
        })
    }
}
