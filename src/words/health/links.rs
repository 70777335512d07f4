//! The words of each link: its state, what the state means, and how to fix it.

use engine::{Access, Barrier, FolderView, Halt, Lasting, Readable, View};

use super::{Link, Mend, Notifications, Pushes, Seen, State, System, link};
use crate::words::background::{Waking, read_closed};
use crate::words::numbers::{bytes, files};

/// A folder, with and without an open page.
pub(super) fn folder(folder: &FolderView) -> Link {
    let name = format!("“{}”", folder.name);
    let (state, says, mend) = match (folder.access, folder.lasting) {
        (Access::Barred(Barrier::NeedsPermission), _) => {
            (State::Bad, "The browser needs your permission again.", Some(Mend::Allow(folder.id)))
        }
        (Access::Barred(Barrier::Unreachable), _) => {
            (State::Bad, "It cannot be found. Is its drive plugged in?", None)
        }
        (Access::Granted, Lasting::Once) => {
            (State::Unsure, "These files were added once. New ones are not noticed.", None)
        }
        (Access::Granted, Lasting::Inbox) => {
            (State::Good, "It is in the browser's own storage, and can be read at any time.", None)
        }
        (Access::Granted, Lasting::Lasting) => match folder.closed_access {
            Some(Readable::Yes) => {
                (State::Good, "It could be read while Safelight was open, and while it was closed.", None)
            }
            Some(Readable::No) => {
                (State::Unsure, "It can be read while Safelight is open, but not while it is closed.", None)
            }
            None => (
                State::Unsure,
                "It can be read while Safelight is open. It is not known yet whether it can be read while Safelight \
                 is closed.",
                None,
            ),
        },
    };
    link(&name, state, says, mend)
}

/// The person's own settings, which decide before anything the browser allows.
pub(super) fn allowed(view: &View) -> Link {
    let settings = &view.settings;
    let asks_for_power = settings.gates.only_charging || settings.gates.battery_floor.is_some();
    let (state, says) = match () {
        () if settings.paused => (State::Bad, "Backup is paused: nothing is sent, open or closed."),
        () if !settings.background => (State::Bad, "“Background backup” is switched off in the settings."),
        () if asks_for_power => (
            State::Unsure,
            "Safelight can't check the battery while it is closed, so uploads stop after 30 minutes.",
        ),
        () => (State::Good, "You let Safelight back up while it is closed."),
    };
    link("Switched on", state, says, None)
}

/// Wake-ups are useless while the background is paused or off.
pub(super) fn unless_off(view: &View, link: Link) -> Link {
    let off = view.settings.paused || !view.settings.background;
    let says = "No effect while background backup is paused or switched off.".to_owned();
    if off && link.state == State::Good { Link { state: State::Unsure, says, ..link } } else { link }
}

/// Whether the folders can be read while Safelight is closed, and the fix for all of them.
pub(super) fn closed(view: &View, seen: &Seen) -> Link {
    let install = seen.can_install.then_some(Mend::Install);
    let (state, says, mend) = match read_closed(view) {
        Some(true) => (State::Good, "When Safelight was last woken, it could read your folders.", None),
        _ if seen.system == System::Android => (
            State::Unsure,
            "Browsers on Android do not let a closed app read folders, so copies are sent instead.",
            None,
        ),
        Some(false) if seen.is_app => (
            State::Bad,
            "The browser did not let it read every folder. Remove the folder and add it again here, in the installed \
             app, or choose “Allow on every visit” when the browser asks.",
            None,
        ),
        Some(false) => (
            State::Bad,
            "The browser did not let it read every folder. Installed apps keep that access: install Safelight, and open it \
             from its icon.",
            install,
        ),
        None if seen.is_app => {
            (State::Unsure, "Installed apps keep this access. It is not confirmed yet: test it below.", None)
        }
        None => (
            State::Unsure,
            "Browsers give this access only to installed apps, and to sites that are allowed on every visit.",
            install,
        ),
    };
    link("Folders while Safelight is closed", state, says, mend)
}

pub(super) fn copies(view: &View, seen: &Seen) -> Link {
    let (kept, settings) = (view.copies, &view.settings);
    let some = format!("{} ({}) that are waiting", files(kept.files), bytes(kept.bytes));
    let never = seen.waking == Some(Waking::Never);
    let (state, says) = match () {
        () if settings.copies_limit.is_none() => (
            State::Unsure,
            "Switched off in the settings: files are sent from folders only while Safelight is open.".into(),
        ),
        () if kept.is_full => {
            (State::Unsure, format!("The browser has no room for more. It keeps copies of {some}."))
        }
        () if kept.files > 0 && never => (
            State::Unsure,
            format!("The browser keeps copies of {some}. They are sent when you open Safelight."),
        ),
        () if kept.files > 0 => {
            (State::Good, format!("The browser keeps copies of {some}, and can send them."))
        }
        () if read_closed(view) == Some(true) => (State::Good, "Not needed: folders can be read.".into()),
        () if view.tally.remaining > view.fetching => (
            State::Unsure,
            "There are no copies of the waiting files: they are not copied yet, or do not fit.".into(),
        ),
        () => (State::Good, "No waiting file needs a copy.".into()),
    };
    link("Copies for the background", state, says, None)
}

