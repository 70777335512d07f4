//! What a person relies on, told as short stories.

use engine::testing::{CODE, PICTURES, World};
use engine::{
    Access, Barrier, Event, Failure, FileState, Filter, Headline, Intent, JobId, PairEnd, Problem, Proof,
    Reason, SkipReason,
};
use safelight_engine as engine;

#[test]
fn every_file_of_a_folder_arrives() {
    let mut world = World::with(&[("a.jpg", "one"), ("2024/b.mov", "two"), ("2024/c.heic", "three")]);
    world.settle();
    assert!(["one", "two", "three"].iter().all(|bytes| world.server.holds(bytes)));
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!(world.view().tally.protected, 3);
}

#[test]
fn nothing_is_said_to_be_done_before_the_folder_was_looked_through() {
    let mut world = World::with(&[("a.jpg", "one")]);
    let mut states = vec![world.view().headline];
    while world.step() {
        states.push(world.view().headline);
    }
    states.dedup();
    assert_eq!(states, [Headline::Scanning, Headline::BackingUp, Headline::Done]);
}

#[test]
fn what_the_server_holds_is_protected_without_sending_a_byte() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().write("copy of a.jpg", "one", engine::Moment(5));
    world.look();
    world.settle();
    assert_eq!(world.log.uploads, ["a.jpg"]);
    assert!(matches!(
        world.state("copy of a.jpg"),
        Some(FileState::Protected { proof: Proof::AlreadyThere, .. })
    ));
}

#[test]
fn equal_files_found_together_are_sent_once() {
    let mut world = World::with(&[("a.jpg", "same"), ("b.jpg", "same"), ("c.jpg", "same")]);
    world.settle();
    assert_eq!(world.log.uploads.len(), 1);
    assert_eq!(world.view().tally.protected, 3);
}

#[test]
fn a_reboot_hashes_nothing_twice_and_asks_nothing_again() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.settle();
    let before = world.log.clone();
    world.reboot();
    world.settle();
    assert_eq!(world.log.hashed, before.hashed);
    assert_eq!(world.log.questions, before.questions);
    assert_eq!(world.log.checks, before.checks + 1);
    assert_eq!(world.view().headline, Headline::Done);
}

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
fn a_changed_file_is_backed_up_again() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let later = world.now + 1;
    world.disk().write("a.jpg", "edited", later);
    world.look();
    world.settle();
    assert!(world.server.holds("one") && world.server.holds("edited"));
}

#[test]
fn a_photo_edited_while_hashing_is_hashed_again() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.touch_during_hash("a.jpg");
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::Waiting);
    world.pass(10_000);
    assert_eq!(world.log.hashed, ["a.jpg", "a.jpg"]);
    assert!(world.server.holds("written while it was read"));
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn what_is_left_out_is_counted_with_its_reason() {
    let mut world = World::with(&[
        ("a.jpg", "one"),
        ("a.jpg.xmp", "x"),
        ("notes.txt", "x"),
        ("empty.png", ""),
        (".cache/t.jpg", "x"),
        ("@eaDir/t.jpg", "x"),
    ]);
    world.settle();
    let tally = world.view().tally;
    assert_eq!((tally.total, tally.protected, tally.skipped), (6, 1, 5));
    let reasons: Vec<_> = tally.skipped_by_reason.into_iter().collect();
    assert_eq!(
        reasons,
        [
            (SkipReason::Hidden, 1),
            (SkipReason::SystemFiles, 1),
            (SkipReason::NotMedia, 1),
            (SkipReason::Sidecar, 1),
            (SkipReason::Empty, 1)
        ]
    );
    assert_eq!(world.engine.rows(Filter::Skipped, 0, 10).total, 5);
}

#[test]
fn an_unreadable_file_is_a_problem_and_stops_nobody() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.disk().set_readable("a.jpg", false);
    world.settle();
    assert_eq!(world.view().headline, Headline::NeedsYou);
    assert_eq!(
        world.engine.rows(Filter::Problems, 0, 9).rows[0].reason,
        Reason::Problem(Problem::Unreadable)
    );
    world.disk().set_readable("a.jpg", true);
    let file = world.id("a.jpg").unwrap();
    world.ask(Intent::Retry(file));
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_file_that_can_be_read_again_is_tried_at_the_next_look() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.disk().set_readable("a.jpg", false);
    world.settle();
    world.disk().set_readable("a.jpg", true);
    world.look();
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn trying_a_file_that_has_no_name_again_does_not_lose_sight_of_it() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().nameless = 1;
    world.look();
    world.settle();
    assert_eq!(world.view().tally.problems, 1);
    world.ask(Intent::RetryAll);
    world.settle();
    assert_eq!((world.view().tally.total, world.view().tally.problems), (2, 1));
    world.disk().nameless = 0;
    world.ask(Intent::RetryAll);
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
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
fn pause_stops_at_once_and_resume_goes_on() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two"), ("c.jpg", "three")]);
    while world.view().tally.protected == 0 {
        assert!(world.step());
    }
    world.ask(Intent::Pause);
    let sent = world.log.uploads.len();
    world.settle();
    assert_eq!(world.log.uploads.len(), sent);
    assert_eq!(world.view().headline, Headline::Paused);
    world.reboot();
    world.settle();
    assert_eq!(world.view().headline, Headline::Paused, "a pause outlives a restart");
    world.ask(Intent::Resume);
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn with_the_foreground_switch_off_only_a_click_backs_up() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.store.settings.foreground = false;
    world.start();
    world.settle();
    assert_eq!((world.view().headline, world.log.uploads.len()), (Headline::Paused, 0));
    world.ask(Intent::BackUpNow);
    world.settle();
    assert!(world.server.holds("one"));
    assert_eq!(world.view().headline, Headline::Paused, "the click was for one run");
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
fn a_file_deleted_on_disk_stays_on_the_server() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.settle();
    world.disk().files.remove("a.jpg");
    world.look();
    world.settle();
    assert!(matches!(world.state("a.jpg"), Some(FileState::Gone { digest: Some(_) })));
    assert!(world.server.holds("one"));
    assert_eq!(world.view().tally.total, 1);
}

#[test]
fn a_renamed_file_is_recognised_by_its_content() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().rename("a.jpg", "b.jpg");
    world.look();
    world.settle();
    assert_eq!(world.log.uploads, ["a.jpg"]);
    assert_eq!(world.view().tally.protected, 1);
}

#[test]
fn removing_a_folder_deletes_nothing_on_disk_or_server() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.ask(Intent::RemoveFolder(PICTURES));
    world.settle();
    assert_eq!(world.view().headline, Headline::Empty);
    assert!(world.store.rows.is_empty() && world.store.folders.is_empty());
    assert!(world.server.holds("one") && world.disk().files.contains_key("a.jpg"));
}

#[test]
fn a_full_disk_on_the_server_stops_the_run_and_says_why() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.server.says(507);
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::NeedsYou);
    assert_eq!(world.view().halt, Some(engine::Halt::DiskFull));
    world.pass(120_000);
    assert_eq!(world.view().headline, Headline::Done);
}
