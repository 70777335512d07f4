//! The text of a notification about something that the person should know.

use engine::{Needs, Notice};

use crate::numbers::plural;

pub fn sentence(notice: Notice) -> String {
    match notice {
        Notice::FirstBackupDone => "The first backup is complete: everything is protected.".into(),
        Notice::NeedsYou(needs) => need(needs).into(),
        Notice::Silent { days } => {
            let days = plural(days, "day", "days");
            format!("Nothing has been backed up for {days}. Open Safelight to see why.")
        }
    }
}

/// What only the person can fix.
pub(crate) fn need(needs: Needs) -> &'static str {
    match needs {
        Needs::Pairing => "This device must be paired with your server again. Open Safelight to do it.",
        Needs::Permission => "Safelight needs your permission to read a folder. Open it to allow access.",
        Needs::Space => "Your server is full.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notice_says_what_happened_and_what_to_do() {
        let table = [
            (Notice::FirstBackupDone, "The first backup is complete: everything is protected."),
            (
                Notice::NeedsYou(Needs::Pairing),
                "This device must be paired with your server again. Open Safelight to do it.",
            ),
            (
                Notice::NeedsYou(Needs::Permission),
                "Safelight needs your permission to read a folder. Open it to allow access.",
            ),
            (Notice::NeedsYou(Needs::Space), "Your server is full."),
            (Notice::Silent { days: 8 }, "Nothing has been backed up for 8 days. Open Safelight to see why."),
        ];
        for (notice, said) in table {
            assert_eq!(sentence(notice), said);
        }
    }
}
