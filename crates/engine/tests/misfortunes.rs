//! What goes wrong with networks, servers, drives and browsers. Nothing may be lost.

use protocol::safelight::STATUS_DIGEST_MISMATCH;
use safelight_engine::testing::{CODE, Disk, PICTURES, World, digest_of};
use safelight_engine::{
    Access, AccountId, Barrier, Event, Failure, FileState, Filter, FolderEvent, FolderId, Headline, Intent,
    JobId, Lasting, LinkEvent, Moment, PairEnd, Problem, Proof, Reason, Trouble,
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
fn a_server_that_hangs_is_noticed_after_the_last_byte_too_and_burns_no_attempt() {
    let mut world = World::unpaired(&[("a.jpg", "one"), ("b.jpg", "two"), ("c.jpg", "three")]);
    let back = world.now + 3_600_000;
    world.server.paired = true;
    world.server.uploads_hang_until(back);
    world.start();
    world.settle();
    assert_eq!(world.sending().len(), 3);
    world.server.hangs_until(back);
    world.pass(29_000);
    assert_eq!(world.view().headline, Headline::BackingUp, "a proxy may still be forwarding");
    world.pass(2_000);
    assert_eq!(world.view().headline, Headline::Offline);
    world.pass(3_000_000);
    assert_eq!(world.view().headline, Headline::Offline);
    assert_eq!(world.view().tally.remaining, 3);
    assert_eq!(world.log.uploads.len(), 3, "nothing more is sent while it hangs");
    world.pass(700_000);
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!(world.server.assets.len(), 3);
    assert!(world.engine.incidents().iter().all(|incident| !matches!(incident.trouble, Trouble::Failure(_))));
}

#[test]
fn a_server_that_answers_checks_is_given_all_the_time_that_an_upload_needs() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    let forwarded = world.now + 610_000;
    world.server.paired = true;
    world.server.uploads_hang_until(forwarded);
    world.start();
    for _ in 0..20 {
        world.pass(30_000);
        assert_eq!(world.view().headline, Headline::BackingUp);
    }
    assert_eq!(world.log.checks, 21);
    world.pass(20_000).settle();
    assert_eq!(world.log.uploads, ["a.jpg"]);
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
    world.tell(Event::Link(LinkEvent::NetworkChanged { online: true }));
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
fn the_person_can_end_the_wait_for_a_retry() {
    for asked in [Intent::BackUpNow, Intent::RetryAll] {
        let mut world = World::unpaired(&[("a.jpg", "one")]);
        world.server.paired = true;
        world.server.says(500);
        world.start();
        world.settle();
        assert_eq!(world.view().headline, Headline::Waiting);
        world.ask(asked);
        world.settle();
        assert_eq!(world.view().headline, Headline::Done);
    }
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
    world.tell(Event::Link(LinkEvent::PairingEnded(PairEnd::Paired)));
    let refused = world.check_of_a_stranger();
    world.server.paired = true;
    world.tell(Event::Link(LinkEvent::Checked(JobId(1), refused)));
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
        world.tell(Event::Folder(PICTURES, FolderEvent::AccessChanged(Access::Granted)));
        world.settle();
        assert_eq!(world.view().headline, Headline::Done);
    }
}

#[test]
fn one_upload_that_is_always_cut_off_does_not_hold_up_the_rest_for_ever() {
    let mut world =
        World::unpaired(&[("a.jpg", "one"), ("b.mov", "too much for the proxy"), ("c.jpg", "three")]);
    world.server.paired = true;
    world.server.cuts_off = Some(b"too much for the proxy".to_vec());
    world.start();
    world.pass(3 * 3_600_000);
    assert!(world.server.holds("one") && world.server.holds("three"));
    let problem = Problem::GaveUp(Failure::CutOff);
    assert!(matches!(world.state("b.mov"), Some(FileState::Problem { problem: p, .. }) if *p == problem));
    assert!(world.log.uploads.len() < 30);
}

