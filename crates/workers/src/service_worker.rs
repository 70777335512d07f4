//! The service worker's backup: loaded by `sw.js` only when the browser wakes it for one.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use browser::background::{Woken, wake};
    use browser::bindings::object;
    use engine::{Left, Needs, Wake};
    use wasm_bindgen::prelude::*;

    /// Backs up, and tells what came of it. `kind` is the type of the event that woke us.
    #[wasm_bindgen]
    pub async fn back_up(kind: String) -> Result<JsValue, JsValue> {
        let by = match kind.as_str() {
            "periodicsync" => Wake::PeriodicSync,
            "push" => Wake::Push,
            "test" => Wake::Tested,
            _ => Wake::Sync,
        };
        let woken = wake(by).await.map_err(|fault| JsError::new(&fault.to_string()))?;
        Ok(match woken {
            Woken::Over(left) => told(left),
            Woken::Failed => object(&[("end", &"unfinished".into())]),
            Woken::PageOpen => object(&[("end", &"page-open".into())]),
        })
    }

    fn told(left: Left) -> JsValue {
        let end = if left.work { "unfinished" } else { "done" };
        let needs = left.needs.map_or("", |needs| match needs {
            Needs::Pairing => "pairing",
            Needs::Permission => "permission",
        });
        object(&[
            ("end", &end.into()),
            ("needs", &needs.into()),
            ("sent", &(left.sent as f64).into()),
            ("remaining", &(left.remaining as f64).into()),
            ("protected", &left.is_all_protected.into()),
        ])
    }
}

/// A fifth of the size of the default one.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
fn main() {
    console_error_panic_hook::set_once();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
