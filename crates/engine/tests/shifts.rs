//! An engine without a page: it has a deadline, gives way to a page, and leaves nothing half done.

use safelight_engine::testing::{PICTURES, World};
use safelight_engine::{
    Access, Barrier, Event, FileState, FolderId, Gate, GateRules, Halt, Intent, Moment, Needs, QuietHours,
    RunEnd, SendingEvent, VideosInBackground, Wake,
};

const A_SHIFT_MS: u64 = 150_000;
const MORE: FolderId = FolderId(2);

#[test]
fn new_files_are_backed_up_without_a_page() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().write("new.jpg", "two", Moment(5));
    world.wake(Wake::PeriodicSync, A_SHIFT_MS);
    world.settle();
    assert!(matches!(world.state("new.jpg"), Some(FileState::Protected { .. })));
    assert!(world.engine.is_over() && !world.engine.report().work);
    assert_eq!(world.engine.report().remaining, 0);
    assert_eq!(last_run(&world), (Wake::PeriodicSync, Some(RunEnd::Finished)));
}

#[test]
fn a_file_that_was_written_a_moment_ago_is_waited_for_within_the_deadline() {
    let mut world = World::with(&[]);
    world.settle();
    let now = world.now;
    world.disk().write("new.jpg", "two", now);
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(!world.engine.is_over());
    world.pass(20_000);
    assert_eq!(last_run(&world).0, Wake::Sync);
    assert!(matches!(world.state("new.jpg"), Some(FileState::Protected { .. })));
    assert!(world.engine.is_over());
}

#[test]
fn at_its_deadline_a_shift_stops_everything_and_asks_for_another_try() {
    let mut world = World::with(&[]);
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    world.disk().write("b.jpg", "two", Moment(6));
    world.wake(Wake::Sync, A_SHIFT_MS);
    while world.log.uploads.is_empty() && world.step() {}
    world.now = world.now + A_SHIFT_MS;
    world.tell(Event::Woke);
    while world.step_effect() || world.take_turn(1) {}
    assert!(world.engine.is_over() && world.engine.report().work);
    assert_eq!(world.engine.report().remaining, 2);
    assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::TimeUp)));
    let uploads = world.log.uploads.len();
    world.settle();
    assert_eq!(world.log.uploads.len(), uploads, "nothing begins behind the deadline");
    world.reboot();
    world.settle();
    assert_eq!(world.view().tally.remaining, 0);
}

#[test]
fn a_page_that_opens_takes_over() {
    let mut world = World::with(&[]);
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    world.wake(Wake::Sync, A_SHIFT_MS);
    while world.log.hashed.is_empty() && world.step() {}
    world.tell(Event::PageOpened);
    while world.step_effect() || world.take_turn(1) {}
    assert!(world.engine.is_over());
    assert_eq!(last_run(&world).1, Some(RunEnd::HandedOver));
}

#[test]
fn an_open_page_does_not_end_a_pages_own_engine() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.tell(Event::PageOpened);
    world.settle();
    assert!(!world.engine.is_over());
    assert_eq!(world.view().tally.protected, 1);
}

#[test]
fn a_shift_reports_what_remains_and_calls_nothing_protected_that_it_could_not_see() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let woken = |world: &mut World| {
        world.wake(Wake::Push, 25_000);
        world.settle();
        world.engine.report()
    };
    world.disk().write("b.jpg", "two", Moment(5));
    let left = woken(&mut world);
    assert_eq!((left.sent, left.remaining, left.is_all_protected, left.needs), (1, 0, true, None));
    let left = woken(&mut world);
    assert_eq!((left.sent, left.is_all_protected), (0, true));

    world.disk().access = Access::Barred(Barrier::Unreachable);
    assert!(!woken(&mut world).is_all_protected, "a drive that is away was not looked at");
    world.disk().access = Access::Barred(Barrier::NeedsPermission);
    let left = woken(&mut world);
    assert_eq!((left.is_all_protected, left.needs), (false, Some(Needs::Permission)));
    world.disk().access = Access::Granted;
    let later = world.now + 3_600_000;
    world.server.offline_until(later);
    assert!(!woken(&mut world).is_all_protected, "a server that is away was not asked");
    world.server.offline_until(world.now);
    world.server.paired = false;
    let left = woken(&mut world);
    assert_eq!((left.is_all_protected, left.needs), (false, Some(Needs::Pairing)));
}

#[test]
fn each_switch_controls_only_its_own_mode() {
    let mut world = World::with(&[]);
    world.ask(Intent::SetBackground(false));
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over() && !world.engine.report().work);
    assert!(world.log.uploads.is_empty());
    world.reboot();
    world.ask(Intent::SetForeground(false));
    world.ask(Intent::SetBackground(true));
    world.settle();
    world.disk().write("b.jpg", "two", Moment(5));
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(matches!(world.state("b.jpg"), Some(FileState::Protected { .. })));
}

