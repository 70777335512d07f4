//! An exception thrown by a web API.

use std::fmt;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// An exception, identified by its name (`NotFoundError`, `NotReadableError`, …) and never by its message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    pub name: String,
    pub message: String,
}

impl Fault {
    pub fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn new(name: &str, message: impl Into<String>) -> Fault {
        Fault { name: name.into(), message: message.into() }
    }
}

impl From<JsValue> for Fault {
    fn from(thrown: JsValue) -> Fault {
        let text = |key: &str| Reflect::get(&thrown, &key.into()).ok().and_then(|value| value.as_string());
        match (text("name"), text("message")) {
            (Some(name), message) => Fault { name, message: message.unwrap_or_default() },
            (None, _) => Fault::new("Unknown", thrown.as_string().unwrap_or_default()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.message)
    }
}

impl std::error::Error for Fault {}
