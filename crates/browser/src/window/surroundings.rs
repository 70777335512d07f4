//! Reports the state of the device on every change and at regular intervals, because old reports expire.

use std::cell::RefCell;
use std::rc::Rc;

use crate::spawn;
use engine::{Power, Surroundings};
use gloo::events::EventListener;
use gloo::timers::callback::Interval;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::EventTarget;

use crate::bindings::{Battery, get_battery, has_global};
use crate::surroundings;

/// Well before the engine treats a report as too old.
const TELL_EVERY_MS: u32 = 600_000;

/// Calls back at once, and on every change as long as the page lives.
pub fn keep_surroundings(tell: impl Fn(Surroundings) + 'static) {
    let battery: Rc<RefCell<Option<Battery>>> = Rc::default();
    let seen = Rc::clone(&battery);
    let tell = Rc::new(move || tell(surroundings::seen(seen.borrow().as_ref().map(power))));
    tell();
    let again = Rc::clone(&tell);
    Interval::new(TELL_EVERY_MS, move || again()).forget();
    // A computer that was asleep missed the changes.
    if let Some(window) = web_sys::window() {
        tell_on(&window, &["focus", "pageshow"], &tell);
        window.document().iter().for_each(|document| tell_on(document, &["visibilitychange"], &tell));
    }
    tell_on(&surroundings::connection(), &["change"], &tell);
    if can_see_power() {
        spawn(async move {
            // Refused in frames and by policies; the power is then unknown.
            let Ok(found) = get_battery().await else { return };
            tell_on(&found, &["chargingchange", "levelchange"], &tell);
            battery.replace(Some(found.unchecked_into()));
            tell();
        });
    }
}

/// Whether this browser reports anything about the battery.
pub fn can_see_power() -> bool {
    has_global("BatteryManager")
}

/// The offset of the local time.
pub fn minutes_ahead_of_utc() -> i16 {
    surroundings::seen(None).ahead_of_utc
}

fn tell_on(target: &JsValue, names: &[&'static str], tell: &Rc<impl Fn() + 'static>) {
    let Some(target) = target.dyn_ref::<EventTarget>() else { return };
    for name in names {
        let tell = Rc::clone(tell);
        EventListener::new(target, *name, move |_| tell()).forget();
    }
}

fn power(battery: &Battery) -> Power {
    Power { charging: battery.charging(), percent: (battery.level() * 100.0).round() as u8 }
}
