//! Whether Safelight may be closed, and what happens to the remaining files if it is.

use engine::{Headline, View};

use super::background::GoesOn;
use super::numbers::{duration, files, plural};

/// Longer than anybody watches a screen.
const LONG_SECONDS: u64 = 20 * 60;
/// What a good home line (50 Mbit/s) uploads in about that time. Used until the real speed is known.
const LARGE_BYTES: u64 = 8_000_000_000;

/// `None` if closing loses nothing.
pub fn closing(view: &View, goes_on: GoesOn) -> Option<String> {
    let remaining = view.tally.remaining;
    match view.headline {
        Headline::Empty => None,
        Headline::Unpaired if view.folders.is_empty() => None,
        Headline::Unpaired => {
            Some("Nothing is uploaded, open or closed, until this browser is paired again.".into())
        }
        _ if view.fetching > 0 && view.fetching >= remaining => {
            Some("You can close Safelight: the browser itself sends the rest.".into())
        }
        Headline::Done => Some("You can close Safelight: nothing is left to send.".into()),
        Headline::Scanning if remaining == 0 => Some(
            "Safelight does not know yet whether anything is left to send: it is still scanning your folders."
                .into(),
        ),
        Headline::Scanning | Headline::BackingUp => Some(open_is_better(view, goes_on)),
        Headline::Waiting | Headline::Paused | Headline::NeedsYou | Headline::Offline if remaining > 0 => {
            let verb = if remaining == 1 { "is" } else { "are" };
            let then = at_rest(view, goes_on);
            Some(format!("{} {verb} not on your server yet. {then}", files(remaining)))
        }
        Headline::NeedsYou => Some(
            "You can close Safelight: nothing is being sent. It needs something from you first.".into(),
        ),
        Headline::Waiting | Headline::Paused | Headline::Offline => {
            Some("You can close Safelight: nothing that it knows of is left to send.".into())
        }
    }
}

/// The text while a backup is running.
fn open_is_better(view: &View, goes_on: GoesOn) -> String {
    let deferred = deferred(view);
    let then = match goes_on {
        GoesOn::Everything => {
            return format!(
                "Safelight is fastest while it is open. If you close it, the browser may continue in the \
                 background, and nothing is lost.{deferred}"
            );
        }
        GoesOn::Copies(copies) => {
            format!(
                "the browser may still send {}; the rest continues when you open it again",
                copied(copies)
            )
        }
        GoesOn::NotSeen => {
            "nothing is lost, but it is not known yet whether this browser continues the backup".to_owned()
        }
        GoesOn::Nothing => "nothing is lost, and the rest continues when you open it again".to_owned(),
    };
    format!("Keep Safelight open until this is done. If you close it, {then}.{deferred}")
}

/// The text while the backup waits for something or somebody.
fn at_rest(view: &View, goes_on: GoesOn) -> String {
    let then = match goes_on {
        GoesOn::Everything if view.headline != Headline::NeedsYou => {
            "If you close Safelight, the browser may continue in the background.".to_owned()
        }
        GoesOn::NotSeen if view.headline != Headline::NeedsYou => {
            "It is not known yet whether this browser continues the backup after you close Safelight."
                .to_owned()
        }
        GoesOn::Copies(copies) => {
            format!(
                "If you close Safelight, the browser may send {}; the rest waits for you.",
                copied(copies)
            )
        }
        GoesOn::Everything | GoesOn::NotSeen | GoesOn::Nothing => {
            return "Nothing is sent while Safelight is closed.".to_owned();
        }
    };
    then + &deferred(view)
}

/// The files that can be uploaded although their folder cannot be read.
fn copied(copies: u64) -> String {
    let its = if copies == 1 { "its copy" } else { "its copies" };
    format!("{its} of {}", files(copies))
}

/// The videos that the background leaves for the next open page.
fn deferred(view: &View) -> String {
    match view.deferred {
        0 => String::new(),
        videos => {
            let wait = plural(videos, "video waits", "videos wait");
            format!(" {wait} for the next time you open Safelight.")
        }
    }
}

/// Offers to keep the screen on if the backup will take long and the setting is off.
pub fn offer_to_stay_awake(view: &View) -> Option<String> {
    let long = view.seconds_left.filter(|seconds| *seconds >= LONG_SECONDS);
    let is_long = long.is_some() || view.tally.remaining_bytes >= LARGE_BYTES;
    let wanted = is_long && view.headline == Headline::BackingUp && !view.settings.keep_awake;
    wanted.then(|| {
        let time = long.map_or_else(|| "a while".into(), duration);
        format!("This takes {time}. If the computer goes to sleep, the backup stops.")
    })
}

