//! What a person is told who does not look. The service worker says the same.

use engine::{Needs, Notice};

use super::numbers::plural;

pub fn sentence(notice: Notice) -> String {
    match notice {
        Notice::FirstBackupDone => "The first backup is complete: everything is protected.".into(),
        Notice::NeedsYou(Needs::Pairing) => "Your server asks to pair again. Open Safelight to do it.".into(),
        Notice::NeedsYou(Needs::Permission) => {
            "The browser wants your permission for a folder. Open Safelight to give it.".into()
        }
        Notice::NeedsYou(Needs::Space) => "Your server is full.".into(),
        Notice::Silent { days } => {
            let days = plural(days, "day", "days");
            format!("Nothing could be backed up for {days}. Open Safelight to see why.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_notice_says_what_is_and_what_to_do() {
        let all = [
            Notice::FirstBackupDone,
            Notice::NeedsYou(Needs::Pairing),
            Notice::NeedsYou(Needs::Permission),
            Notice::NeedsYou(Needs::Space),
            Notice::Silent { days: 8 },
        ];
        let said = all.map(sentence);
        assert!(said[0].ends_with("everything is protected."));
        assert!(said[1..3].iter().all(|said| said.contains("Open Safelight to")));
        assert_eq!(said[4], "Nothing could be backed up for 8 days. Open Safelight to see why.");
        let worker = include_str!("../../www/sw.js");
        for sentence in &said[1..4] {
            assert!(
                worker.contains(sentence.as_str()),
                "the service worker says it in other words: {sentence}"
            );
        }
    }
}
