//! The origin's Web Lock, which makes sure that only one engine runs at a time.

use futures::channel::oneshot;
use js_sys::Promise;
use wasm_bindgen::JsCast;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::future_to_promise;

use crate::Fault;
use crate::bindings::{object, request_lock, request_lock_with};

/// Whoever holds this lock runs the engine. The browser releases it when the holder dies.
const ENGINE_LOCK: &str = "safelight-engine";

/// Waits until this context holds the engine's lock, which it then keeps until it dies.
pub async fn acquire() -> Result<(), Fault> {
    let (tell, told) = oneshot::channel::<()>();
    let held = Closure::once_into_js(move |_lock: JsValue| {
        // The waiting side lives as long as this worker.
        _ = tell.send(());
        // Never resolved: the lock is held until this context is gone.
        Promise::new(&mut |_, _| {})
    });
    let _never_settled = request_lock(ENGINE_LOCK, held.unchecked_ref())?;
    told.await.map_err(|_| Fault::new("AbortError", "the lock was not granted"))
}

/// The engine's lock, held until this value is dropped.
pub struct Held {
    _release: oneshot::Sender<()>,
}

/// Takes the lock if it is free.
pub async fn try_acquire() -> Result<Option<Held>, Fault> {
    let (tell, told) = oneshot::channel::<bool>();
    let (release, released) = oneshot::channel::<()>();
    let held = Closure::once_into_js(move |lock: JsValue| {
        let granted = !lock.is_null();
        // The waiting side lives as long as this context.
        _ = tell.send(granted);
        future_to_promise(async move {
            if granted {
                // Ends when the holder is dropped.
                _ = released.await;
            }
            Ok(JsValue::UNDEFINED)
        })
    });
    let if_free = object(&[("ifAvailable", &true.into())]);
    let _settled_when_released = request_lock_with(ENGINE_LOCK, &if_free, held.unchecked_ref())?;
    let granted = told.await.map_err(|_| Fault::new("AbortError", "the lock was not granted"))?;
    Ok(granted.then_some(Held { _release: release }))
}