#[cfg(test)]
mod tests {
    use engine::testing::{PICTURES, World};
    use engine::{GateRules, Intent, VideosInBackground};

    use super::*;

    fn said(world: &World) -> String {
        closing(&world.view(), GoesOn::Nothing).unwrap_or_default()
    }

    #[test]
    fn the_effect_of_closing_is_stated_at_every_moment() {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
        let mut heard = Vec::new();
        while world.step() {
            heard.push(said(&world));
        }
        heard.dedup();
        let starts: Vec<&str> = heard.iter().filter_map(|said| said.split([':', ' ']).next()).collect();
        assert_eq!(starts, ["Safelight", "Keep", "You"], "{heard:?}");

        world.server.says(500);
        world.disk().write("c.jpg", "three", engine::Moment(1));
        world.look();
        world.settle();
        assert_eq!(
            said(&world),
            "1 file is not on your server yet. Nothing is sent while Safelight is closed."
        );
        let goes_on = closing(&world.view(), GoesOn::Everything).unwrap_or_default();
        assert!(goes_on.ends_with("the browser may continue in the background."), "{goes_on}");
        let not_seen = closing(&world.view(), GoesOn::NotSeen).unwrap_or_default();
        assert!(not_seen.ends_with("after you close Safelight."), "{not_seen}");
        let some = closing(&world.view(), GoesOn::Copies(1)).unwrap_or_default();
        assert!(some.ends_with("may send its copy of 1 file; the rest waits for you."), "{some}");
        world.ask(Intent::Pause);
        assert!(said(&world).starts_with("1 file is not on"));
        let file = world.id("c.jpg").expect("a row");
        world.tell(engine::Event::FetchingChanged(vec![file]));
        assert_eq!(said(&world), "You can close Safelight: the browser itself sends the rest.");
        world.tell(engine::Event::FetchingChanged(Vec::new()));
        world.ask(Intent::RemoveFolder(PICTURES));
        assert_eq!(said(&world), "");
    }

    #[test]
    fn videos_that_the_background_leaves_are_mentioned() {
        let mut world = World::with(&[("a.mp4", "one")]);
        let videos_in_background = VideosInBackground::Never;
        world.ask(Intent::SetGates(GateRules { videos_in_background, ..GateRules::default() }));
        while world.view().headline != Headline::BackingUp && world.step() {}
        let said = closing(&world.view(), GoesOn::Everything).unwrap_or_default();
        assert!(said.ends_with("1 video waits for the next time you open Safelight."), "{said}");
    }

    #[test]
    fn nothing_left_to_send_is_stated_too() {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        assert_eq!(said(&world), "You can close Safelight: nothing is left to send.");
        world.ask(Intent::Pause);
        assert!(said(&world).contains("nothing that it knows of"));
        world.ask(Intent::Resume);
        let barred = engine::Access::Barred(engine::Barrier::NeedsPermission);
        world.tell(engine::Event::Folder(PICTURES, engine::FolderEvent::AccessChanged(barred)));
        world.settle();
        assert!(said(&world).contains("It needs something from you first"), "{}", said(&world));
        world.server.paired = false;
        world.look();
        world.settle();
        assert!(said(&world).contains("paired again"), "{}", said(&world));
        // Files already known to remain are mentioned while the scan continues.
        let mut scanning = world.view();
        (scanning.headline, scanning.tally.remaining) = (Headline::Scanning, 3);
        assert!(
            closing(&scanning, GoesOn::Nothing).is_some_and(|said| said.starts_with("Keep Safelight open"))
        );
    }

    #[test]
    fn staying_awake_is_offered_when_it_helps() {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        let view = |seconds_left, keep_awake, headline| {
            let mut view = world.view();
            (view.seconds_left, view.settings.keep_awake, view.headline) =
                (seconds_left, keep_awake, headline);
            view
        };
        let long = Some(2 * 3_600);
        let offer = "This takes about 2 hours. If the computer goes to sleep, the backup stops.";
        assert_eq!(offer_to_stay_awake(&view(long, false, Headline::BackingUp)).as_deref(), Some(offer));
        let mut large = view(None, false, Headline::BackingUp);
        large.tally.remaining_bytes = LARGE_BYTES;
        let offered = offer_to_stay_awake(&large).unwrap_or_default();
        assert!(offered.starts_with("This takes a while."), "{offered}");
        for none in [
            view(long, true, Headline::BackingUp),
            view(long, false, Headline::Offline),
            view(Some(60), false, Headline::BackingUp),
            view(None, false, Headline::BackingUp),
        ] {
            assert_eq!(offer_to_stay_awake(&none), None);
        }
    }
}
