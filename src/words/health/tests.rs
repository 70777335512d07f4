//! Every link in every state.

use engine::testing::World;
use engine::{Access, Barrier, Ended, Event, FolderEvent, Halt, Lasting, Readable, RunEnd};

use super::*;

fn well() -> Seen {
    Seen {
        can_leave: true,
        is_app: true,
        can_install: false,
        is_storage_kept: Some(true),
        has_service_worker: true,
        version: Some("0a1b2c3d4e".into()),
        new_version_waits: false,
        notifications: Notifications::Allowed,
        waking: Some(Waking::NowAndThen),
        pushes: Pushes::On(Some("taken".into())),
        system: System::Other,
    }
}

/// Woken without a page, it could read everything.
fn view() -> View {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let mut view = world.view();
    view.folders[0].closed_access = Some(Readable::Yes);
    view
}

/// It was never woken.
fn fresh() -> View {
    let mut view = view();
    view.folders[0].closed_access = None;
    view
}

/// It was woken, but could not read the folder.
fn barred() -> View {
    let mut view = view();
    view.folders[0].closed_access = Some(Readable::No);
    view
}

fn run(woken_by: Wake, because: RunEnd) -> Run {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let run = world.store.runs.values().last().cloned().expect("a run");
    Run { woken_by, ended: Some(Ended { at: Moment(9), because }), ..run }
}

fn of(name: &str, view: &View, runs: &[Run], seen: &Seen) -> (State, String, Option<Mend>) {
    let chain = chain(view, runs, seen, &|_| "today".into());
    let link = chain.into_iter().find(|link| link.name == name).expect(name);
    (link.state, link.says, link.mend)
}

#[test]
fn a_chain_that_worked_the_last_time_is_called_good() {
    let runs = [Wake::Sync, Wake::PeriodicSync, Wake::Push].map(|wake| run(wake, RunEnd::Finished));
    let chain = chain(&view(), &runs, &well(), &|_| "today".into());
    let others: Vec<_> =
        chain.iter().filter(|link| link.state != State::Good).map(|link| &*link.name).collect();
    assert_eq!(others, ["This computer"]);
    let told = |name| of(name, &view(), &runs, &well()).1;
    for name in ["Woken for remaining files", "Woken for new files", "Woken by your server"] {
        assert!(told(name).ends_with("Last time: today. 1 file sent (3 B)."), "{}", told(name));
    }
}

