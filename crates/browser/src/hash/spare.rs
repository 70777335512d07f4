//! Buffers of files that have been read, for the next ones.

use std::cell::RefCell;

use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::JsCast;

use super::digest::BUFFER_BYTES;
use crate::bindings::IteratorResult;

/// One file needs two.
const MOST: usize = 2;

thread_local! {
    static SPARE: RefCell<Vec<ArrayBuffer>> = const { RefCell::new(Vec::new()) };
}

pub(super) fn take() -> ArrayBuffer {
    SPARE.with_borrow_mut(Vec::pop).unwrap_or_else(|| ArrayBuffer::new(BUFFER_BYTES))
}

/// Keeps the buffer that a stream gives back at its end. A stream that allocates its buffers gives none.
pub(super) fn keep(end: &IteratorResult) {
    let view = end.value();
    let Some(view) = view.dyn_ref::<Uint8Array>() else { return };
    SPARE.with_borrow_mut(|spare| {
        if spare.len() < MOST && view.buffer().byte_length() == BUFFER_BYTES {
            spare.push(view.buffer());
        }
    });
}
