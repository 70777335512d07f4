//! What can happen to the device, and the rules that the person sets about it.

use super::{Event, Intent, Life};
use crate::gate::{GateRules, Power, QuietHours, Surroundings, VideosInBackground};
use crate::row::FileId;

impl Life {
    pub(super) fn device_changes(&mut self) -> String {
        let power = Power { charging: self.random.bool(), percent: self.random.u8(..=100) };
        let around = Surroundings {
            metered: self.random.bool(),
            saves_data: self.random.u8(..4) == 0,
            power: self.random.bool().then_some(power),
            ahead_of_utc: self.random.i16(-720..=840),
        };
        let fetching: Vec<FileId> =
            (0..self.random.usize(..3)).map(|_| FileId(self.random.u32(..20))).collect();
        self.world.fetching.clone_from(&fetching);
        self.world.has_room = self.random.u8(..4) > 0;
        let line = format!("{around:?}, the browser sends {fetching:?}");
        self.tell(Event::FetchingChanged(fetching));
        self.tell(Event::SurroundingsChanged(around));
        line
    }

    pub(super) fn change_gates(&mut self) -> String {
        let quiet = QuietHours { from: self.random.u16(..1440), to: self.random.u16(..1440) };
        let videos =
            [VideosInBackground::Never, VideosInBackground::WhereResumable, VideosInBackground::Always];
        let gates = GateRules {
            metered_photos: self.random.bool(),
            metered_videos: self.random.bool(),
            only_charging: self.random.u8(..4) == 0,
            battery_floor: (self.random.u8(..4) == 0).then_some(30),
            quiet_hours: (self.random.u8(..4) == 0).then_some(quiet),
            videos_in_background: self.choose(&videos),
        };
        self.ask(Intent::SetGates(gates));
        format!("{gates:?}")
    }

    pub(super) fn back_up_anyway(&mut self) -> String {
        self.ask(Intent::BackUpAnyway);
        "back up anyway".into()
    }

    /// Opens all gates.
    pub(super) fn open_gates(&mut self) {
        self.ask(Intent::SetGates(GateRules::default()));
        self.tell(Event::SurroundingsChanged(Surroundings::default()));
        self.world.fetching.clear();
        self.tell(Event::FetchingChanged(Vec::new()));
    }
}