#[test]
fn every_weak_link_says_how_to_fix_it() {
    let tab = Seen { is_app: false, can_install: true, ..well() };
    type Case<'a> = (&'a str, Seen, State, &'a str, Option<Mend>);
    let table: Vec<Case> = vec![
        ("Installed as an app", tab.clone(), State::Unsure, "not installed", Some(Mend::Install)),
        ("Installed as an app", Seen { can_install: false, ..tab.clone() }, State::Unsure, "menu", None),
        ("Service worker", Seen { has_service_worker: false, ..well() }, State::Bad, "Reload", None),
        ("Service worker", Seen { new_version_waits: true, ..well() }, State::Unsure, "newer", None),
        (
            "Woken for remaining files",
            Seen { waking: Some(Waking::Never), ..well() },
            State::Bad,
            "Chrome",
            None,
        ),
        ("Woken for remaining files", Seen { waking: None, ..well() }, State::Unsure, "Asking", None),
        ("Woken for new files", Seen { waking: None, ..well() }, State::Unsure, "Asking", None),
        (
            "Woken for new files",
            Seen { waking: Some(Waking::ForWhatIsLeft), ..tab.clone() },
            State::Unsure,
            "installed",
            None,
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::Off, ..well() },
            State::Unsure,
            "a day",
            Some(Mend::BeginPushes),
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::Missing, ..well() },
            State::Unsure,
            "does not support pushes",
            None,
        ),
        ("Woken by your server", Seen { pushes: Pushes::Unknown, ..well() }, State::Unsure, "Asking", None),
        (
            "Woken by your server",
            Seen { pushes: Pushes::On(Some("refused with 403".into())), ..well() },
            State::Bad,
            "refused with 403",
            Some(Mend::BeginPushes),
        ),
        (
            "Notifications",
            Seen { notifications: Notifications::Refused, ..well() },
            State::Unsure,
            "settings",
            None,
        ),
        (
            "Notifications",
            Seen { notifications: Notifications::NotAsked, ..well() },
            State::Unsure,
            "cannot wake",
            Some(Mend::Notify),
        ),
        (
            "Notifications",
            Seen { notifications: Notifications::Missing, ..well() },
            State::Unsure,
            "not support",
            None,
        ),
        (
            "Browser storage",
            Seen { is_storage_kept: Some(false), ..well() },
            State::Unsure,
            "No photo is lost",
            Some(Mend::KeepStorage),
        ),
        (
            "Browser storage",
            Seen { is_storage_kept: None, ..well() },
            State::Unsure,
            "No photo is lost",
            None,
        ),
        (
            "Android's battery saver",
            Seen { system: System::Android, ..well() },
            State::Unsure,
            "Samsung",
            None,
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::NoAnswer, ..well() },
            State::Unsure,
            "did not say",
            None,
        ),
        (
            "Large files, finished by the browser",
            Seen { can_leave: false, ..well() },
            State::Unsure,
            "by itself",
            None,
        ),
        ("Safari, iPhone and iPad", Seen { system: System::Apple, ..well() }, State::Bad, "by hand", None),
        (
            "Woken for remaining files",
            Seen { waking: Some(Waking::Forbidden), ..well() },
            State::Bad,
            "blocked",
            None,
        ),
        (
            "Woken for remaining files",
            Seen { has_service_worker: false, ..well() },
            State::Bad,
            "no service worker",
            None,
        ),
        (
            "Woken for new files",
            Seen { waking: Some(Waking::ForWhatIsLeft), system: System::Android, ..well() },
            State::Unsure,
            "Android",
            None,
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::On(None), ..well() },
            State::Unsure,
            "No push has been sent yet",
            Some(Mend::EndPushes),
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::On(Some("not now".into())), ..well() },
            State::Unsure,
            "could not reach",
            Some(Mend::EndPushes),
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::Gone, ..well() },
            State::Bad,
            "Turn it on again",
            Some(Mend::BeginPushes),
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::Off, waking: Some(Waking::Never), ..well() },
            State::Unsure,
            "no folders",
            None,
        ),
        (
            "Woken by your server",
            Seen { pushes: Pushes::On(None), waking: Some(Waking::Never), ..well() },
            State::Unsure,
            "no folders",
            Some(Mend::EndPushes),
        ),
        ("Service worker", Seen { version: None, ..well() }, State::Good, "It is in place.", None),
        ("Firefox", Seen { system: System::Firefox, ..well() }, State::Bad, "Chrome", None),
    ];
    for (name, seen, state, words, mend) in table {
        let found = of(name, &view(), &[], &seen);
        assert_eq!((found.0, found.2), (state, mend), "{name}: {}", found.1);
        assert!(found.1.contains(words), "{name}: {}", found.1);
    }
}

#[test]
fn nothing_unseen_or_switched_off_is_called_good() {
    const CLOSED: &str = "Folders while Safelight is closed";
    let tab = Seen { is_app: false, can_install: true, ..well() };
    assert!(of(CLOSED, &fresh(), &[], &well()).1.contains("test it"));
    assert_eq!(of(CLOSED, &fresh(), &[], &tab).2, Some(Mend::Install));
    assert_eq!(of("“Pictures”", &fresh(), &[], &well()).0, State::Unsure);

    let set = |change: fn(&mut engine::Settings)| {
        let mut view = view();
        change(&mut view.settings);
        view
    };
    let off = set(|settings| settings.background = false);
    let paused = set(|settings| settings.paused = true);
    for (view, words) in [(off, "switched off"), (paused, "paused")] {
        let (state, says, _) = of("Switched on", &view, &[], &well());
        assert!(state == State::Bad && says.contains(words), "{says}");
        for name in ["Woken for remaining files", "Woken for new files", "Woken by your server"] {
            assert_eq!(of(name, &view, &[], &well()).0, State::Unsure, "{name}");
        }
    }
    let charging = set(|settings| settings.gates.only_charging = true);
    assert_eq!(of("Switched on", &charging, &[], &well()).0, State::Unsure);
    let floor = set(|settings| settings.gates.battery_floor = Some(30));
    assert_eq!(of("Switched on", &floor, &[], &well()).0, State::Unsure);
    let asking = View { answered: false, ..view() };
    assert_eq!(of("Your server", &asking, &[], &well()).0, State::Unsure);
}

