//! The headline: the one true state of everything, in words. Also the names of the states and the numbers, which
//! external tests rely on.

use engine::{Access, FolderView, Halt, Loaded, PairEnd, PairingView, View};

use super::gates;
use super::numbers::{bytes, count, duration, files, plural};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Headline {
    /// The value of `data-state`. Stable.
    pub state: &'static str,
    pub title: String,
    pub detail: String,
}

/// Before the first view from the engine.
pub fn opening() -> Headline {
    say("scanning", "Opening…", "Checking what is protected.")
}

/// The engine cannot continue.
pub fn stopped(why: &str) -> Headline {
    say("needs-you", "Safelight has stopped", why)
}

pub fn headline(view: &View) -> Headline {
    match view.headline {
        engine::Headline::Unpaired => unpaired(view),
        engine::Headline::Empty => say(
            "empty",
            "Choose a folder to protect",
            "Every photo and video in it is backed up to your server, and new ones whenever you open Safelight.",
        ),
        engine::Headline::Scanning => scanning(view),
        engine::Headline::BackingUp => backing_up(view),
        engine::Headline::Waiting => waiting(view),
        engine::Headline::Paused => paused(view),
        engine::Headline::NeedsYou => needs_you(view),
        engine::Headline::Offline => offline(view),
        engine::Headline::Done => done(view),
    }
}

/// The state in a word or two, for the navigation.
pub fn in_short(view: &View) -> String {
    match view.headline {
        engine::Headline::Unpaired => "Not paired".into(),
        engine::Headline::Empty | engine::Headline::Done => String::new(),
        engine::Headline::Scanning => "Scanning".into(),
        engine::Headline::BackingUp | engine::Headline::Waiting => {
            format!("{} left", count(view.tally.remaining))
        }
        engine::Headline::Paused => "Paused".into(),
        engine::Headline::NeedsYou => "Needs you".into(),
        engine::Headline::Offline => "Offline".into(),
    }
}

fn say(state: &'static str, title: impl Into<String>, detail: impl Into<String>) -> Headline {
    Headline { state, title: title.into(), detail: detail.into() }
}

fn unpaired(view: &View) -> Headline {
    let nothing_lost = if view.folders.is_empty() {
        "Open the link that your server printed when it started, or type its code here.".into()
    } else {
        format!(
            "The server no longer knows this browser. Nothing is lost: {}, and the backup continues once you pair.",
            wait(view.tally.remaining)
        )
    };
    let detail = match view.pairing {
        PairingView::Idle => nothing_lost,
        PairingView::Running => "Pairing…".into(),
        PairingView::Failed(end) => pairing_fault(end).into(),
    };
    say("unpaired", "Pair this browser with your server", detail)
}

/// Why pairing did not work, and what to do.
pub fn pairing_fault(end: PairEnd) -> &'static str {
    match end {
        PairEnd::Paired => "Paired.",
        PairEnd::CodeRefused => {
            "That code is wrong, already used or expired. Run “safelight pair” on the server to get a new one."
        }
        PairEnd::TooManyTries => "Too many wrong codes. Wait a minute, then try again.",
        PairEnd::NoReply => "The server did not answer. Is it running, and are you on its network?",
    }
}

fn scanning(view: &View) -> Headline {
    if view.folders.is_empty() {
        return say("scanning", "Opening…", "Checking with your server.");
    }
    if is_listed(view) {
        let known = format!("{}, {} protected.", files(view.tally.total), count(view.tally.protected));
        return say("scanning", "Checking with your server", known);
    }
    let detail = match view.tally.total {
        0 => "Listing the files.".into(),
        total => format!("{} so far, {} protected.", files(total), count(view.tally.protected)),
    };
    say("scanning", "Scanning your folders", detail)
}

