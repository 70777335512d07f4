//! Rules hold work back, report it, and let it continue when they or the person allow it.

use safelight_engine::testing::World;
use safelight_engine::{
    Event, FileState, Gate, GateRules, Headline, Held, Intent, Moment, Power, QuietHours, RunEnd,
    Surroundings, VideosInBackground, Wake,
};

const AN_HOUR_MS: u64 = 3_600_000;
const MOBILE: Surroundings = Surroundings { metered: true, saves_data: false, power: None, ahead_of_utc: 0 };

#[test]
fn a_mobile_connection_holds_what_was_not_allowed_on_it() {
    let mut world = backed_up();
    world.tell(Event::SurroundingsChanged(MOBILE));
    world.disk().write("b.jpg", "photo", Moment(5));
    world.disk().write("c.mp4", "video", Moment(6));
    world.look();
    world.settle();
    assert_eq!(world.view().headline, Headline::Waiting);
    assert_eq!(world.view().held, [Held { gate: Gate::Metered, photos: 1, videos: 1 }]);
    assert_eq!(last_end(&world), Some(RunEnd::Held(Gate::Metered)));

    set(&mut world, GateRules { metered_photos: true, ..GateRules::default() });
    world.settle();
    assert!(world.server.holds("photo") && !world.server.holds("video"));
    assert_eq!(world.view().held, [Held { gate: Gate::Metered, photos: 0, videos: 1 }]);

    world.tell(Event::SurroundingsChanged(Surroundings::default()));
    world.settle();
    assert!(world.server.holds("video"));
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn files_that_the_server_already_has_are_found_behind_a_closed_gate() {
    let mut world = backed_up();
    world.tell(Event::SurroundingsChanged(MOBILE));
    world.disk().write("again.jpg", "one", Moment(5));
    world.look();
    world.settle();
    assert!(matches!(world.state("again.jpg"), Some(FileState::Protected { .. })));
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn nothing_is_read_or_sent_before_the_state_of_the_device_is_known() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let saved = world.store.load();
    world.tell(Event::Started(Box::new(saved)));
    world.settle();
    assert!(world.log.hashed.is_empty() && world.log.uploads.is_empty());
    world.tell(Event::SurroundingsChanged(MOBILE));
    world.settle();
    assert_eq!(world.view().held, [Held { gate: Gate::Metered, photos: 1, videos: 0 }]);
}

#[test]
fn back_up_anyway_passes_the_gates_once() {
    let mut world = on_mobile_data();
    world.ask(Intent::BackUpAnyway);
    world.settle();
    assert!(world.server.holds("photo"));
    world.disk().write("c.jpg", "later", Moment(6));
    world.look();
    world.settle();
    assert!(!world.server.holds("later"), "it was for that once");
}

#[test]
fn back_up_anyway_lasts_until_a_failed_file_was_retried() {
    let mut world = on_mobile_data();
    world.server.says(500);
    world.ask(Intent::BackUpAnyway);
    world.settle();
    assert!(!world.server.holds("photo"));
    world.pass(60_000);
    assert!(world.server.holds("photo"));
}

#[test]
fn back_up_anyway_passes_all_the_gates_that_are_closed() {
    let mut world = backed_up();
    set(&mut world, GateRules { quiet_hours: Some(QuietHours { from: 0, to: 0 }), ..GateRules::default() });
    world.tell(Event::SurroundingsChanged(MOBILE));
    world.disk().write("b.jpg", "photo", Moment(5));
    world.look();
    world.settle();
    world.ask(Intent::BackUpAnyway);
    world.settle();
    assert!(world.server.holds("photo"));
    assert!(world.view().held.is_empty());
}

#[test]
fn a_file_that_never_stops_changing_does_not_keep_the_gates_open() {
    let mut world = on_mobile_data();
    let now = world.now;
    world.disk().write("recorded.mp4", "more and more", now);
    world.look();
    world.settle();
    world.ask(Intent::BackUpAnyway);
    world.settle();
    assert!(world.server.holds("photo"));
    world.disk().write("c.jpg", "later", Moment(6));
    world.look();
    world.settle();
    assert!(!world.server.holds("later"));
}

#[test]
fn files_that_the_browser_sends_are_not_held_by_gates() {
    let film = "f".repeat(17 << 20);
    let mut world = backed_up();
    world.tell(Event::SurroundingsChanged(MOBILE));
    world.disk().write("film.mp4", &film, Moment(5));
    world.look();
    world.settle();
    assert_eq!(world.view().held.len(), 1);
    let file = world.id("film.mp4").unwrap();
    world.tell(Event::FetchingChanged(vec![file]));
    world.settle();
    assert!(world.view().held.is_empty());
    assert_eq!((world.view().fetching, world.view().deferred), (1, 0));
}

#[test]
fn uploads_in_progress_are_stopped_when_a_gate_closes() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    while world.log.uploads.is_empty() && world.step_effect() || world.step() && world.log.uploads.is_empty()
    {
    }
    world.tell(Event::SurroundingsChanged(MOBILE));
    let active = world.view().active;
    assert!(active.is_empty(), "{active:?}");
    world.settle();
    assert_eq!(world.view().headline, Headline::Waiting);
    world.tell(Event::SurroundingsChanged(Surroundings::default()));
    world.settle();
    assert_eq!(world.view().tally.protected, 2);
}

