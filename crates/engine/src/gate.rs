//! What holds uploads back even though the server is available: the person's rules, applied to what is known about
//! the device. Facts only: the page supplies the words.

use serde::{Deserialize, Serialize};

use crate::kind::Kind;
use crate::time::Moment;

/// The person's rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GateRules {
    /// Photos may be sent over a metered connection, or while the person saves data.
    pub metered_photos: bool,
    pub metered_videos: bool,
    /// Files are read and sent only while the device is charging.
    pub only_charging: bool,
    /// Per cent. Below it, files are read and sent only while the device is charging.
    pub battery_floor: Option<u8>,
    pub quiet_hours: Option<QuietHours>,
    pub videos_in_background: VideosInBackground,
}

/// Minutes of the local day. The second is the first minute that is not quiet, and may be on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    pub from: u16,
    pub to: u16,
}

/// Which videos are sent while Safelight is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum VideosInBackground {
    Never,
    /// Only to a server that keeps the received part of an interrupted upload.
    WhereResumable,
    Always,
}

impl Default for GateRules {
    fn default() -> GateRules {
        GateRules {
            metered_photos: false,
            metered_videos: false,
            only_charging: false,
            battery_floor: None,
            quiet_hours: None,
            videos_in_background: VideosInBackground::WhereResumable,
        }
    }
}

/// What a browser can tell about the device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Surroundings {
    /// The connection is a mobile one. Most desktop browsers do not say.
    pub metered: bool,
    /// The person asked the browser to save data.
    pub saves_data: bool,
    /// `None` while no page is open: only a window can see it.
    pub power: Option<Power>,
    /// How far local time is ahead of UTC, in minutes.
    pub ahead_of_utc: i16,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Power {
    pub charging: bool,
    pub percent: u8,
}

/// The power state as last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PowerSeen {
    pub power: Power,
    pub at: Moment,
}

/// What holds files back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Gate {
    QuietHours {
        until: Moment,
    },
    /// Work is allowed only while charging, and the device is not charging.
    NotCharging,
    /// The battery is below the floor.
    BatteryLow,
    /// A rule depends on the battery, and nobody has seen its state recently.
    PowerUnknown,
    SavesData,
    Metered,
    /// Videos wait for a page.
    NoPage,
}

/// The kind of a gate, without its current details. The person lets a run ignore gates by kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum GateKind {
    QuietHours,
    NotCharging,
    BatteryLow,
    PowerUnknown,
    SavesData,
    Metered,
    NoPage,
}

impl Gate {
    pub(crate) fn kind(self) -> GateKind {
        match self {
            Gate::QuietHours { .. } => GateKind::QuietHours,
            Gate::NotCharging => GateKind::NotCharging,
            Gate::BatteryLow => GateKind::BatteryLow,
            Gate::PowerUnknown => GateKind::PowerUnknown,
            Gate::SavesData => GateKind::SavesData,
            Gate::Metered => GateKind::Metered,
            Gate::NoPage => GateKind::NoPage,
        }
    }
}

/// A gate that is closed, and how many files wait behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    pub gate: Gate,
    pub photos: u64,
    pub videos: u64,
}

/// An older reading says nothing about the current state.
const POWER_STALE_MS: u64 = 30 * 60_000;
const A_MINUTE_MS: u64 = 60_000;
const A_DAY: u64 = 24 * 60;

impl GateRules {
    pub(crate) fn quiet(&self, now: Moment, ahead_of_utc: i16) -> Option<Gate> {
        let until = self.quiet_hours?.quiet_until(now, ahead_of_utc)?;
        Some(Gate::QuietHours { until })
    }

    pub(crate) fn powerless(&self, now: Moment, seen: Option<PowerSeen>) -> Option<Gate> {
        if !self.only_charging && self.battery_floor.is_none() {
            return None;
        }
        // If the clock was set back, the reading is stale too.
        let fresh = seen.filter(|seen| seen.at <= now && now.since(seen.at) <= POWER_STALE_MS);
        match fresh {
            None => Some(Gate::PowerUnknown),
            Some(seen) if seen.power.charging => None,
            Some(_) if self.only_charging => Some(Gate::NotCharging),
            Some(seen) => {
                self.battery_floor.filter(|floor| seen.power.percent < *floor).map(|_| Gate::BatteryLow)
            }
        }
    }

    /// The gate that this connection closes for photos, or for videos.
    pub(crate) fn on_the_way(&self, kind: Kind, around: &Surroundings) -> Option<Gate> {
        let may = match kind {
            Kind::Photo => self.metered_photos,
            Kind::Video => self.metered_videos,
        };
        match around {
            _ if may => None,
            Surroundings { metered: true, .. } => Some(Gate::Metered),
            Surroundings { saves_data: true, .. } => Some(Gate::SavesData),
            Surroundings { .. } => None,
        }
    }
}