#[test]
fn each_folder_is_described_with_and_without_a_page_and_with_its_fix() {
    const CLOSED: &str = "Folders while Safelight is closed";
    let tab = Seen { is_app: false, can_install: true, ..well() };
    assert_eq!(of("“Pictures”", &view(), &[], &well()).0, State::Good);
    let (state, says, _) = of("“Pictures”", &barred(), &[], &well());
    assert!(state == State::Unsure && says.ends_with("not while it is closed."), "{says}");
    let (state, says, mend) = of(CLOSED, &barred(), &[], &tab);
    assert!(says.contains("install Safelight"), "{says}");
    assert_eq!((state, mend), (State::Bad, Some(Mend::Install)));
    let (state, says, mend) = of(CLOSED, &barred(), &[], &well());
    assert!(says.contains("every visit"), "{says}");
    assert_eq!((state, mend), (State::Bad, None));
    let android = Seen { system: System::Android, ..tab };
    for view in [fresh(), barred()] {
        let (state, says, mend) = of(CLOSED, &view, &[], &android);
        assert!(says.contains("copies"), "{says}");
        assert_eq!((state, mend), (State::Unsure, None));
    }
    for (lasting, words) in [(Lasting::Once, "added once"), (Lasting::Inbox, "at any time")] {
        let mut view = view();
        view.folders[0].lasting = lasting;
        assert!(of("“Pictures”", &view, &[], &well()).1.contains(words));
    }
}

#[test]
fn a_pointless_test_is_not_offered() {
    assert_eq!(hindrance(&view(), None), None);
    assert!(hindrance(&view(), Some(Waking::Never)).is_some());
    let with = |change: fn(&mut View)| {
        let mut view = view();
        change(&mut view);
        hindrance(&view, None).unwrap_or_default()
    };
    assert!(with(|view| view.settings.paused = true).contains("paused"));
    assert!(with(|view| view.settings.background = false).contains("off"));
    assert!(with(|view| view.folders[0].lasting = Lasting::Once).contains("no folder"));
}

#[test]
fn the_state_of_copies_is_described() {
    const COPIES: &str = "Copies for the background";
    let with = |change: fn(&mut View)| {
        let mut view = fresh();
        change(&mut view);
        of(COPIES, &view, &[], &well())
    };
    assert!(of(COPIES, &view(), &[], &well()).1.contains("Not needed"));
    assert_eq!(with(|view| view.settings.copies_limit = None).0, State::Unsure);
    assert!(
        with(|view| (view.copies.files, view.copies.bytes) = (2, 5_000_000)).1.contains("2 files (5.0 MB)")
    );
    assert_eq!(with(|view| view.copies.is_full = true).0, State::Unsure);
    assert!(with(|_| {}).1.contains("No waiting file"));
    assert_eq!(with(|view| view.tally.remaining = 3).0, State::Unsure);
    let never = Seen { waking: Some(Waking::Never), ..well() };
    let mut some = fresh();
    some.copies.files = 2;
    assert!(of(COPIES, &some, &[], &never).1.contains("when you open"));
    some.settings.paused = true;
    assert!(of(COPIES, &some, &[], &well()).1.contains("No effect"));
}

#[test]
fn every_problem_with_the_server_and_the_folders_is_described() {
    let halts = [
        Halt::Offline,
        Halt::SignedOut,
        Halt::Forbidden,
        Halt::Busy,
        Halt::ServerError(500),
        Halt::NotUnderstood,
        Halt::DiskFull,
        Halt::QuotaFull,
        Halt::SignInInFront,
    ];
    let said = |halt| of("Your server", &View { halt, ..view() }, &[], &well()).1;
    let all: std::collections::BTreeSet<String> = halts.into_iter().map(|halt| said(Some(halt))).collect();
    assert_eq!(all.len(), halts.len());

    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    for (barrier, words, mends) in
        [(Barrier::NeedsPermission, "permission", true), (Barrier::Unreachable, "plugged in", false)]
    {
        let access = Access::Barred(barrier);
        world.tell(Event::Folder(engine::testing::PICTURES, FolderEvent::AccessChanged(access)));
        let (state, says, mend) = of("“Pictures”", &world.view(), &[], &well());
        assert!(says.contains(words), "{says}");
        assert_eq!((state, mend.is_some()), (State::Bad, mends));
    }
}

#[test]
fn systems_are_recognised_by_their_user_agent() {
    let table = [
        ("Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/140.0 Mobile", System::Android),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/140.0", System::Apple),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 Version/26.0 Safari/605.1.15",
            System::Apple,
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0 Safari/537.36",
            System::Other,
        ),
        ("Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", System::Firefox),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0", System::Other),
    ];
    for (user_agent, system) in table {
        assert_eq!(System::of(user_agent), system);
    }
}
