//! What goes wrong with networks, servers, drives and browsers, and what must come of it: nothing lost.

use safelight_engine::testing::{CODE, PICTURES, World};
use safelight_engine::{
    Access, Barrier, Event, Failure, FileState, Filter, Halt, Headline, Intent, JobId, PairEnd, Problem,
    Proof, Reason,
};

#[test]
fn a_kill_between_any_two_steps_loses_nothing_and_doubles_nothing() {
    for steps in 0.. {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two"), ("c.jpg", "two"), ("d.txt", "x")]);
        let finished = (0..steps).any(|_| !world.step());
        world.reboot();
        world.settle();
        assert_eq!(world.server.assets.len(), 2, "killed after {steps} steps");
        assert_eq!(world.view().headline, Headline::Done, "killed after {steps} steps");
        if finished {
            return;
        }
    }
}

#[test]
fn time_offline_burns_no_attempt() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let back = world.now + 3_600_000;
    world.server.offline_until(back);
    world.start();
    world.pass(3_000_000);
    assert_eq!(world.view().headline, Headline::Offline);
    assert!(matches!(world.state("a.jpg"), Some(FileState::Hashed { .. })));
    assert!(world.log.uploads.is_empty(), "if the server cannot be asked, nothing is uploaded");
    world.pass(700_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn the_network_coming_back_ends_the_wait() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let back = world.now + 1;
    world.server.offline_until(back);
    world.start();
    world.settle();
    world.now = back;
    world.tell(Event::NetworkChanged { online: true });
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_fault_of_the_server_is_tried_again_and_starves_nobody() {
    let mut world = World::unpaired(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.server.paired = true;
    world.server.says(500);
    world.start();
    world.settle();
    assert_eq!(world.view().tally.protected, 1);
    assert_eq!(world.view().headline, Headline::Waiting);
    assert!(matches!(
        world.engine.rows(Filter::Remaining, 0, 9).rows[0].reason,
        Reason::WaitsAfter { failure: Failure::ServerError(500), .. }
    ));
    world.pass(60_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_file_that_fails_for_ever_ends_with_the_person() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    (0..50).for_each(|_| world.server.says(500));
    world.start();
    world.pass(86_400_000);
    let problem = Problem::GaveUp(Failure::ServerError(500));
    assert!(matches!(world.state("a.jpg"), Some(FileState::Problem { problem: p, .. }) if *p == problem));
    assert!(world.log.uploads.len() < 10);
}

#[test]
fn too_large_for_a_proxy_is_a_problem_and_not_retried() {
    let mut world = World::unpaired(&[("a.mov", "one")]);
    world.server.paired = true;
    world.server.says(413);
    world.start();
    world.pass(86_400_000);
    assert_eq!(world.log.uploads.len(), 1);
    assert!(matches!(
        world.state("a.mov"),
        Some(FileState::Problem { problem: Problem::TooLargeForServer, .. })
    ));
}

#[test]
fn bytes_that_changed_on_their_way_are_never_called_protected() {
    for verifies in [true, false] {
        let mut world = World::unpaired(&[("a.jpg", "one")]);
        world.server.paired = true;
        world.server.verifies = verifies;
        world.server.corrupt_next();
        world.start();
        world.settle();
        assert_eq!(world.view().tally.protected, 0);
        world.pass(60_000);
        assert!(world.server.holds("one"));
        assert_eq!(world.view().headline, Headline::Done);
    }
}

#[test]
fn a_server_that_does_not_verify_is_asked_again_before_a_file_counts() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.server.verifies = false;
    world.start();
    world.settle();
    assert_eq!(world.log.questions, 2);
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { proof: Proof::Stored, .. })));
}

#[test]
fn nothing_works_unpaired_and_pairing_sets_it_going() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::Unpaired);
    world.ask(Intent::Pair { code: "WRONG".into() });
    world.settle();
    assert_eq!(world.view().headline, Headline::Unpaired);
    world.ask(Intent::Pair { code: CODE.into() });
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_refusal_from_before_the_pairing_does_not_undo_it() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.start();
    world.tell(Event::PairingEnded(PairEnd::Paired));
    let refused = world.check_of_a_stranger();
    world.server.paired = true;
    world.tell(Event::ServerChecked { job: JobId(1), checked: refused });
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_sign_in_revoked_in_the_middle_loses_nothing() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    while world.log.uploads.is_empty() {
        assert!(world.step());
    }
    world.server.paired = false;
    world.settle();
    assert_eq!(world.view().headline, Headline::Unpaired);
    assert_eq!(world.view().tally.total, 2);
    world.ask(Intent::Pair { code: CODE.into() });
    world.settle();
    assert_eq!(world.view().tally.protected, 2);
}

#[test]
fn an_unplugged_drive_is_not_a_deletion() {
    for barrier in [Barrier::Unreachable, Barrier::NeedsPermission] {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
        world.settle();
        world.disk().access = Access::Barred(barrier);
        world.reboot();
        world.settle();
        assert_eq!(world.view().headline, Headline::NeedsYou);
        assert_eq!(world.view().tally.protected, 2);
        world.disk().access = Access::Granted;
        world.tell(Event::AccessChanged { folder: PICTURES, access: Access::Granted });
        world.settle();
        assert_eq!(world.view().headline, Headline::Done);
    }
}

#[test]
fn a_full_disk_on_the_server_stops_the_run_and_says_why() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.server.says(507);
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::NeedsYou);
    assert_eq!(world.view().halt, Some(Halt::DiskFull));
    world.pass(120_000);
    assert_eq!(world.view().headline, Headline::Done);
}
