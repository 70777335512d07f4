//! What is worth telling somebody who does not look: few things, and each of them once.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// Everything is protected, for the first time.
    FirstBackupDone,
    NeedsYou(Needs),
    /// Files wait, and for so many days nothing could be backed up.
    Silent {
        days: u64,
    },
}

/// What only the person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needs {
    Pairing,
    Permission,
    /// The server's disk, or the person's share of it, is full.
    Space,
}

/// What was told, so that it is not told again. Kept in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Noticed {
    pub first_backup_done: bool,
    pub needs: Option<Needs>,
    /// When something was backed up last, or nothing was left.
    pub well_at: Moment,
    /// When it was told last that nothing could be backed up.
    pub silent_at: Moment,
}

/// What a run came to.
pub(crate) struct Outcome {
    pub needs: Option<Needs>,
    pub all_protected: bool,
    pub got_on: bool,
    pub remaining: u64,
}

const A_DAY_MS: u64 = 86_400_000;
/// Longer than a holiday weekend without the computer's drive.
const SILENT_DAYS: u64 = 7;
/// What was well a while ago need not be written again.
const WELL_FOR_MS: u64 = 3_600_000;

impl Noticed {
    /// What is to be told now, and what is remembered of it.
    pub(crate) fn after(self, now: Moment, outcome: &Outcome) -> (Noticed, Option<Notice>) {
        let mut noticed = Noticed { needs: outcome.needs, ..self };
        // An older one is kept, so that little is written. One that lies ahead is of a clock that was set back.
        let is_stale = now < self.well_at || now.since(self.well_at) > WELL_FOR_MS;
        if self.well_at == Moment::default() || (is_stale && (outcome.all_protected || outcome.got_on)) {
            noticed.well_at = now;
        }
        if let Some(needs) = outcome.needs.filter(|_| outcome.needs != self.needs) {
            return (noticed, Some(Notice::NeedsYou(needs)));
        }
        if outcome.all_protected && !self.first_backup_done {
            noticed.first_backup_done = true;
            return (noticed, Some(Notice::FirstBackupDone));
        }
        let days = now.since(noticed.well_at) / A_DAY_MS;
        let told = now.since(self.silent_at) / A_DAY_MS;
        if outcome.remaining > 0 && days >= SILENT_DAYS && told >= SILENT_DAYS {
            noticed.silent_at = now;
            return (noticed, Some(Notice::Silent { days }));
        }
        (noticed, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_NEW: Outcome = Outcome { needs: None, all_protected: false, got_on: false, remaining: 3 };
    const DONE: Outcome = Outcome { needs: None, all_protected: true, got_on: true, remaining: 0 };

    fn day(number: u64) -> Moment {
        Moment(19_000 * A_DAY_MS + number * A_DAY_MS)
    }

    #[test]
    fn each_thing_is_told_once() {
        let (noticed, told) = Noticed::default().after(day(0), &DONE);
        assert_eq!(told, Some(Notice::FirstBackupDone));
        let (noticed, told) = noticed.after(day(1), &DONE);
        assert_eq!(told, None);
        let signed_out = Outcome { needs: Some(Needs::Pairing), ..NOTHING_NEW };
        let (noticed, told) = noticed.after(day(1), &signed_out);
        assert_eq!(told, Some(Notice::NeedsYou(Needs::Pairing)));
        let (noticed, told) = noticed.after(day(2), &signed_out);
        assert_eq!(told, None);
        // Mended, and broken again.
        let (noticed, _) = noticed.after(day(2), &DONE);
        let (_, told) = noticed.after(day(3), &signed_out);
        assert_eq!(told, Some(Notice::NeedsYou(Needs::Pairing)));
    }

    #[test]
    fn a_silence_is_told_after_a_week_and_then_weekly() {
        let (mut noticed, _) = Noticed::default().after(day(0), &DONE);
        let mut told = Vec::new();
        for number in 1..=22 {
            let (next, notice) = noticed.after(day(number), &NOTHING_NEW);
            told.extend(notice.map(|notice| (number, notice)));
            noticed = next;
        }
        let silent = |days| Notice::Silent { days };
        assert_eq!(told, [(7, silent(7)), (14, silent(14)), (21, silent(21))]);
        // Something got through.
        let (noticed, told) = noticed.after(day(29), &Outcome { got_on: true, ..NOTHING_NEW });
        assert_eq!((noticed.well_at, told), (day(29), None));
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_silence() {
        let (noticed, _) = Noticed::default().after(day(400), &DONE);
        let (noticed, told) = noticed.after(day(1), &NOTHING_NEW);
        assert_eq!(told, None);
        let (noticed, _) = noticed.after(day(2), &DONE);
        assert_eq!(noticed.well_at, day(2));
    }
}