pub(super) fn large_files(seen: &Seen, last: String) -> Link {
    let name = "Large files, finished by the browser";
    if seen.can_leave {
        let says = "While large files remain, “Finish in the background” hands them to the browser.";
        link(name, State::Good, format!("{says}{last}"), None)
    } else {
        link(name, State::Unsure, "This browser cannot upload files by itself.", None)
    }
}

pub(super) fn installed(seen: &Seen) -> Link {
    let (state, says) = match (seen.is_app, seen.can_install) {
        (true, _) => (State::Good, "This is the installed app."),
        (false, true) => (State::Unsure, "This is a tab, and Safelight is not installed."),
        (false, false) => (
            State::Unsure,
            "This is a tab. If Safelight is installed, open it from its icon. If not, the browser's menu has “Install” or \
             “Add to home screen”.",
        ),
    };
    link("Installed as an app", state, says, (!seen.is_app && seen.can_install).then_some(Mend::Install))
}

pub(super) fn service_worker(seen: &Seen) -> Link {
    let name = "Service worker";
    match (seen.has_service_worker, seen.new_version_waits) {
        (true, true) => link(name, State::Unsure, "A newer version is ready: choose “Update”.", None),
        (true, false) => link(name, State::Good, in_place(seen.version.as_deref()), None),
        (false, _) => link(
            name,
            State::Bad,
            "It is missing, so nothing can wake Safelight. Reload this page. Private windows have no service worker.",
            None,
        ),
    }
}

fn in_place(version: Option<&str>) -> String {
    version.map_or_else(|| "It is in place.".into(), |version| format!("It is in place: version {version}."))
}

pub(super) fn waking(seen: &Seen, last: String) -> Link {
    let name = "Woken for remaining files";
    match seen.waking {
        None => link(name, State::Unsure, "Asking the browser…", None),
        Some(Waking::Never) => {
            link(name, State::Bad, "This browser cannot wake a closed app. Chrome and Edge can.", None)
        }
        Some(Waking::Forbidden) => link(
            name,
            State::Bad,
            "Background sync is blocked for this site: see its settings, to the left of the address.",
            None,
        ),
        Some(Waking::ForWhatIsLeft | Waking::NowAndThen) if !seen.has_service_worker => {
            link(name, State::Bad, "There is no service worker to wake.", None)
        }
        Some(Waking::ForWhatIsLeft | Waking::NowAndThen) => {
            let says = "Uploads continue for some minutes after you close Safelight, and the browser wakes it again \
                when the network is available, up to three times.";
            link(name, State::Good, format!("{says}{last}"), None)
        }
    }
}

pub(super) fn now_and_then(seen: &Seen, last: String) -> Link {
    let name = "Woken for new files";
    match seen.waking {
        None => link(name, State::Unsure, "Asking the browser…", None),
        Some(Waking::NowAndThen) => {
            let says = "The browser wakes Safelight to look for new files, about twice a day.";
            link(name, State::Good, format!("{says}{last}"), None)
        }
        Some(Waking::Never | Waking::Forbidden | Waking::ForWhatIsLeft) if seen.system == System::Android => {
            link(name, State::Unsure, "Browsers on Android do not let a closed app read folders.", None)
        }
        Some(Waking::Never | Waking::Forbidden | Waking::ForWhatIsLeft) => {
            let says =
                "The browser does not wake Safelight to look for new files. It does so for installed apps.";
            link(name, State::Unsure, format!("{says}{last}"), None)
        }
    }
}