impl QuietHours {
    /// When they end; `None` outside of them.
    fn quiet_until(self, now: Moment, ahead_of_utc: i16) -> Option<Moment> {
        let minute = (now.0 / A_MINUTE_MS).wrapping_add_signed(i64::from(ahead_of_utc)) % A_DAY;
        let since = (minute + A_DAY - u64::from(self.from)) % A_DAY;
        // Same start and end: all day.
        let length = (u64::from(self.to) + A_DAY - u64::from(self.from) - 1) % A_DAY + 1;
        (since < length).then(|| Moment(now.0 - now.0 % A_MINUTE_MS + (length - since) * A_MINUTE_MS))
    }

    /// When they begin or end next.
    pub(crate) fn next_change(self, now: Moment, ahead_of_utc: i16) -> Option<Moment> {
        let others = QuietHours { from: self.to, to: self.from };
        self.quiet_until(now, ahead_of_utc).or_else(|| others.quiet_until(now, ahead_of_utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A midnight in UTC.
    const MIDNIGHT: u64 = 19_000 * A_DAY * A_MINUTE_MS;

    fn at(hour: u64, minute: u64) -> Moment {
        Moment(MIDNIGHT + (hour * 60 + minute) * A_MINUTE_MS)
    }

    #[test]
    fn quiet_hours_are_those_of_the_local_clock_and_may_pass_midnight() {
        let nights = QuietHours { from: 22 * 60, to: 7 * 60 };
        assert_eq!(nights.quiet_until(at(21, 59), 0), None);
        assert_eq!(nights.quiet_until(at(22, 0), 0), Some(at(31, 0)));
        assert_eq!(nights.quiet_until(at(6, 59), 0), Some(at(7, 0)));
        assert_eq!(nights.quiet_until(at(7, 0), 0), None);
        assert_eq!(nights.quiet_until(at(20, 30), 120), Some(at(29, 0)));
        assert_eq!(nights.quiet_until(at(3, 30), -300), Some(at(12, 0)));
        assert_eq!(nights.next_change(at(12, 0), 0), Some(at(22, 0)));
        assert_eq!(nights.next_change(at(23, 0), 0), Some(at(31, 0)));
        let noon = QuietHours { from: 12 * 60, to: 13 * 60 };
        assert_eq!(noon.quiet_until(at(12, 30), 0), Some(at(13, 0)));
        assert_eq!(noon.quiet_until(at(13, 30), 0), None);
        assert_eq!(noon.quiet_until(Moment(at(12, 30).0 + 30_000), 0), Some(at(13, 0)), "to the minute");
        let always = QuietHours { from: 60, to: 60 };
        assert_eq!(always.quiet_until(at(0, 30), 0), Some(at(1, 0)));
        assert_eq!(always.quiet_until(at(1, 0), 0), Some(at(25, 0)));
    }

    #[test]
    fn the_battery_counts_while_it_was_seen_lately() {
        let rules =
            |only_charging, battery_floor| GateRules { only_charging, battery_floor, ..GateRules::default() };
        let now = at(12, 0);
        let seen = |charging, percent| {
            Some(PowerSeen { power: Power { charging, percent }, at: Moment(now.0 - 60_000) })
        };
        let seen_at = |at| seen(true, 100).map(|seen| PowerSeen { at, ..seen });
        let stale = seen_at(at(11, 0));
        let table = [
            (rules(false, None), None, None),
            (rules(true, None), None, Some(Gate::PowerUnknown)),
            (rules(true, None), stale, Some(Gate::PowerUnknown)),
            (rules(true, None), seen_at(at(11, 30)), None),
            (rules(true, None), seen_at(at(12, 1)), Some(Gate::PowerUnknown)),
            (rules(true, None), seen(true, 5), None),
            (rules(true, None), seen(false, 99), Some(Gate::NotCharging)),
            (rules(false, Some(30)), seen(false, 29), Some(Gate::BatteryLow)),
            (rules(false, Some(30)), seen(false, 30), None),
            (rules(false, Some(30)), seen(true, 3), None),
        ];
        for (rules, seen, gate) in table {
            assert_eq!(rules.powerless(now, seen), gate, "{rules:?} {seen:?}");
        }
    }

    #[test]
    fn each_kind_has_its_say_on_a_metered_connection() {
        let photos_only = GateRules { metered_photos: true, ..GateRules::default() };
        let mobile = Surroundings { metered: true, ..Surroundings::default() };
        let saving = Surroundings { saves_data: true, ..Surroundings::default() };
        let both = Surroundings { metered: true, ..saving };
        assert_eq!(photos_only.on_the_way(Kind::Video, &both), Some(Gate::Metered));
        assert_eq!(photos_only.on_the_way(Kind::Photo, &mobile), None);
        assert_eq!(photos_only.on_the_way(Kind::Video, &mobile), Some(Gate::Metered));
        assert_eq!(photos_only.on_the_way(Kind::Video, &saving), Some(Gate::SavesData));
        assert_eq!(photos_only.on_the_way(Kind::Video, &Surroundings::default()), None);
    }
}