#[test]
fn without_permission_nothing_is_called_gone_and_no_retry_is_requested() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().write("b.jpg", "two", Moment(5));
    world.disk().access = Access::Barred(Barrier::NeedsPermission);
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over() && !world.engine.report().work);
    assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::Barred)));
    assert!(matches!(world.state_of(PICTURES, "a.jpg"), Some(FileState::Protected { .. })));
}

#[test]
fn a_wake_up_is_recorded_even_if_nothing_was_new() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    for wake in [Wake::PeriodicSync, Wake::PeriodicSync, Wake::Sync] {
        world.now = world.now + 3_600_000;
        world.wake(wake, A_SHIFT_MS);
        world.settle();
    }
    let woken: Vec<Wake> = world.store.runs.values().map(|run| run.woken_by).collect();
    assert_eq!(woken, [Wake::Opened, Wake::PeriodicSync, Wake::Sync]);
}

#[test]
fn an_unreachable_server_is_left_for_the_browser_to_retry() {
    let mut world = World::with(&[]);
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    let later = world.now + 3_600_000;
    world.server.offline_until(later);
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over() && world.engine.report().work);
    assert_eq!(last_run(&world).1, Some(RunEnd::Stopped(Halt::Offline)));
}

#[test]
fn a_fault_that_only_a_person_can_fix_ends_the_shift_without_a_retry() {
    for (status, halt) in [(507, Halt::DiskFull), (403, Halt::Forbidden)] {
        let mut world = World::with(&[]);
        world.settle();
        world.disk().write("a.jpg", "one", Moment(5));
        world.server.says(status);
        world.wake(Wake::Sync, A_SHIFT_MS);
        world.settle();
        assert!(world.engine.is_over() && !world.engine.report().work, "{status}");
        assert_eq!(world.log.uploads.len(), 1, "{status}");
        assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::Stopped(halt))));
    }
}

#[test]
fn an_unknown_battery_level_requests_no_retry() {
    let mut world = World::with(&[]);
    world.ask(Intent::SetGates(GateRules { only_charging: true, ..GateRules::default() }));
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over() && !world.engine.report().work);
    assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::Held(Gate::PowerUnknown))));
}

#[test]
fn the_start_of_quiet_hours_does_not_keep_a_shift_alive() {
    let mut world = World::with(&[("a.jpg", "one")]);
    let minute = u16::try_from((world.now.0 / 60_000 + 1) % 1440).unwrap();
    let quiet_hours = Some(QuietHours { from: minute, to: (minute + 90) % 1440 });
    world.ask(Intent::SetGates(GateRules { quiet_hours, ..GateRules::default() }));
    world.settle();
    world.wake(Wake::PeriodicSync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over());
}

#[test]
fn an_unreachable_server_leaves_no_run_open_although_a_file_is_being_written() {
    let mut world = World::with(&[]);
    world.settle();
    let (now, later) = (world.now, world.now + 3_600_000);
    world.disk().write("new.jpg", "two", now);
    world.server.offline_until(later);
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over() && world.engine.report().work);
    assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::Stopped(Halt::Offline))));
}

#[test]
fn a_file_already_read_is_work_for_a_retry_although_its_folder_is_barred() {
    let mut world = World::with(&[]);
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    world.look();
    while world.log.uploads.is_empty() && world.step() {}
    world.disk().access = Access::Barred(Barrier::NeedsPermission);
    let later = world.now + 3_600_000;
    world.server.offline_until(later);
    world.wake(Wake::Fetched, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over() && world.engine.report().work, "the server may have it");
    world.now = later;
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(!world.engine.report().work, "it lacks it, and only its folder has it");
}

#[test]
fn without_resumable_uploads_only_files_that_fit_the_measured_rate_are_started() {
    let mut world = World::with(&[]);
    world.server.verifies = false;
    world.settle();
    let always = GateRules { videos_in_background: VideosInBackground::Always, ..GateRules::default() };
    world.ask(Intent::SetGates(always));
    world.settle();
    for (name, mb) in [("fits.mp4", 17), ("too large.mp4", 40)] {
        world.disk().write(name, &name.repeat(5 << 20)[..mb << 20], Moment(5));
    }
    world.disk().write("small.jpg", "small", Moment(5));
    world.wake(Wake::Sync, A_SHIFT_MS);
    while world.log.uploads.is_empty() && world.step() {}
    assert_eq!(world.log.uploads, ["small.jpg"], "nothing was measured yet");
    let measured = world.sending()[0];
    for (ms, sent) in [(0, 1), (2_000, 500_000)] {
        world.now = world.now + ms;
        world.tell(Event::Sending(measured, SendingEvent::Progressed(sent)));
    }
    while world.log.uploads.len() < 2 && world.step() {}
    while world.step_effect() || world.take_turn(1) {}
    assert_eq!(world.log.uploads, ["small.jpg", "fits.mp4"]);
}

