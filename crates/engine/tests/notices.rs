//! What the person is notified of, and how often.

use safelight_engine::testing::World;
use safelight_engine::{Access, Barrier, Moment, Needs, Notice, Wake};

const BARRED: Access = Access::Barred(Barrier::NeedsPermission);
const SHIFT_MS: u64 = 150_000;
const A_DAY_MS: u64 = 24 * 60 * 60_000;

#[test]
fn the_first_complete_backup_is_notified_once_and_a_lost_sign_in_when_it_happens() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    assert_eq!(world.notices, [Notice::FirstBackupDone]);
    world.look();
    world.settle();
    world.server.paired = false;
    world.disk().write("b.jpg", "two", Moment(1));
    world.look();
    world.settle();
    world.reboot();
    world.settle();
    assert_eq!(world.notices, [Notice::FirstBackupDone, Notice::NeedsYou(Needs::Pairing)]);
}

#[test]
fn an_engine_without_a_page_keeps_its_notices_for_the_notification() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.server.says(507);
    world.disk().write("b.jpg", "two", Moment(1));
    world.wake(Wake::PeriodicSync, SHIFT_MS);
    world.pass(SHIFT_MS);
    assert_eq!(world.engine.report().notice, Some(Notice::NeedsYou(Needs::Space)));

    world.disk().access = BARRED;
    world.wake(Wake::PeriodicSync, SHIFT_MS);
    world.pass(SHIFT_MS);
    assert_eq!(
        world.engine.report().notice,
        Some(Notice::NeedsYou(Needs::Permission)),
        "it had worked before"
    );
    world.wake(Wake::PeriodicSync, SHIFT_MS);
    world.settle();
    assert_eq!(world.engine.report().notice, None, "this browser never lets us: that is no news");
}

#[test]
fn a_file_that_waits_for_weeks_while_others_arrive_is_no_silence() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    for day in 0..16_u64 {
        world.now = world.now + A_DAY_MS;
        let now = world.now;
        world.disk().write("recorded.mp4", &"minute".repeat(day as usize), now);
        world.disk().write(&format!("{day}.jpg"), &format!("photo {day}"), Moment(1));
        world.wake(Wake::PeriodicSync, SHIFT_MS);
        while world.step() {}
        assert_eq!(world.engine.report().notice, None, "day {day}");
        assert_eq!(world.view().tally.remaining, 1);
    }
}

#[test]
fn a_week_without_a_backup_is_notified() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let until = world.now + 30 * A_DAY_MS;
    world.server.offline_until(until);
    world.disk().write("b.jpg", "two", Moment(1));
    let mut told = Vec::new();
    for _ in 0..16 {
        world.now = world.now + A_DAY_MS;
        world.wake(Wake::PeriodicSync, SHIFT_MS);
        world.settle();
        told.extend(world.engine.report().notice);
    }
    assert_eq!(told, [Notice::Silent { days: 7 }, Notice::Silent { days: 14 }]);
    world.store.settings.notices = false;
    world.now = world.now + 10 * A_DAY_MS;
    world.wake(Wake::PeriodicSync, SHIFT_MS);
    world.settle();
    assert_eq!(world.engine.report().notice, None, "switched off");
}
