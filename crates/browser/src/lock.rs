//! One engine at a time: the origin's Web Lock.

use futures::channel::oneshot;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;

use crate::Fault;
use crate::bindings::request_lock;

/// Whoever holds this runs the engine. It is released when its holder dies.
const ENGINE_LOCK: &str = "safelight-engine";

/// Waits until this context may run the engine; it then may until it dies.
pub async fn become_the_one() -> Result<(), Fault> {
    let (tell, told) = oneshot::channel::<()>();
    let held = Closure::once_into_js(move |_lock: JsValue| {
        // The waiter lives as long as this worker.
        _ = tell.send(());
        // Never settled: the lock is held until this context is gone.
        Promise::new(&mut |_, _| {})
    });
    let _never_settled = request_lock(ENGINE_LOCK, held.unchecked_ref())?;
    told.await.map_err(|_| Fault::new("AbortError", "the lock was not granted"))
}