#[test]
fn an_upload_that_gets_on_each_time_is_never_given_up() {
    let mut world = World::unpaired(&[("film.mov", "a long film")]);
    world.server.paired = true;
    world.server.cuts_off = Some(b"a long film".to_vec());
    world.server.gets_on = Some(100 << 20);
    world.start();
    world.pass(24 * 3_600_000);
    assert!(world.log.uploads.len() > 50);
    assert_eq!(world.view().tally.remaining, 1);
    world.server.cuts_off = None;
    world.pass(3_600_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn bytes_that_never_fit_their_digest_are_given_up_however_far_they_got() {
    let mut world = World::unpaired(&[("film.mov", "a long film")]);
    world.server.paired = true;
    world.server.gets_on = Some(100 << 20);
    (0..100).for_each(|_| world.server.says(STATUS_DIGEST_MISMATCH));
    world.start();
    world.pass(24 * 3_600_000);
    let problem = Problem::GaveUp(Failure::DigestMismatch);
    assert!(matches!(world.state("film.mov"), Some(FileState::Problem { problem: p, .. }) if *p == problem));
    assert!(world.log.uploads.len() < 20);
}

#[test]
fn an_empty_new_vault_at_the_same_address_is_not_taken_for_the_old_one() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.server.assets.clear();
    world.server.account = AccountId("second".into());
    world.reboot();
    world.settle();
    assert!(world.server.holds("one"));
    assert_eq!(world.log.uploads.len(), 2);
    assert_eq!(world.log.hashed.len(), 1, "the digests are still true");
}

#[test]
fn bytes_that_came_another_way_are_protected_by_what_really_holds_them() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.server.verifies = false;
    world.reboot();
    world.server.corrupt_next();
    while !matches!(world.state("a.jpg"), Some(FileState::Sent { .. })) && world.step() {}
    // The asset that was uploaded has other bytes. Somebody else uploads the right ones.
    world.server.assets.insert(digest_of(b"one"), b"one".to_vec());
    world.settle();
    let Some(FileState::Protected { asset, proof, .. }) = world.state("a.jpg") else { panic!() };
    assert_eq!(
        (asset.map(|id| id.0[..4].to_vec()), *proof),
        (Some(digest_of(b"one").0[..4].to_vec()), Proof::AlreadyThere)
    );
    let damaged = Trouble::Failure(Failure::DigestMismatch);
    assert!(world.engine.incidents().iter().any(|incident| incident.trouble == damaged));
}

#[test]
fn files_that_were_handed_over_once_stay_in_sight_until_they_are_safe() {
    let mut world = World::with(&[]);
    world.settle();
    let once = FolderId(99);
    let later = world.now + 10_000;
    world.server.offline_until(later);
    world.disks.insert(once, Disk::of(&[("loose.jpg", "one")], world.now));
    world.tell(Event::Folder(once, FolderEvent::Added { name: "Dropped".into(), lasting: Lasting::Once }));
    world.settle();
    world.reboot();
    world.pass(60_000);
    assert_eq!(world.view().headline, Headline::NeedsYou);
    assert_eq!(world.view().tally.total, 1);
    world.ask(Intent::RemoveFolder(once));
    world.settle();
    assert_eq!(world.view().tally.total, 0);
}

#[test]
fn a_drive_that_comes_back_is_noticed_by_itself_and_so_is_a_new_file() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.disk().access = Access::Barred(Barrier::Unreachable);
    world.settle();
    assert_eq!(world.view().headline, Headline::NeedsYou);
    world.disk().access = Access::Granted;
    world.pass(61_000);
    assert_eq!(world.view().headline, Headline::Done);
    let now = world.now;
    world.disk().write("b.jpg", "two", now);
    world.pass(31 * 60_000);
    assert!(world.server.holds("two"));
}

#[test]
fn a_clock_set_back_makes_nobody_wait_until_tomorrow() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let back = world.now + 500;
    world.server.offline_until(back);
    world.start();
    world.settle();
    world.now = Moment(world.now.0 - 86_400_000);
    world.server.offline_until(Moment(0));
    world.tell(Event::Woke);
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_server_that_is_started_anew_many_times_is_no_files_fault() {
    let mut world = World::with(&[("a.mov", "one"), ("b.mov", "two"), ("c.mov", "three")]);
    for _ in 0..40 {
        while world.log.sent.is_empty() && world.step() {}
        let back = world.now + 1;
        world.server.offline_until(back);
        world.settle();
        world.log.sent.clear();
        world.pass(5_000);
    }
    world.pass(3_600_000);
    let tally = world.view().tally;
    assert_eq!((tally.protected, tally.problems), (3, 0));
}

#[test]
fn a_file_that_was_sent_to_another_account_is_sent_again_and_not_blamed() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    (world.server.paired, world.server.verifies) = (true, false);
    world.start();
    while !matches!(world.state("a.jpg"), Some(FileState::Sent { .. })) {
        assert!(world.step());
    }
    while world.step_effect() {}
    world.kill();
    world.server.start_anew("second");
    world.server.paired = true;
    world.start();
    world.pass(600_000);
    assert_eq!(world.view().headline, Headline::Done);
    assert!(world.server.holds("one"));
    assert_eq!(world.log.hashed.len(), 1, "its bytes were never in doubt");
}
