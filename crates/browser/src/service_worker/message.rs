//! The messages between pages and the service worker: two typed enums in an envelope with a protocol number. An old
//! service worker may outlive a new page, and the other way round, so decoding may fail.

use std::fmt;

use js_sys::Array;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsValue;
use web_sys::ServiceWorker;

use crate::Fault;

/// Raised whenever the meaning or shape of a message changes.
const PROTOCOL: u32 = 1;

/// From a page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ToServiceWorker {
    /// The person wants the version that is waiting. Every later version must understand this message, whatever its
    /// protocol number: `sw.js` checks only that `message` has this name.
    UseNewVersion,
    /// This page may be about to close.
    Left,
    /// The person closes the app to see whether the backup continues.
    TestBackup,
    /// Send the version through the port that comes with this message.
    TellVersion,
    /// Hold these for a while: the permission of a dropped folder lasts only as long as some handle to it.
    HoldHandles {
        #[serde(with = "serde_wasm_bindgen::preserve")]
        handles: Array,
    },
    /// Notify the person, unless they are looking at a page.
    Notify(engine::Notice),
}

/// From the service worker.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FromServiceWorker {
    Version(String),
    /// A background fetch ended.
    FetchEnded,
    /// The answer to a message that could not be read.
    NotUnderstood,
}

/// Why a message could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unreadable {
    /// Not in our envelope.
    Foreign,
    OtherProtocol(u32),
    /// The parser's error.
    Malformed(String),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unreadable::Foreign => f.write_str("a message that is not Safelight's was ignored"),
            Unreadable::OtherProtocol(theirs) => {
                write!(f, "a message of protocol {theirs} was ignored; this version has {PROTOCOL}")
            }
            Unreadable::Malformed(why) => write!(f, "a message was ignored: {why}"),
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    protocol: u32,
    message: T,
}

#[derive(Deserialize)]
struct Head {
    protocol: u32,
}

pub fn write(message: &impl Serialize) -> Result<JsValue, Fault> {
    let envelope = Envelope { protocol: PROTOCOL, message };
    serde_wasm_bindgen::to_value(&envelope).map_err(|fault| JsValue::from(fault).into())
}

pub fn read<T: DeserializeOwned>(data: JsValue) -> Result<T, Unreadable> {
    let head: Head = serde_wasm_bindgen::from_value(data.clone()).map_err(|_| Unreadable::Foreign)?;
    if head.protocol != PROTOCOL {
        return Err(Unreadable::OtherProtocol(head.protocol));
    }
    let envelope: Result<Envelope<T>, _> = serde_wasm_bindgen::from_value(data);
    envelope.map(|envelope| envelope.message).map_err(|fault| Unreadable::Malformed(fault.to_string()))
}

pub fn post(worker: &ServiceWorker, message: &ToServiceWorker) -> Result<(), Fault> {
    Ok(worker.post_message(&write(message)?)?)
}
