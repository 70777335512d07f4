//! Words for one folder.

use engine::{Access, Barrier, FolderView, Lasting, Listed, Loaded};

use super::numbers::{bytes, count, files, plural};

/// "47,952 of 48,219".
pub fn coverage(folder: &FolderView) -> String {
    let tally = &folder.tally;
    format!("{} of {}", count(tally.protected), count(tally.total - tally.skipped))
}

/// "256 to go, 11 need you".
pub fn to_go(folder: &FolderView) -> String {
    let tally = &folder.tally;
    let to_go = (tally.remaining > 0).then(|| format!("{} to go", count(tally.remaining)));
    let problems = (tally.problems > 0).then(|| plural(tally.problems, "needs you", "need you"));
    let listing = match folder.listed {
        Listed::Complete => None,
        Listed::Now => Some("still scanning".to_owned()),
        Listed::NotYet => Some("not scanned yet".to_owned()),
    };
    let parts: Vec<String> = to_go.into_iter().chain(problems).chain(listing).collect();
    let mut words = if parts.is_empty() { "complete".into() } else { parts.join(", ") };
    words[..1].make_ascii_uppercase();
    words
}

/// "604 GB".
pub fn size(folder: &FolderView) -> String {
    bytes(folder.tally.protected_bytes + folder.tally.remaining_bytes)
}

/// How the folder stands, in a sentence or two.
pub fn state(folder: &FolderView) -> String {
    let tally = &folder.tally;
    if folder.rules == Loaded::Unreadable {
        return "Its rules can’t be read, so nothing in it is uploaded.".into();
    }
    let stands = match folder.access {
        Access::Barred(Barrier::NeedsPermission) => "Needs your permission".into(),
        Access::Barred(Barrier::Unreachable) if folder.lasting == Lasting::Once => {
            "Not all of it was sent".into()
        }
        Access::Barred(Barrier::Unreachable) => "Can’t be reached. Is its drive plugged in?".into(),
        Access::Granted if folder.listed == Listed::Now => "Scanning…".into(),
        Access::Granted if folder.listed == Listed::NotYet => "Not scanned yet".into(),
        Access::Granted if tally.remaining > 0 => format!("Backing up: {} to go", files(tally.remaining)),
        Access::Granted if tally.problems > 0 => plural(tally.problems, "file needs you", "files need you"),
        Access::Granted if tally.protected > 0 => "Everything in it is protected".into(),
        Access::Granted => "No photos or videos in it yet".into(),
    };
    let kept = match folder.lasting {
        Lasting::Lasting => "",
        Lasting::Once => ". Added once: new files in it are not noticed",
        Lasting::Inbox => {
            ". Files that other apps shared with Safelight; they leave this list once your server has them"
        }
    };
    format!("{stands}{kept}")
}
