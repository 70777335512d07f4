//! Values as bytes, for messages between contexts and for records: compact, and fast to encode and decode.

use js_sys::Uint8Array;
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};

use crate::Fault;

pub(crate) fn encode(value: &impl Serialize) -> Result<Uint8Array, Fault> {
    encode_behind(&[], value)
}

/// The same, after a header that says what follows.
pub(crate) fn encode_behind(head: &[u8], value: &impl Serialize) -> Result<Uint8Array, Fault> {
    let bytes = postcard::to_extend(value, head.to_vec()).map_err(|_| fault())?;
    Ok(Uint8Array::from(bytes.as_slice()))
}

pub(crate) fn decode<T: DeserializeOwned>(value: &JsValue) -> Result<T, Fault> {
    decode_bytes(&bytes_of(value))
}

pub(crate) fn decode_bytes<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Fault> {
    postcard::from_bytes(bytes).map_err(|_| fault())
}

/// The bytes of an array; empty for anything else.
pub(crate) fn bytes_of(value: &JsValue) -> Vec<u8> {
    value.dyn_ref::<Uint8Array>().map(Uint8Array::to_vec).unwrap_or_default()
}

pub(crate) fn fault() -> Fault {
    Fault::new("EncodingError", "these bytes are not what they should be")
}
