//! The state of the device as any context can see it. A window also sees the power.

use engine::{Event, Power, Surroundings};
use wasm_bindgen::JsValue;

use crate::properties::{flag, property, text};

/// The network as the browser describes it, and the local time. If the browser does not describe the connection,
/// nothing counts against it.
pub fn seen(power: Option<Power>) -> Surroundings {
    let connection = connection();
    // Positive west of UTC.
    let behind_utc = js_sys::Date::new_0().get_timezone_offset();
    Surroundings {
        metered: text(&connection, "type").is_some_and(|kind| kind == "cellular"),
        saves_data: flag(&connection, "saveData") == Some(true),
        power,
        ahead_of_utc: -behind_utc as i16,
    }
}

/// The same as an event, for contexts that cannot see the power.
pub(crate) fn changed() -> Event {
    Event::SurroundingsChanged(seen(None))
}

/// The browser's description of the network, if it has one.
pub(crate) fn connection() -> JsValue {
    property(&property(&js_sys::global(), "navigator"), "connection")
}