fn backing_up(view: &View) -> Headline {
    let mut detail = format!("{} to go", files(view.tally.remaining));
    if view.tally.remaining_bytes > 0 {
        detail += &format!(", {}", bytes(view.tally.remaining_bytes));
    }
    if let Some(rate) = view.bytes_per_second {
        detail += &format!(" · {}/s", bytes(rate));
    }
    if !is_listed(view) {
        detail += " · still scanning";
    } else if let Some(seconds) = view.seconds_left {
        detail += &format!(" · {} left", duration(seconds));
    }
    say("backing-up", format!("Backing up {} of {}", count(view.tally.protected), to_protect(view)), detail)
}

/// Until every folder is listed, there may be more to do than is known, and any time would be invented.
fn is_listed(view: &View) -> bool {
    view.folders.iter().all(|folder| folder.listed == engine::Listed::Complete)
}

fn to_protect(view: &View) -> String {
    count(view.tally.total - view.tally.skipped)
}

fn waiting(view: &View) -> Headline {
    let written = view.tally.settling;
    let failed = view.tally.waiting - written;
    let being_written = match written {
        1 => "1 file is still being written. It will be backed up once it stops changing.".into(),
        _ => format!(
            "{} are still being written. They will be backed up once they stop changing.",
            files(written)
        ),
    };
    let tried_again = format!("{} failed and will be retried automatically.", files(failed));
    if let Some(held) = view.held.first() {
        let mut detail = format!("{} protected.", files(view.tally.protected));
        if failed > 0 {
            detail += &format!(" {tried_again}");
        }
        return say("waiting", gates::title(held.gate), detail);
    }
    match (view.halt, written, failed) {
        (Some(_), _, _) => {
            let detail = "Your server asked Safelight to wait. The backup continues automatically.";
            say("waiting", "Waiting to try again", detail)
        }
        (None, 0, _) => say("waiting", "Waiting to try again", tried_again),
        (None, _, 0) => say("waiting", "Waiting for new files", being_written),
        (None, _, _) => say("waiting", "Waiting to try again", format!("{tried_again} {being_written}")),
    }
}

fn paused(view: &View) -> Headline {
    let (title, until) = if view.settings.paused {
        ("Paused", "you resume")
    } else {
        ("Automatic backup is off", "you choose “Back up now”, or turn it on in Settings")
    };
    let detail = match view.tally.remaining {
        0 => format!("No known file is waiting. Safelight does not look for new files until {until}."),
        remaining if view.fetching > 0 => {
            format!("{}. Until {until}, only the browser's own uploads continue.", wait(remaining))
        }
        remaining if !view.settings.paused && view.settings.background => {
            format!("{}. While Safelight is open, nothing is sent until {until}.", wait(remaining))
        }
        remaining => format!("{}. Nothing is sent until {until}.", wait(remaining)),
    };
    say("paused", title, detail)
}

fn needs_you(view: &View) -> Headline {
    let say = |title: &str, detail: String| say("needs-you", title, detail);
    let waiting = || format!("{}.", wait(view.tally.remaining));
    // A lack of room concerns some files; what keeps all of them back comes first.
    let is_stuck =
        view.settings_unreadable || barred_folder(view).is_some() || unreadable_rules(view).is_some();
    match view.halt {
        Some(Halt::DiskFull) if !is_stuck => {
            say("Not enough space on your server's disk", format!("Free some space on it. {}", no_room(view)))
        }
        Some(Halt::QuotaFull) if !is_stuck => {
            say("Your quota on the server is too small", format!("Raise the quota. {}", no_room(view)))
        }
        Some(Halt::SignInInFront) => say(
            "Something in front of your server wants you to sign in",
            format!("Choose “Sign in”. The backup continues by itself afterwards. {}", waiting()),
        ),
        Some(Halt::Forbidden) => say(
            "The server forbids uploads",
            format!("This browser's sign-in lacks a permission. {}", waiting()),
        ),
        Some(
            Halt::Offline
            | Halt::SignedOut
            | Halt::Busy
            | Halt::ServerError(_)
            | Halt::NotUnderstood
            | Halt::DiskFull
            | Halt::QuotaFull,
        )
        | None => match barred_folder(view) {
            _ if view.settings_unreadable => say(
                "Your settings can't be read",
                "Nothing is uploaded until you check them in Settings.".into(),
            ),
            Some((name, Access::Barred(engine::Barrier::NeedsPermission))) => say(
                "A folder needs your permission",
                format!("The browser needs your permission again for “{name}”: choose “Allow access”."),
            ),
            Some((name, _)) if handed_over_once(view, name) => say(
                "Some files were not sent",
                format!(
                    "“{name}” is not fully backed up: choose the files again to continue, or remove what is \
                    left."
                ),
            ),
            Some((name, _)) => say(
                "A folder cannot be reached",
                format!(
                    "“{name}” cannot be found. Is its drive plugged in? Its files are not treated as deleted."
                ),
            ),
            None => match unreadable_rules(view) {
                Some(name) => say(
                    "The rules of a folder can't be read",
                    format!("Nothing in “{name}” is uploaded until you check them."),
                ),
                None => say(&need_you(view.tally.problems), problems_detail(view)),
            },
        },
    }
}

