//! What a person relies on, as short stories.

use protocol::inventory::Entry;
use safelight_engine::testing::{Disk, PICTURES, World};
use safelight_engine::{
    Chosen, Event, FileState, Filter, FolderEvent, Headline, Intent, Lasting, Moment, Problem, Proof, Reason,
    SkipReason,
};

#[test]
fn every_file_of_a_folder_arrives() {
    let mut world = World::with(&[("a.jpg", "one"), ("2024/b.mov", "two"), ("2024/c.heic", "three")]);
    world.settle();
    assert!(["one", "two", "three"].iter().all(|bytes| world.server.holds(bytes)));
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!(world.view().tally.protected, 3);
}

#[test]
fn done_is_not_said_before_the_folder_is_scanned() {
    let mut world = World::with(&[("a.jpg", "one")]);
    let mut states = vec![world.view().headline];
    while world.step() {
        states.push(world.view().headline);
    }
    states.dedup();
    assert_eq!(states, [Headline::Scanning, Headline::BackingUp, Headline::Done]);
}

#[test]
fn a_file_that_the_server_already_has_is_protected_without_sending_a_byte() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().write("copy of a.jpg", "one", Moment(5));
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
fn files_with_the_same_bytes_are_sent_once() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "one"), ("c.jpg", "one")]);
    world.settle();
    assert_eq!(world.view().tally.protected, 3);
    assert_eq!(world.log.uploads.len(), 1);
}

#[test]
fn at_most_two_large_files_are_sent_at_a_time() {
    let large = |fill: &str| fill.repeat(65 << 20);
    let mut world =
        World::unpaired(&[("1.mp4", &large("1")), ("2.mp4", &large("2")), ("3.mp4", &large("3"))]);
    world.server.paired = true;
    let later = world.now + 20_000;
    world.server.uploads_hang_until(later);
    world.start();
    world.settle();
    assert_eq!(world.sending().len(), 2);
    world.pass(60_000);
    assert_eq!(world.view().tally.protected, 3);
}

#[test]
fn removing_a_folder_stops_the_work_on_its_files() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let never = world.now + 86_400_000;
    world.server.uploads_hang_until(never);
    world.start();
    world.settle();
    assert_eq!(world.sending().len(), 1);
    world.ask(Intent::RemoveFolder(PICTURES));
    world.settle();
    assert_eq!(world.sending(), []);
}

#[test]
fn digests_are_asked_about_together() {
    let files: Vec<(String, String)> = (0..200).map(|n| (format!("{n}.jpg"), n.to_string())).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, bytes)| (&**name, &**bytes)).collect();
    let mut world = World::with(&files);
    world.settle();
    assert_eq!(world.view().tally.protected, 200);
    assert!(world.log.questions < 10, "{} questions", world.log.questions);
}

#[test]
fn a_file_that_takes_long_to_read_delays_the_question_about_others_only_for_a_moment() {
    let mut world = World::unpaired(&[("film.mp4", "hours"), ("a.jpg", "one"), ("b.jpg", "two")]);
    world.server.paired = true;
    world.hanging_file = Some("film.mp4".into());
    world.start();
    world.settle();
    world.pass(200);
    assert_eq!(world.view().tally.protected, 2);
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
fn skipped_files_are_counted_by_reason() {
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
fn an_unreadable_file_is_a_problem_and_does_not_stop_the_rest() {
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
    world.ask(Intent::Retry(Chosen::Files(vec![file])));
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
fn a_retried_file_without_a_valid_name_stays_listed() {
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
fn pause_stops_at_once_and_resume_continues() {
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
fn the_server_learns_what_the_folder_holds() {
    let mut world = World::with(&[("a.jpg", "one"), ("2024/b.jpg", "two"), ("notes.txt", "three")]);
    world.settle();
    let held = |world: &World| {
        let entries = Entry::read_all(&world.inventories[&PICTURES]).unwrap();
        let mut paths: Vec<String> = entries.iter().map(|entry| entry.path.to_string()).collect();
        paths.sort();
        paths
    };
    assert_eq!(held(&world), ["2024/b.jpg", "a.jpg"]);
    world.disk().remove("a.jpg");
    world.look();
    world.settle();
    assert_eq!(held(&world), ["2024/b.jpg"]);
}

#[test]
fn photos_that_arrive_one_by_one_are_reported_together() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let told = std::mem::take(&mut world.inventories);
    assert_eq!(told.len(), 1);
    let day_ago = Moment(world.now.0 - 86_400_000);
    for name in ["b.jpg", "c.jpg"] {
        world.disk().write(name, name, day_ago);
        world.tell_touched();
        world.pass(1_000);
    }
    assert_eq!(world.view().tally.protected, 3);
    assert!(world.inventories.is_empty(), "not yet");
    world.pass(60_000);
    assert_eq!(world.inventories[&PICTURES].lines().count(), 3);
}

#[test]
fn a_plain_immich_is_not_told_what_a_folder_contains() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    (world.server.paired, world.server.verifies) = (true, false);
    world.start();
    world.pass(120_000);
    assert_eq!(world.view().tally.protected, 1);
    assert!(world.inventories.is_empty());
}

#[test]
fn the_first_folder_is_reported_as_soon_as_it_is_backed_up() {
    let mut world = World::unpaired(&[]);
    world.server.paired = true;
    world.store.folders.remove(&PICTURES);
    world.start();
    world.settle();
    *world.disk() = Disk::of(&[("a.jpg", "one")], Moment(1));
    world.tell(Event::Folder(
        PICTURES,
        FolderEvent::Added { name: "Pictures".into(), lasting: Lasting::Lasting },
    ));
    world.settle();
    assert_eq!(world.inventories[&PICTURES].lines().count(), 1);
}
