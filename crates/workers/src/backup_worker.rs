//! The backup worker: waits for the engine's lock, then runs the engine until its page is gone. The nested workers that
//! read files run the same module; their name tells them that they are readers.

/// A fifth of the size of the default allocator.
#[cfg(target_arch = "wasm32")]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();

#[cfg(target_arch = "wasm32")]
fn main() {
    use wasm_bindgen::JsCast;

    browser::report_panics();
    let scope: web_sys::DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    if scope.name() == browser::hash::READER {
        browser::hash::reader::serve(scope);
    } else {
        let script = scope.location().href();
        wasm_bindgen_futures::spawn_local(async move {
            // Thrown, so that the page gets an error event and starts another worker.
            if let Err(fault) = back_up(script).await {
                wasm_bindgen::throw_str(&fault.to_string());
            }
        });
    }
}

#[cfg(target_arch = "wasm32")]
async fn back_up(script: String) -> Result<(), browser::Fault> {
    use browser::channel::Stopped;
    use wasm_bindgen::JsCast;

    browser::lock::acquire().await?;
    loop {
        let why = browser::host::run(script.clone()).await;
        if why == Stopped::Outdated {
            // A newer page has its own worker, which waits for our lock.
            browser::host::announce(why)?;
            js_sys::global().unchecked_into::<web_sys::DedicatedWorkerGlobalScope>().close();
            return Ok(());
        }
        browser::host::wait_for_restart(why).await?;
    }
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
