//! What the person can expect of the background. It states only what this browser reported and what really happened.

use engine::{Lasting, Readable, Run, RunEnd, View};

use crate::words::history;

/// What the browser reported about waking Safelight while it is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waking {
    /// Not supported.
    Never,
    /// Supported, but forbidden by the person or by a private window.
    Forbidden,
    /// Once, for the files that remain when Safelight is closed.
    ForWhatIsLeft,
    /// Also from time to time, to look for new files.
    NowAndThen,
}

/// The newest run that started without a page.
pub fn last_of(runs: &[Run]) -> Option<&Run> {
    runs.iter().find(|run| run.woken_by.is_background())
}

/// The text below the switch. `time` formats a moment.
pub fn outlook(waking: Waking, last: Option<&Run>, time: impl Fn(engine::Moment) -> String) -> String {
    match (waking, last) {
        (Waking::Never, _) => {
            "This browser cannot wake a closed app. Keep Safelight open, or use Chrome or Edge."
                .into()
        }
        (Waking::Forbidden, _) => {
            "The browser may not wake Safelight: background sync is blocked in this site's settings, to the left of \
             the address."
                .into()
        }
        (_, Some(run)) if is_barred(run) => format!(
            "The browser last woke Safelight on {}, but did not let it read all your folders without an open page. Install \
             Safelight as an app, open it there, and allow your folders on every visit.",
            time(run.began)
        ),
        (_, Some(run)) => format!("Last time: {}. {}", time(run.began), history::outcome(run)),
        (Waking::ForWhatIsLeft, None) => {
            "The browser has not woken Safelight yet. If you install it as an app (from the browser's menu), it \
             keeps access to your folders while it is closed, and looks for new files."
                .into()
        }
        (Waking::NowAndThen, None) => {
            "The browser has not woken Safelight yet. It decides when to look for new files: about twice a day."
                .into()
        }
    }
}

/// What may continue without help once Safelight is closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesOn {
    Nothing,
    /// This many files, because they have copies.
    Copies(u64),
    /// It has not happened here yet.
    NotSeen,
    Everything,
}

/// `Everything` only if it is allowed and worked the last time.
pub fn goes_on(view: &View, waking: Option<Waking>, last: Option<&Run>) -> GoesOn {
    let allowed = view.settings.background && !view.settings.paused;
    let woken = matches!(waking, Some(Waking::ForWhatIsLeft | Waking::NowAndThen));
    match (read_closed(view), view.copies.files) {
        _ if !allowed || !woken => GoesOn::Nothing,
        (Some(true), _) if last.is_some_and(worked) => GoesOn::Everything,
        (Some(true) | None, 0) => GoesOn::NotSeen,
        (Some(false), 0) => GoesOn::Nothing,
        (_, files) => GoesOn::Copies(files),
    }
}

/// Whether every lasting folder could be read while Safelight was closed. `None` while that is unknown.
pub fn read_closed(view: &View) -> Option<bool> {
    let theirs = view.folders.iter().filter(|folder| folder.lasting == Lasting::Lasting);
    let seen: Vec<_> = theirs.map(|folder| folder.closed_access).collect();
    if seen.contains(&Some(Readable::No)) {
        Some(false)
    } else {
        (!seen.is_empty() && !seen.contains(&None)).then_some(true)
    }
}

fn worked(run: &Run) -> bool {
    let well = |end| matches!(end, RunEnd::Finished | RunEnd::TimeUp | RunEnd::Held(_));
    !is_barred(run) && (!run.was_idle() || run.ended.is_some_and(|ended| well(ended.because)))
}

fn is_barred(run: &Run) -> bool {
    run.ended.is_some_and(|ended| ended.because == RunEnd::Barred)
}

#[cfg(test)]
mod tests {
    use engine::testing::World;
    use engine::{Access, Barrier, Intent, Wake};

    use super::*;

    fn runs(world: &World) -> Vec<Run> {
        world.store.runs.values().rev().cloned().collect()
    }

    fn said(world: &World, waking: Waking) -> String {
        outlook(waking, last_of(&runs(world)), |_| "today".into())
    }

    #[test]
    fn the_outlook_states_only_what_is_known() {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        assert!(said(&world, Waking::Never).starts_with("This browser cannot"));
        assert!(
            said(&world, Waking::ForWhatIsLeft).ends_with("while it is closed, and looks for new files.")
        );
        assert!(said(&world, Waking::NowAndThen).ends_with("about twice a day."));
        assert!(said(&world, Waking::Forbidden).contains("blocked"));
        assert_eq!(goes_on(&world.view(), Some(Waking::NowAndThen), None), GoesOn::NotSeen);
        assert_eq!(goes_on(&world.view(), Some(Waking::Forbidden), None), GoesOn::Nothing);
        assert!(
            GoesOn::Everything != goes_on(&world.view(), Some(Waking::NowAndThen), None),
            "nothing is promised that never happened"
        );

        world.disk().write("b.jpg", "two", engine::Moment(5));
        world.wake(Wake::PeriodicSync, 150_000);
        world.settle();
        assert_eq!(said(&world, Waking::NowAndThen), "Last time: today. 1 file sent (3 B).");
        assert!(
            GoesOn::Everything == goes_on(&world.view(), Some(Waking::NowAndThen), last_of(&runs(&world)))
        );
        assert!(GoesOn::Everything != goes_on(&world.view(), Some(Waking::Never), last_of(&runs(&world))));
        assert!(
            GoesOn::Everything != goes_on(&world.view(), None, last_of(&runs(&world))),
            "the browser has not said yet"
        );

        world.now = world.now + 1_000;
        world.disk().access = Access::Barred(Barrier::NeedsPermission);
        world.wake(Wake::Sync, 150_000);
        world.settle();
        assert!(said(&world, Waking::NowAndThen).contains("did not let it read all your folders"));
        assert!(
            GoesOn::Everything != goes_on(&world.view(), Some(Waking::NowAndThen), last_of(&runs(&world)))
        );
    }

    #[test]
    fn a_wake_up_without_a_server_promises_nothing() {
        let mut world = World::with(&[]);
        world.settle();
        world.disk().write("a.jpg", "one", engine::Moment(5));
        let later = world.now + 3_600_000;
        world.server.offline_until(later);
        world.wake(Wake::Sync, 150_000);
        world.settle();
        assert!(
            GoesOn::Everything != goes_on(&world.view(), Some(Waking::NowAndThen), last_of(&runs(&world)))
        );
    }

    #[test]
    fn a_paused_or_disabled_backup_does_not_continue_in_the_background() {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.wake(Wake::Sync, 150_000);
        world.settle();
        let last = runs(&world);
        world.reboot();
        let goes_on = |world: &World| {
            GoesOn::Everything == goes_on(&world.view(), Some(Waking::NowAndThen), last_of(&last))
        };
        assert!(goes_on(&world));
        world.ask(Intent::Pause);
        assert!(!goes_on(&world));
        world.ask(Intent::Resume);
        world.ask(Intent::SetBackground(false));
        assert!(!goes_on(&world));
    }
}