#[test]
fn data_saver_and_battery_are_separate_gates() {
    let low = Power { charging: false, percent: 20 };
    let full = Power { charging: false, percent: 100 };
    let around = |power| Surroundings { power: Some(power), ..Surroundings::default() };
    let saving = Surroundings { saves_data: true, ..Surroundings::default() };
    let charging = GateRules { only_charging: true, ..GateRules::default() };
    let floor = GateRules { battery_floor: Some(30), ..GateRules::default() };
    let table = [
        (GateRules::default(), saving, Gate::SavesData),
        (charging, around(full), Gate::NotCharging),
        (floor, around(low), Gate::BatteryLow),
        (floor, Surroundings::default(), Gate::PowerUnknown),
    ];
    for (rules, around, gate) in table {
        let mut world = backed_up();
        set(&mut world, rules);
        world.tell(Event::SurroundingsChanged(around));
        world.disk().write("b.jpg", "photo", Moment(5));
        world.look();
        world.settle();
        assert_eq!(world.view().held, [Held { gate, photos: 1, videos: 0 }]);
        assert_eq!(world.view().headline, Headline::Waiting, "{gate:?}");
        let plugged = Power { charging: true, percent: 20 };
        world.tell(Event::SurroundingsChanged(Surroundings {
            power: Some(plugged),
            ..Surroundings::default()
        }));
        world.settle();
        assert!(world.server.holds("photo"), "{gate:?}");
    }
}

#[test]
fn quiet_hours_end_by_themselves() {
    let mut world = backed_up();
    let minute = u16::try_from(world.now.0 / 60_000 % 1440).unwrap();
    let quiet = QuietHours { from: minute, to: (minute + 90) % 1440 };
    set(&mut world, GateRules { quiet_hours: Some(quiet), ..GateRules::default() });
    world.disk().write("b.jpg", "photo", Moment(5));
    world.look();
    world.pass(AN_HOUR_MS);
    assert!(matches!(world.view().held[..], [Held { gate: Gate::QuietHours { .. }, photos: 1, .. }]));
    assert!(!world.server.holds("photo"));
    world.pass(AN_HOUR_MS);
    assert!(world.server.holds("photo"));
}

#[test]
fn videos_wait_for_a_page_if_the_person_or_the_server_requires_it() {
    let table = [
        (VideosInBackground::Never, true, false),
        (VideosInBackground::WhereResumable, true, true),
        (VideosInBackground::WhereResumable, false, false),
        (VideosInBackground::Always, false, true),
    ];
    for (videos_in_background, verifies, goes) in table {
        let mut world = World::unpaired(&[("a.jpg", "one")]);
        world.server.paired = true;
        world.server.verifies = verifies;
        world.start();
        world.settle();
        set(&mut world, GateRules { videos_in_background, ..GateRules::default() });
        world.settle();
        world.disk().write("film.mp4", "film", Moment(5));
        world.disk().write("photo.jpg", "photo", Moment(5));
        world.wake(Wake::Sync, 150_000);
        world.settle();
        assert!(world.server.holds("photo"));
        assert_eq!(world.server.holds("film"), goes, "{videos_in_background:?}, {verifies}");
        if !goes {
            assert_eq!(last_end(&world), Some(RunEnd::Held(Gate::NoPage)));
            assert!(!world.engine.report().work, "only a page sends it");
            world.reboot();
            while world.step() && world.view().deferred == 0 {}
            assert_eq!(world.view().deferred, 1);
            world.settle();
            assert!(world.server.holds("film"), "a page is open again");
        }
    }
}

#[test]
fn the_battery_is_remembered_for_a_while_without_a_page() {
    let plugged =
        Surroundings { power: Some(Power { charging: true, percent: 50 }), ..Surroundings::default() };
    for (later_ms, goes) in [(60_000, true), (AN_HOUR_MS, false)] {
        let mut world = backed_up();
        set(&mut world, GateRules { only_charging: true, ..GateRules::default() });
        world.tell(Event::SurroundingsChanged(plugged));
        world.settle();
        world.disk().write("b.jpg", "photo", Moment(5));
        world.now = world.now + later_ms;
        world.wake(Wake::Sync, 150_000);
        world.tell(Event::SurroundingsChanged(Surroundings::default()));
        world.settle();
        assert_eq!(world.server.holds("photo"), goes, "after {later_ms} ms");
    }
}

/// A photo waits for another connection.
fn on_mobile_data() -> World {
    let mut world = backed_up();
    world.tell(Event::SurroundingsChanged(MOBILE));
    world.disk().write("b.jpg", "photo", Moment(5));
    world.look();
    world.settle();
    world
}

fn backed_up() -> World {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world
}

fn set(world: &mut World, rules: GateRules) {
    world.ask(Intent::SetGates(rules));
}

fn last_end(world: &World) -> Option<RunEnd> {
    world.store.runs.values().last()?.ended.map(|ended| ended.because)
}
