//! Waits for many promises at once, because each wait costs a turn of the event loop.

use js_sys::{Array, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::Fault;
use crate::bindings::Settled;

/// The outcome of each promise, in their order.
pub(crate) fn settle(promises: &Array) -> impl Future<Output = Vec<Result<JsValue, Fault>>> + use<> {
    let settling = JsFuture::from(Promise::all_settled(promises));
    async {
        // The promise of `Promise.allSettled` cannot be rejected.
        let settled = Array::from(&settling.await.unwrap_or_default());
        settled.iter().map(|end| outcome(end.unchecked_into())).collect()
    }
}

fn outcome(end: Settled) -> Result<JsValue, Fault> {
    if end.status() == "fulfilled" { Ok(end.value()) } else { Err(Fault::from(end.reason())) }
}
