//! What any context can see of the device; a window sees its power as well.

use engine::{Event, Power, Surroundings};
use wasm_bindgen::JsValue;

use crate::json::{flag, property, text};

/// The network as the browser describes it, and the local time. Of a connection that it does not describe nothing is
/// known against it.
pub fn seen(power: Option<Power>) -> Surroundings {
    let connection = connection();
    // West of UTC it is positive.
    let behind_utc = js_sys::Date::new_0().get_timezone_offset();
    Surroundings {
        metered: text(&connection, "type").is_some_and(|kind| kind == "cellular"),
        saves_data: flag(&connection, "saveData") == Some(true),
        power,
        ahead_of_utc: -behind_utc as i16,
    }
}

/// The same as an event, where nobody sees the power.
pub(crate) fn changed() -> Event {
    Event::SurroundingsChanged(seen(None))
}

/// What the browser tells of the network, if it does.
pub(crate) fn connection() -> JsValue {
    property(&property(&js_sys::global(), "navigator"), "connection")
}
