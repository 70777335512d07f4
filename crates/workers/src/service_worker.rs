//! The service worker's backup: loaded by `sw.js` only when the browser wakes it for one.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use browser::background::{Woken, wake};
    use engine::Wake;
    use wasm_bindgen::prelude::*;

    /// Backs up; true if all is done that could be. `kind` is the type of the event that woke us.
    #[wasm_bindgen]
    pub async fn back_up(kind: String) -> Result<bool, JsValue> {
        let by = if kind == "periodicsync" { Wake::PeriodicSync } else { Wake::Sync };
        let woken = wake(by).await.map_err(|fault| JsError::new(&fault.to_string()))?;
        Ok(woken == Woken::Done)
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
