//! The digest of one file, streamed.

use js_sys::Uint8Array;
use protocol::Digest;
use sha1::{Digest as _, Sha1};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

use crate::Fault;

/// Larger slices read faster up to about this size (measured); two are in memory at a time.
const SLICE_BYTES: u64 = 4 << 20;

/// Reads a file in slices, the next one while the last is digested. `progress` gets the bytes so far.
pub async fn digest_of(file: &Blob, mut progress: impl FnMut(u64)) -> Result<Digest, Fault> {
    let size = file.size() as u64;
    let mut hasher = Sha1::new();
    let mut bytes = Vec::new();
    let mut at = 0;
    let mut ahead = read(file, at, size)?;
    while let Some(reading) = ahead {
        let slice = Uint8Array::new(&reading.await?);
        at += u64::from(slice.length());
        ahead = read(file, at, size)?;
        bytes.resize(slice.length() as usize, 0);
        slice.copy_to(&mut bytes);
        hasher.update(&bytes);
        progress(at);
    }
    Ok(Digest(hasher.finalize().into()))
}

/// Begins to read the slice at `from`; nothing at the end.
fn read(file: &Blob, from: u64, size: u64) -> Result<Option<JsFuture>, Fault> {
    if from >= size {
        return Ok(None);
    }
    let to = (from + SLICE_BYTES).min(size);
    let slice = file.slice_with_f64_and_f64(from as f64, to as f64)?;
    Ok(Some(JsFuture::from(slice.array_buffer())))
}
