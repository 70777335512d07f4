//! A server, a disk or a proxy refuses one file, or everything. One must not be taken for the other.

use safelight_engine::testing::World;
use safelight_engine::{Failure, FileState, Filter, Halt, Headline, Intent, Moment, Problem, Reason, RunEnd};

#[test]
fn a_file_that_does_not_fit_waits_by_name_and_everything_that_fits_is_sent() {
    for (status, halt) in [(400, Halt::QuotaFull), (507, Halt::DiskFull)] {
        let mut world = World::unpaired(&[
            ("film.mp4", "a film that is much larger"),
            ("a.jpg", "one"),
            ("b.jpg", "two"),
        ]);
        world.server.paired = true;
        world.server.room = Some((status, 10));
        world.start();
        world.settle();
        let view = world.view();
        assert_eq!((view.tally.protected, view.tally.remaining), (2, 1));
        assert_eq!((view.headline, view.halt), (Headline::NeedsYou, Some(halt)));
        let ended = view.run.and_then(|run| run.ended).map(|ended| ended.because);
        assert_eq!(ended, Some(RunEnd::Stopped(halt)));
        let reason = world.engine.rows(Filter::Remaining, 0, 9).rows[0].reason;
        assert!(
            matches!(reason, Reason::WaitsAfter { failure, .. } if failure.is_lack_of_room()),
            "{reason:?}"
        );

        // Larger ones are not even tried.
        world.disk().write("longer film.mp4", "a film that is even larger than that one", Moment(5));
        world.look();
        world.settle();
        assert_eq!(world.log.uploads.iter().filter(|path| path.contains("film")).count(), 1);

        // There is room again; nobody has to do anything, but the person can.
        world.server.room = None;
        world.ask(Intent::BackUpNow);
        world.settle();
        assert_eq!(world.view().headline, Headline::Done);
    }
}

#[test]
fn room_is_found_again_without_the_person() {
    let mut world = World::unpaired(&[("film.mp4", "a film that is much larger")]);
    world.server.paired = true;
    world.server.room = Some((400, 10));
    world.start();
    world.pass(3_600_000);
    assert!(world.log.uploads.len() < 20, "{} uploads", world.log.uploads.len());
    assert_eq!(world.view().tally.problems, 0, "a full disk is not the fault of the file");
    world.server.room = None;
    world.pass(3_600_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_file_that_does_not_fit_keeps_no_copy_for_the_background() {
    let mut world = World::unpaired(&[("film.mp4", "a film that is much larger")]);
    world.server.paired = true;
    world.server.room = Some((400, 10));
    let answered = world.now + 60_000;
    world.server.uploads_hang_until(answered);
    world.start();
    world.pass(50_000);
    assert_eq!(world.store.copies.len(), 1);
    world.pass(60_000);
    assert_eq!((world.view().halt, world.store.copies.len()), (Some(Halt::QuotaFull), 0));
}

#[test]
fn a_firewall_that_refuses_every_upload_stops_the_run() {
    let files: Vec<(String, String)> = (0..40).map(|n| (format!("{n}.jpg"), n.to_string())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
    let mut world = World::unpaired(&files);
    world.server.paired = true;
    world.server.refuses_all_in_front = true;
    world.start();
    world.pass(60_000);
    assert_eq!((world.view().headline, world.view().halt), (Headline::NeedsYou, Some(Halt::Forbidden)));
    // All of them once in bundles, and some of them alone.
    assert!(world.log.uploads.len() < 80, "{} uploads", world.log.uploads.len());
    world.server.refuses_all_in_front = false;
    world.pass(3_600_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_firewall_that_refuses_one_file_is_the_problem_of_that_file() {
    let mut world = World::unpaired(&[("a.jpg", "refused"), ("b.jpg", "two"), ("c.jpg", "three")]);
    world.server.paired = true;
    world.server.refuses_in_front = Some(b"refused".to_vec());
    world.start();
    world.settle();
    assert!(world.server.holds("two") && world.server.holds("three"));
    assert_eq!(world.view().headline, Headline::Waiting, "{:?}", world.view().halt);
    world.pass(86_400_000);
    assert_eq!((world.view().headline, world.view().tally.protected), (Headline::NeedsYou, 2));
    let problem = Problem::GaveUp(Failure::NotUnderstood);
    assert!(matches!(world.state("a.jpg"), Some(FileState::Problem { problem: p, .. }) if *p == problem));
}

#[test]
fn a_sign_in_in_front_of_the_server_stops_everything_and_no_file_is_blamed() {
    let mut world = World::unpaired(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.server.paired = true;
    world.server.signs_in_front = true;
    world.start();
    world.pass(86_400_000);
    let view = world.view();
    assert_eq!((view.headline, view.halt), (Headline::NeedsYou, Some(Halt::SignInInFront)));
    assert_eq!((view.tally.remaining, view.tally.problems), (2, 0));
    world.server.signs_in_front = false;
    world.pass(120_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_full_disk_on_the_server_needs_the_person_and_is_tried_again() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.server.says(507);
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::NeedsYou);
    assert_eq!(world.view().halt, Some(Halt::DiskFull));
    world.pass(600_000);
    assert_eq!(world.view().headline, Headline::Done);
}