pub(super) fn pushes(seen: &Seen, last: String) -> Link {
    let name = "Woken by your server";
    let says = "Your server wakes Safelight when it has not heard from this device for a day.";
    match &seen.pushes {
        Pushes::On(_) | Pushes::Off | Pushes::Gone if seen.waking == Some(Waking::Never) => {
            let mend = matches!(seen.pushes, Pushes::On(_)).then_some(Mend::EndPushes);
            link(name, State::Unsure, "No effect here: there would be no folders to read.", mend)
        }
        Pushes::Unknown => link(name, State::Unsure, "Asking your server…", None),
        Pushes::Missing => {
            link(name, State::Unsure, "This browser or this server does not support pushes.", None)
        }
        Pushes::NoAnswer => link(name, State::Unsure, "Your server did not say whether this is on.", None),
        Pushes::Off => link(
            name,
            State::Unsure,
            "Your server can wake Safelight when it has not heard from this device for a day. The browser shows a \
             notification each time. The browser's maker can see when this happens, but not what is in the message.",
            Some(Mend::BeginPushes),
        ),
        Pushes::Gone => link(
            name,
            State::Bad,
            "The browser's push service no longer knows this browser. Turn it on again.",
            Some(Mend::BeginPushes),
        ),
        Pushes::On(None) => link(
            name,
            State::Unsure,
            format!("{says} No push has been sent yet.{last}"),
            Some(Mend::EndPushes),
        ),
        Pushes::On(Some(outcome)) => {
            let says = format!("{says} Last push: {outcome}.{last}");
            match outcome.as_str() {
                "taken" => link(name, State::Good, says, Some(Mend::EndPushes)),
                // Only a new subscription fixes this.
                outcome if outcome.starts_with("refused") => {
                    link(name, State::Bad, says, Some(Mend::BeginPushes))
                }
                _ => link(
                    name,
                    State::Unsure,
                    format!("{says} Your server could not reach the browser's push service."),
                    Some(Mend::EndPushes),
                ),
            }
        }
    }
}

pub(super) fn notifications(seen: &Seen) -> Link {
    let name = "Notifications";
    match seen.notifications {
        Notifications::Allowed => {
            link(name, State::Good, "Allowed. There are few: the result of a push, and what needs you.", None)
        }
        Notifications::NotAsked => {
            let says = "Not allowed yet. Without them your server cannot wake Safelight.";
            link(name, State::Unsure, says, Some(Mend::Notify))
        }
        Notifications::Refused => link(
            name,
            State::Unsure,
            "Blocked. To allow them, open the site's settings: the icon to the left of the address.",
            None,
        ),
        Notifications::Missing => link(name, State::Unsure, "This browser does not support them.", None),
    }
}

pub(super) fn storage(seen: &Seen) -> Link {
    let name = "Browser storage";
    let lost = "If the disk gets full, the browser may delete Safelight's records. No photo is lost, but folders \
        must be chosen and scanned again.";
    match seen.is_storage_kept {
        Some(true) => link(name, State::Good, "The browser keeps it.", None),
        Some(false) => link(name, State::Unsure, lost, Some(Mend::KeepStorage)),
        None => link(name, State::Unsure, lost, None),
    }
}

pub(super) fn server(view: &View) -> Link {
    let (state, says) = match view.halt {
        None if !view.answered => (State::Unsure, "Asking it…"),
        None => (State::Good, "It answers."),
        Some(Halt::Offline) => (State::Bad, "It does not answer. Is it running, and are you on its network?"),
        Some(Halt::SignedOut) => (State::Bad, "It does not know this browser. Pair it again on Home."),
        Some(Halt::Forbidden) => (State::Bad, "This browser's sign-in lacks a permission."),
        Some(Halt::Busy) => (State::Unsure, "It asked Safelight to wait."),
        Some(Halt::ServerError(_)) => (State::Bad, "It reports an error."),
        Some(Halt::NotUnderstood) => (State::Bad, "Something else answers, most likely a proxy."),
        Some(Halt::DiskFull) => (State::Bad, "Its disk has no room for some files."),
        Some(Halt::QuotaFull) => (State::Bad, "Your quota has no room for some files."),
        Some(Halt::SignInInFront) => (State::Bad, "Something in front of it wants you to sign in."),
    };
    link("Your server", state, says, None)
}

pub(super) fn system(system: System) -> Link {
    let (name, state, says) = match system {
        System::Android => (
            "Android's battery saver",
            State::Unsure,
            "It puts browsers to sleep. In Android's settings, under Apps, your browser, Battery, choose “Unrestricted”. \
             Samsung: also take it out of “Sleeping apps”. Xiaomi: allow “Autostart”, and “No restrictions”. Huawei: under \
             “App launch”, manage it manually. OnePlus, Oppo, Realme: allow “Background activity”. Safelight cannot read \
             folders while it is closed, and sends copies then. Photos can be shared with Safelight from any app.",
        ),
        System::Apple => (
            "Safari, iPhone and iPad",
            State::Bad,
            "They cannot read folders or wake a closed app. You can choose files by hand while Safelight is open.",
        ),
        System::Firefox => (
            "Firefox",
            State::Bad,
            "It cannot read folders or wake a closed app. You can choose files by hand while Safelight is open. \
             Chrome and Edge can do the rest.",
        ),
        System::Other => (
            "This computer",
            State::Unsure,
            "The browser can wake Safelight only while the browser itself is running. The settings of the installed \
             app have “Start at sign-in”, which opens Safelight when you sign in to the computer.",
        ),
    };
    link(name, state, says, None)
}