#[test]
fn a_temporary_server_error_does_not_end_a_shift() {
    for stumble in [502, 503] {
        let mut world = World::with(&[]);
        world.settle();
        world.disk().write("a.jpg", "one", Moment(5));
        world.server.says(stumble);
        world.wake(Wake::Sync, A_SHIFT_MS);
        world.settle();
        assert!(!world.engine.is_over(), "{stumble}");
        world.pass(10_000);
        assert!(world.server.holds("one"), "{stumble}");
        assert!(world.engine.is_over(), "{stumble}");
    }
}

#[test]
fn a_file_whose_upload_is_always_cut_off_does_not_starve_the_others() {
    let mut world = World::with(&[]);
    world.settle();
    world.disk().write("bad.jpg", "cursed", Moment(9));
    world.disk().write("good.jpg", "good", Moment(5));
    world.server.cuts_off = Some(b"cursed".to_vec());
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.pass(60_000);
    assert!(world.server.holds("good"));
    assert!(matches!(world.state("bad.jpg"), Some(FileState::Waiting { .. })));
}

#[test]
fn a_server_lost_during_a_shift_is_soon_left_for_the_browser_to_retry() {
    let mut world = World::with(&[]);
    world.settle();
    world.disk().write("a.jpg", "one", Moment(5));
    world.wake(Wake::Sync, A_SHIFT_MS);
    while world.log.hashed.is_empty() && world.step() {}
    let (began, for_good) = (world.now, world.now + 86_400_000);
    world.server.offline_until(for_good);
    world.settle();
    while !world.engine.is_over() {
        world.pass(1_000);
        assert!(world.now.since(began) < 60_000, "it waits for what does not come");
    }
    assert!(world.engine.report().work);
}

#[test]
fn an_upload_that_stalled_goes_to_the_back_and_one_that_progressed_does_not() {
    let attempts_after = |sent| {
        let mut world = World::with(&[]);
        world.settle();
        world.disk().write("a.jpg", "some bytes", Moment(9));
        world.wake(Wake::Sync, A_SHIFT_MS);
        while world.log.uploads.is_empty() && world.step() {}
        let job = world.sending()[0];
        world.tell(Event::Sending(job, SendingEvent::Progressed(sent)));
        world.now = world.now + A_SHIFT_MS;
        world.tell(Event::Woke);
        while world.step_effect() || world.take_turn(1) {}
        assert!(world.engine.is_over());
        world.store.rows.values().map(|row| row.attempts).sum::<u8>()
    };
    assert_eq!((attempts_after(0), attempts_after(5)), (1, 0));
}

#[test]
fn small_and_new_files_go_first() {
    let mut world = World::with(&[]);
    world.settle();
    let large = |fill: &str, mb: usize| fill.repeat(mb << 20);
    world.disk().write("old.jpg", "old", Moment(5));
    world.disk().write("new.jpg", "new", Moment(6));
    world.disk().write("newest and largest.mp4", &large("x", 20), Moment(8));
    world.disk().write("newest.mp4", &large("y", 17), Moment(7));
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert_eq!(world.log.uploads, ["new.jpg", "old.jpg", "newest.mp4", "newest and largest.mp4"]);
}

#[test]
fn an_unplugged_drive_does_not_keep_a_shift_alive() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().access = Access::Barred(Barrier::Unreachable);
    world.wake(Wake::PeriodicSync, A_SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over());
}

#[test]
fn one_unreadable_folder_is_reported_and_does_not_stop_the_others() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.store.add_folder(MORE, "More");
    world.disk_of(MORE).write("b.jpg", "two", Moment(5));
    world.disk().access = Access::Barred(Barrier::NeedsPermission);
    world.wake(Wake::Sync, A_SHIFT_MS);
    world.settle();
    assert!(world.server.holds("two"));
    assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::Barred)));
}

#[test]
fn the_run_ends_although_a_file_settles_only_after_the_deadline() {
    let mut world = World::with(&[]);
    world.settle();
    let now = world.now;
    world.disk().write("new.jpg", "two", now);
    world.wake(Wake::Sync, 1_000);
    world.settle();
    assert!(world.engine.is_over() && world.engine.report().work);
    assert_eq!(last_run(&world), (Wake::Sync, Some(RunEnd::Finished)));
}

fn last_run(world: &World) -> (Wake, Option<RunEnd>) {
    let run = world.store.runs.values().last().expect("a run");
    (run.woken_by, run.ended.map(|ended| ended.because))
}
