//! The gates that hold files back, one sentence each.

use engine::{Gate, GateRules, Held, Moment};

use super::numbers::{files, plural};

/// What waits, and for what. `time` formats a moment.
pub fn held(held: &Held, rules: &GateRules, time: impl Fn(Moment) -> String) -> String {
    let number = held.photos + held.videos;
    let waiting = match held {
        Held { photos: 0, videos, .. } => plural(*videos, "video waits", "videos wait"),
        Held { photos, videos: 0, .. } => plural(*photos, "photo waits", "photos wait"),
        Held { .. } => format!("{} {}", files(number), if number == 1 { "waits" } else { "wait" }),
    };
    match held.gate {
        Gate::QuietHours { until } => format!("Quiet hours: {waiting} until {}.", time(until)),
        Gate::NotCharging => format!("{waiting} until this device is charging."),
        Gate::BatteryLow => {
            let floor = rules.battery_floor.unwrap_or_default();
            format!("{waiting} until the battery is at {floor}% or this device is charging.")
        }
        Gate::PowerUnknown => format!(
            "{waiting}: a rule depends on the battery, whose level is unknown. Only an open page can check it, if \
             the browser allows that."
        ),
        Gate::SavesData => format!("Data Saver is on: {waiting} until it is off."),
        Gate::Metered => format!("On mobile data: {waiting} for another connection."),
        Gate::NoPage => format!("{waiting} for the next time you open Safelight."),
    }
}

/// The headline when only held files remain.
pub fn title(gate: Gate) -> &'static str {
    match gate {
        Gate::QuietHours { .. } => "Waiting for quiet hours to end",
        Gate::NotCharging | Gate::BatteryLow | Gate::PowerUnknown => "Waiting for power",
        Gate::SavesData | Gate::Metered => "Waiting for another connection",
        Gate::NoPage => "Waiting until you open Safelight",
    }
}

/// The end of the sentence about a run.
pub fn end(gate: Gate) -> &'static str {
    match gate {
        Gate::QuietHours { .. } => "; the rest waits for the end of quiet hours",
        Gate::NotCharging => "; the rest waits until this device is charging",
        Gate::BatteryLow => "; the rest waits until the battery has charged",
        Gate::PowerUnknown => "; the rest waits because the battery level is unknown",
        Gate::SavesData => "; the rest waits until Data Saver is off",
        Gate::Metered => "; the rest waits for a connection other than mobile data",
        Gate::NoPage => "; the videos wait for the next time you open Safelight",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_gate_has_its_sentence() {
        let until = Moment(7);
        let rules = GateRules { battery_floor: Some(30), ..GateRules::default() };
        let table = [
            (Gate::QuietHours { until }, 1, 0, "Quiet hours: 1 photo waits until seven."),
            (Gate::NotCharging, 2, 1, "3 files wait until this device is charging."),
            (Gate::BatteryLow, 2, 0, "2 photos wait until the battery is at 30% or this device is charging."),
            (
                Gate::PowerUnknown,
                2,
                0,
                "2 photos wait: a rule depends on the battery, whose level is unknown. Only an open page can check \
                 it, if the browser allows that.",
            ),
            (Gate::SavesData, 0, 1, "Data Saver is on: 1 video waits until it is off."),
            (Gate::Metered, 0, 2, "On mobile data: 2 videos wait for another connection."),
            (Gate::NoPage, 0, 2, "2 videos wait for the next time you open Safelight."),
        ];
        for (gate, photos, videos, words) in table {
            assert_eq!(held(&Held { gate, photos, videos }, &rules, |_| "seven".into()), words);
            assert!(title(gate).starts_with("Waiting") && end(gate).starts_with("; the "), "{gate:?}");
        }
    }
}
