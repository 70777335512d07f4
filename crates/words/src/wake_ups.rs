//! The text of a notification about a wake-up without a page.

use engine::{Needs, Notice, ShiftReport, Woken};

use crate::notices::{self, need};
use crate::numbers::files;

pub fn sentence(woken: &Woken) -> String {
    match woken {
        Woken::Over(report) => over(report),
        Woken::Failed => UNKNOWN.into(),
        Woken::Busy => "Safelight is already backing up.".into(),
        Woken::PageOpen => "Safelight is open.".into(),
    }
}

const UNKNOWN: &str = "Not everything could be checked. Open Safelight to see why.";

fn over(report: &ShiftReport) -> String {
    if report.is_off {
        return "Background backup is paused or turned off.".into();
    }
    let sentence = match (report.needs, report.notice) {
        // Said alone, because nothing continues until the person has done it.
        (Some(Needs::Pairing), _) => return need(Needs::Pairing).into(),
        (Some(Needs::Space), _) => need(Needs::Space).into(),
        (_, Some(notice @ Notice::Silent { .. })) => return notices::sentence(notice),
        (Some(Needs::Permission), _) => need(Needs::Permission).into(),
        (None, Some(Notice::FirstBackupDone | Notice::NeedsYou(_)) | None) => standing(report),
    };
    match report.sent {
        0 => sentence,
        sent => format!("{} backed up. {sentence}", files(sent)),
    }
}

fn standing(report: &ShiftReport) -> String {
    if report.is_all_protected {
        "Everything is protected.".into()
    } else if report.remaining > 0 {
        format!("{} still to go. Open Safelight to continue.", files(report.remaining))
    } else if report.problems > 0 {
        format!("{} with problems. Open Safelight to see why.", files(report.problems))
    } else {
        UNKNOWN.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notification_says_what_was_done_and_what_is_needed() {
        let report = ShiftReport::default();
        let off = ShiftReport { is_off: true, sent: 2, ..report };
        let pairing = ShiftReport { needs: Some(Needs::Pairing), sent: 3, ..report };
        let space = ShiftReport { needs: Some(Needs::Space), sent: 1, remaining: 5, ..report };
        let silence = Some(Notice::Silent { days: 8 });
        let silent = ShiftReport { notice: silence, remaining: 2, ..report };
        let silent_for_want_of_permission = ShiftReport { needs: Some(Needs::Permission), ..silent };
        let silent_for_want_of_space = ShiftReport { needs: Some(Needs::Space), ..silent };
        let permission = ShiftReport { needs: Some(Needs::Permission), sent: 1, ..report };
        let protected = ShiftReport { is_all_protected: true, ..report };
        let sent = ShiftReport { sent: 1_200, ..protected };
        let first = ShiftReport { notice: Some(Notice::FirstBackupDone), sent: 1, ..protected };
        let remaining = ShiftReport { sent: 2, remaining: 1, problems: 4, ..report };
        let problems = ShiftReport { sent: 1, problems: 2, ..report };
        let table = [
            (Woken::PageOpen, "Safelight is open."),
            (Woken::Busy, "Safelight is already backing up."),
            (Woken::Failed, "Not everything could be checked. Open Safelight to see why."),
            (Woken::Over(off), "Background backup is paused or turned off."),
            (
                Woken::Over(pairing),
                "This device must be paired with your server again. Open Safelight to do it.",
            ),
            (Woken::Over(space), "1 file backed up. Your server is full."),
            (Woken::Over(silent), "Nothing has been backed up for 8 days. Open Safelight to see why."),
            (
                Woken::Over(silent_for_want_of_permission),
                "Nothing has been backed up for 8 days. Open Safelight to see why.",
            ),
            (Woken::Over(silent_for_want_of_space), "Your server is full."),
            (
                Woken::Over(permission),
                "1 file backed up. Safelight needs your permission to read a folder. Open it to allow access.",
            ),
            (Woken::Over(protected), "Everything is protected."),
            (Woken::Over(sent), "1,200 files backed up. Everything is protected."),
            (Woken::Over(first), "1 file backed up. Everything is protected."),
            (Woken::Over(remaining), "2 files backed up. 1 file still to go. Open Safelight to continue."),
            (Woken::Over(problems), "1 file backed up. 2 files with problems. Open Safelight to see why."),
            (Woken::Over(report), "Not everything could be checked. Open Safelight to see why."),
        ];
        for (woken, said) in table {
            assert_eq!(sentence(&woken), said, "{woken:?}");
        }
    }
}
