//! The service worker's backup: loaded by `sw.js` only when the browser wakes it for one.

/// A fifth of the size of the default one.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
mod wasm {
    use browser::background::{Woken, wake};
    use engine::Wake;
    use wasm_bindgen::prelude::*;

    /// Backs up, and says what came of it. `kind` is the type of the event that woke us.
    #[wasm_bindgen]
    pub async fn back_up(kind: String) -> Result<JsValue, JsValue> {
        let by = if kind == "periodicsync" { Wake::PeriodicSync } else { Wake::Sync };
        let woken = wake(by).await.map_err(|fault| JsError::new(&fault.to_string()))?;
        Ok(JsValue::from_str(match woken {
            Woken::Done => "done",
            Woken::Unfinished => "unfinished",
            Woken::PageOpen => "page-open",
        }))
    }
}

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
