//! Properties of JavaScript objects for which web-sys has no types.

use js_sys::Reflect;
use wasm_bindgen::JsValue;

pub(crate) fn text(object: &JsValue, name: &str) -> Option<String> {
    property(object, name).as_string()
}

pub(crate) fn flag(object: &JsValue, name: &str) -> Option<bool> {
    property(object, name).as_bool()
}

pub(crate) fn property(object: &JsValue, name: &str) -> JsValue {
    // A value that is not an object has no properties.
    Reflect::get(object, &name.into()).unwrap_or_default()
}
