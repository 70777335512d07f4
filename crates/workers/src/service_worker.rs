//! The service worker's backup: loaded by `sw.js` only when the browser wakes it for one.

#[cfg(target_arch = "wasm32")]
mod wasm {
    use browser::background::{Woken, fetched_by, wake};
    use engine::{Left, Needs, Notice, Wake};
    use wasm_bindgen::prelude::*;

    /// Backs up, and tells what came of it. `kind` is what woke us, as `sw.js` numbers it; `fetching` are the ids of the
    /// background fetches that go on.
    #[wasm_bindgen]
    pub async fn back_up(kind: usize, fetching: String) -> Result<JsValue, JsValue> {
        const KINDS: [Wake; 6] =
            [Wake::Sync, Wake::PeriodicSync, Wake::Push, Wake::Tested, Wake::Fetched, Wake::Left];
        let by = KINDS.get(kind).copied().unwrap_or(Wake::Sync);
        let woken = wake(by, fetched_by(&fetching).collect())
            .await
            .map_err(|fault| JsError::new(&fault.to_string()))?;
        Ok(told(woken))
    }

    /// In the order in which `sw.js` takes it apart: how it ended, and what it left.
    fn told(woken: Woken) -> JsValue {
        let (end, left) = match woken {
            Woken::Over(left) if !left.work => (0, left),
            Woken::Over(left) => (1, left),
            Woken::Failed => (1, Left::default()),
            Woken::Busy => (2, Left::default()),
            Woken::PageOpen => (3, Left::default()),
        };
        let needs = left.needs.map_or(0, |needs| match needs {
            Needs::Pairing => 1,
            Needs::Permission => 2,
            Needs::Space => 3,
        });
        let silent = match left.notice {
            Some(Notice::Silent { days }) => days,
            Some(Notice::FirstBackupDone | Notice::NeedsYou(_)) | None => 0,
        };
        let (off, protected, news) = (left.is_off, left.is_all_protected, left.notice.is_some());
        [
            end,
            needs,
            u64::from(off),
            left.sent,
            left.remaining,
            left.problems,
            u64::from(protected),
            u64::from(news),
            silent,
        ]
        .iter()
        .map(|number| JsValue::from(*number as f64))
        .collect::<js_sys::Array>()
        .into()
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
