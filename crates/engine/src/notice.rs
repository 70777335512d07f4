//! What is worth a notification to a person who is not looking: few things, and each of them once.

use serde::{Deserialize, Serialize};

use crate::time::Moment;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Notice {
    /// Everything is protected, for the first time.
    FirstBackupDone,
    NeedsYou(Needs),
    /// Files wait, and nothing could be backed up for this many days.
    Silent {
        days: u64,
    },
}

/// What only the person can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Needs {
    Pairing,
    Permission,
    /// The server's disk or the person's quota on it is full.
    Space,
}

/// Which notices were given, so that they are not repeated. Kept in the store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Noticed {
    pub first_backup_done: bool,
    pub needs: Option<Needs>,
    /// Since when files have waited without any being backed up; zero while all is well.
    pub ill_since: Moment,
    /// When the person was last told that nothing could be backed up.
    pub silent_at: Moment,
}

/// The outcome of a run.
pub(crate) struct Outcome {
    pub needs: Option<Needs>,
    /// The server answered, so its needs are known.
    pub answered: bool,
    pub all_protected: bool,
    pub got_on: bool,
    pub remaining: u64,
}

const A_DAY_MS: u64 = 86_400_000;
/// Longer than a holiday weekend away from the computer's drive.
const SILENT_DAYS: u64 = 7;

impl Noticed {
    /// The notice to give now, if any, and the record to keep.
    pub(crate) fn after(self, now: Moment, outcome: &Outcome) -> (Noticed, Option<Notice>) {
        let is_well = outcome.got_on || outcome.remaining == 0;
        let began = if self.ill_since == Moment::default() { now } else { self.ill_since };
        let mut noticed = Noticed {
            // If the server did not answer, the last known need still stands.
            needs: outcome.needs.or(self.needs.filter(|_| !outcome.answered)),
            // A time in the future means that the clock was set back.
            ill_since: if is_well { Moment::default() } else { began.min(now) },
            silent_at: self.silent_at.min(now),
            ..self
        };
        if let Some(needs) = outcome.needs.filter(|_| outcome.needs != self.needs) {
            return (noticed, Some(Notice::NeedsYou(needs)));
        }
        if outcome.all_protected && !self.first_backup_done {
            noticed.first_backup_done = true;
            return (noticed, Some(Notice::FirstBackupDone));
        }
        let days = now.since(noticed.ill_since) / A_DAY_MS;
        let told = now.since(noticed.silent_at) / A_DAY_MS;
        if !is_well && days >= SILENT_DAYS && told >= SILENT_DAYS {
            noticed.silent_at = now;
            return (noticed, Some(Notice::Silent { days }));
        }
        (noticed, None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING_NEW: Outcome =
        Outcome { needs: None, answered: true, all_protected: false, got_on: false, remaining: 3 };
    const DONE: Outcome =
        Outcome { needs: None, answered: true, all_protected: true, got_on: true, remaining: 0 };

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
        // A server that is away in between changes nothing.
        let (noticed, _) = noticed.after(day(2), &Outcome { answered: false, ..NOTHING_NEW });
        let (noticed, told) = noticed.after(day(2), &signed_out);
        assert_eq!(told, None);
        // Fixed, and broken again.
        let (noticed, _) = noticed.after(day(2), &DONE);
        let (_, told) = noticed.after(day(3), &signed_out);
        assert_eq!(told, Some(Notice::NeedsYou(Needs::Pairing)));
    }

    #[test]
    fn a_silence_is_told_after_a_week_and_then_weekly() {
        let (mut noticed, _) = Noticed::default().after(day(0), &DONE);
        let mut told = Vec::new();
        for number in 1..=23 {
            let (next, notice) = noticed.after(day(number), &NOTHING_NEW);
            told.extend(notice.map(|notice| (number, notice)));
            noticed = next;
        }
        let silent = |days| Notice::Silent { days };
        assert_eq!(told, [(8, silent(7)), (15, silent(14)), (22, silent(21))]);
        // Something got through.
        let (noticed, told) = noticed.after(day(29), &Outcome { got_on: true, ..NOTHING_NEW });
        assert_eq!((noticed.ill_since, told), (Moment::default(), None));
    }

    #[test]
    fn days_asleep_are_no_silence() {
        let (noticed, _) = Noticed::default().after(day(0), &DONE);
        let (_, told) = noticed.after(day(10), &NOTHING_NEW);
        assert_eq!(told, None, "the file may be a minute old");
    }

    #[test]
    fn a_clock_that_was_set_back_neither_makes_a_silence_nor_hides_one() {
        let (noticed, _) = Noticed::default().after(day(400), &NOTHING_NEW);
        let (noticed, told) = noticed.after(day(1), &NOTHING_NEW);
        assert_eq!((noticed.ill_since, told), (day(1), None));
        let (noticed, told) = noticed.after(day(8), &NOTHING_NEW);
        assert_eq!(told, Some(Notice::Silent { days: 7 }));
        let (noticed, _) = noticed.after(day(2), &NOTHING_NEW);
        let (_, told) = noticed.after(day(9), &NOTHING_NEW);
        assert_eq!(told, Some(Notice::Silent { days: 8 }));
    }
}
