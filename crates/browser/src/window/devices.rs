//! The browsers that are paired with the same server, as the server lists them. Another server than ours has no list.

use engine::{Moment, RequestEnd};
use js_sys::{Array, Date};
use protocol::safelight::path;
use wasm_bindgen::{JsCast, JsValue};

use super::library::understood;
use crate::http;
use crate::json::{FromJson, flag, text};

/// A paired browser.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    pub id: String,
    pub name: String,
    pub last_used: Moment,
    /// The one that asks.
    pub is_this: bool,
}

/// None if there is no answer.
pub async fn devices() -> Option<Vec<Device>> {
    understood(http::get::<Vec<Device>>(path::SESSIONS).await)
}

/// Ends its session; true if it has ended, be it before.
pub async fn send_away(device: &str) -> bool {
    let end = http::delete(&format!("{}/{device}", path::SESSIONS)).await;
    let is_gone = matches!(&end, RequestEnd::Replied(reply) if reply.status == 404);
    is_gone || http::was_done(&end)
}

impl FromJson for Vec<Device> {
    fn from_json(json: &JsValue) -> Option<Self> {
        json.dyn_ref::<Array>()?.iter().map(|device| Device::from_json(&device)).collect()
    }
}

impl FromJson for Device {
    fn from_json(json: &JsValue) -> Option<Self> {
        let last_used = Date::new(&text(json, "lastUsedAt")?.into()).get_time();
        Some(Device {
            id: text(json, "id")?,
            name: text(json, "deviceName")?,
            last_used: Moment(last_used as u64),
            is_this: flag(json, "current")?,
        })
    }
}
