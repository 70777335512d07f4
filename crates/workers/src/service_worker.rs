//! The service worker's backup: loaded by `sw.js` only when the browser wakes it for one.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use browser::background::{Woken, fetched_by, wake};
    use browser::bindings::object;
    use engine::{Left, Needs, Notice, Wake};
    use wasm_bindgen::prelude::*;

    /// Backs up, and tells what came of it. `kind` is the type of the event that woke us; `fetching` are the ids of the
    /// background fetches that go on.
    #[wasm_bindgen]
    pub async fn back_up(kind: String, fetching: String) -> Result<JsValue, JsValue> {
        let by = match kind.as_str() {
            "periodicsync" => Wake::PeriodicSync,
            "push" => Wake::Push,
            "test" => Wake::Tested,
            "fetched" => Wake::Fetched,
            _ => Wake::Sync,
        };
        let woken = wake(by, fetched_by(&fetching).collect())
            .await
            .map_err(|fault| JsError::new(&fault.to_string()))?;
        Ok(match woken {
            Woken::Over(left) => told(left),
            Woken::Failed => object(&[("end", &"unfinished".into())]),
            Woken::Busy => object(&[("end", &"busy".into())]),
            Woken::PageOpen => object(&[("end", &"page-open".into())]),
        })
    }

    fn told(left: Left) -> JsValue {
        let end = if left.work { "unfinished" } else { "done" };
        let needs = left.needs.map_or("", |needs| match needs {
            Needs::Pairing => "pairing",
            Needs::Permission => "permission",
            Needs::Space => "space",
        });
        let silent = match left.notice {
            Some(Notice::Silent { days }) => days,
            Some(Notice::FirstBackupDone | Notice::NeedsYou(_)) | None => 0,
        };
        object(&[
            ("end", &end.into()),
            ("needs", &needs.into()),
            ("off", &left.is_off.into()),
            ("sent", &(left.sent as f64).into()),
            ("remaining", &(left.remaining as f64).into()),
            ("problems", &(left.problems as f64).into()),
            ("protected", &left.is_all_protected.into()),
            ("worthTelling", &left.notice.is_some().into()),
            ("silentDays", &(silent as f64).into()),
        ])
    }
}

/// A fifth of the size of the default one.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
fn main() {
    browser::report_panics();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