/// The name of a folder whose rules cannot be read, so the person must check them.
fn unreadable_rules(view: &View) -> Option<&str> {
    let unreadable = |folder: &&FolderView| folder.rules == Loaded::Unreadable;
    view.folders.iter().find(unreadable).map(|folder| folder.name.as_str())
}

fn no_room(view: &View) -> String {
    let without_room = view.tally.over_disk + view.tally.over_quota;
    match without_room {
        0 => format!("{}.", wait(view.tally.remaining)),
        all if all == view.tally.remaining => {
            format!("{} for room; everything that fits is sent.", wait(all))
        }
        number => format!("{} for room.", wait(number)),
    }
}

/// "1 file waits", "3 files wait".
fn wait(number: u64) -> String {
    plural(number, "file waits", "files wait")
}

fn need_you(problems: u64) -> String {
    format!("{} you", plural(problems, "file needs", "files need"))
}

fn problems_detail(view: &View) -> String {
    format!("Everything else is protected: {} on your server.", files(view.tally.protected))
}

fn barred_folder(view: &View) -> Option<(&str, Access)> {
    let folder = view.folders.iter().find(|folder| folder.access != Access::Granted)?;
    Some((&folder.name, folder.access))
}

fn handed_over_once(view: &View, name: &str) -> bool {
    view.folders.iter().any(|folder| folder.name == name && folder.lasting == engine::Lasting::Once)
}

fn offline(view: &View) -> Headline {
    let why = match view.halt {
        Some(Halt::NotUnderstood) => "Something other than Safelight's server answers, most likely a proxy.",
        Some(Halt::ServerError(_)) => "It reports an error.",
        Some(
            Halt::Offline
            | Halt::SignedOut
            | Halt::Forbidden
            | Halt::Busy
            | Halt::DiskFull
            | Halt::QuotaFull
            | Halt::SignInInFront,
        )
        | None => "It does not answer.",
    };
    let rest = match view.tally.remaining {
        0 if view.tally.problems == 0 => "Everything known is protected".into(),
        0 => plural(view.tally.problems, "file needs you", "files need you"),
        remaining => wait(remaining),
    };
    say("offline", "Your server cannot be reached", format!("{why} {rest}; Safelight keeps trying."))
}

fn done(view: &View) -> Headline {
    if view.tally.protected == 0 {
        return say("done", "Nothing to back up", "Your folders hold no photos or videos yet.");
    }
    let size = bytes(view.tally.protected_bytes);
    say(
        "done",
        "Everything is protected",
        format!(
            "{} ({size}) {} on your server, confirmed byte for byte.",
            files(view.tally.protected),
            if view.tally.protected == 1 { "is" } else { "are" },
        ),
    )
}

#[cfg(test)]
mod tests;
