//! Which browser this is: its name in a list of devices, and a browser bug that no feature test detects.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// For example "Chrome on Windows": the browser and the operating system, as far as they are known.
pub fn name() -> String {
    let agent = user_agent();
    let first = |table: &[(&str, &'static str)]| {
        table.iter().find(|(mark, _)| agent.contains(mark)).map(|(_, name)| *name)
    };
    let browser = first(&[
        ("Edg/", "Edge"),
        ("OPR/", "Opera"),
        ("Firefox/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ]);
    let system = first(&[
        ("Android", "Android"),
        ("CrOS", "ChromeOS"),
        ("Windows", "Windows"),
        ("iPhone", "iPhone"),
        ("Mac OS", "Mac"),
        ("Linux", "Linux"),
    ]);
    format!("{} on {}", browser.unwrap_or("A browser"), system.unwrap_or("an unknown system"))
}

/// Firefox 153 deadlocks in `new Worker` within a worker, in about one of a hundred calls on a busy machine, and that
/// worker hangs for ever (measured with a bare page).
pub fn hangs_in_nested_workers() -> bool {
    user_agent().contains("Firefox/")
}

pub fn user_agent() -> String {
    let get = |object: &JsValue, key: &str| Reflect::get(object, &key.into()).unwrap_or_default();
    get(&get(&js_sys::global(), "navigator"), "userAgent").as_string().unwrap_or_default()
}
