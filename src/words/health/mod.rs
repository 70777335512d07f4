//! What a backup depends on while Safelight is closed: each link of the chain with its state, what the state means,
//! and how to fix it. It states only what was observed or reported.

mod links;

use engine::{FolderId, Lasting, Moment, Run, View, Wake};

use crate::words::background::Waking;
use crate::words::history;

/// What the page observed in a window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// This is the window of an installed app. A tab cannot tell whether the app is installed.
    pub is_app: bool,
    /// The browser offers to install the app.
    pub can_install: bool,
    /// `None` if the browser does not say.
    pub is_storage_kept: Option<bool>,
    pub has_service_worker: bool,
    /// The service worker's version, if it answered.
    pub version: Option<String>,
    pub new_version_waits: bool,
    pub notifications: Notifications,
    pub waking: Option<Waking>,
    pub pushes: Pushes,
    /// The browser can upload files by itself.
    pub can_leave: bool,
    pub system: System,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notifications {
    Allowed,
    Refused,
    NotAsked,
    Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Pushes {
    /// Nothing received yet.
    Unknown,
    /// Not supported by this browser or this server.
    Missing,
    NoAnswer,
    Off,
    /// The push service forgot this browser.
    Gone,
    /// How the last push ended, as reported by the server.
    On(Option<String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum System {
    Android,
    /// Safari, and everything on iPhone and iPad.
    Apple,
    Firefox,
    Other,
}

impl System {
    pub fn of(user_agent: &str) -> System {
        let is = |name| user_agent.contains(name);
        match () {
            // iPads report themselves as Macintosh.
            () if is("iPhone") || is("iPad") || (is("Macintosh") && !is("Chrome") && !is("Firefox")) => {
                System::Apple
            }
            () if is("Firefox") => System::Firefox,
            () if is("Android") => System::Android,
            () => System::Other,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    Good,
    /// Unknown, unreliable, or could be better.
    Unsure,
    Bad,
}

impl State {
    pub fn words(self) -> &'static str {
        match self {
            State::Good => "Works",
            State::Unsure => "Could be better",
            State::Bad => "Does not work",
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            State::Good => "good",
            State::Unsure => "unsure",
            State::Bad => "bad",
        }
    }
}

/// What a click can fix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mend {
    Allow(FolderId),
    Install,
    KeepStorage,
    Notify,
    BeginPushes,
    EndPushes,
}

impl Mend {
    pub fn name(self) -> &'static str {
        match self {
            Mend::Allow(_) => "Allow access",
            Mend::Install => "Install Safelight",
            Mend::KeepStorage => "Keep the storage",
            Mend::Notify => "Allow notifications",
            Mend::BeginPushes => "Turn on",
            Mend::EndPushes => "Turn off",
        }
    }
}

/// One link of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    pub name: String,
    pub state: State,
    pub says: String,
    pub mend: Option<Mend>,
}

fn link(name: &str, state: State, says: impl Into<String>, mend: Option<Mend>) -> Link {
    Link { name: name.into(), state, says: says.into(), mend }
}

/// The whole chain. `time` formats a moment.
pub fn chain(view: &View, runs: &[Run], seen: &Seen, time: &impl Fn(Moment) -> String) -> Vec<Link> {
    let mut chain = vec![links::allowed(view)];
    chain.extend(view.folders.iter().map(links::folder));
    chain.extend([
        links::closed(view, seen),
        links::unless_off(view, links::copies(view, seen)),
        links::installed(seen),
        links::service_worker(seen),
        links::unless_off(view, links::waking(seen, last_by(runs, &[Wake::Left, Wake::Sync], time))),
        links::unless_off(view, links::now_and_then(seen, last_by(runs, &[Wake::PeriodicSync], time))),
        links::unless_off(view, links::pushes(seen, last_by(runs, &[Wake::Push], time))),
        links::large_files(seen, last_by(runs, &[Wake::Fetched], time)),
        links::notifications(seen),
        links::storage(seen),
        links::server(view),
    ]);
    chain.push(links::system(seen.system));
    chain
}

/// Why a test would be pointless.
pub fn hindrance(view: &View, waking: Option<Waking>) -> Option<&'static str> {
    let lasts = view.folders.iter().any(|folder| folder.lasting == Lasting::Lasting);
    match () {
        () if view.settings.paused => Some("The backup is paused: there is nothing to test."),
        () if !view.settings.background => Some("“Background backup” is off: there is nothing to test."),
        () if waking == Some(Waking::Never) => {
            Some("This browser cannot wake a closed app: there is nothing to test.")
        }
        () if !lasts => Some("There is no folder that Safelight can keep reading: there is nothing to test."),
        () => None,
    }
}

/// The result of the last test.
pub fn tested(runs: &[Run], time: &impl Fn(Moment) -> String) -> Option<String> {
    let last = runs.iter().find(|run| run.woken_by == Wake::Tested)?;
    Some(time_and_outcome(last, time))
}

fn last_by(runs: &[Run], kinds: &[Wake], time: &impl Fn(Moment) -> String) -> String {
    let last = runs.iter().find(|run| kinds.contains(&run.woken_by));
    last.map_or_else(String::new, |run| format!(" Last time: {}", time_and_outcome(run, time)))
}

fn time_and_outcome(run: &Run, time: &impl Fn(Moment) -> String) -> String {
    format!("{}. {}", time(run.began), history::outcome(run))
}

#[cfg(test)]
mod tests;
