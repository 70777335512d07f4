//! Everything that can become of a file. Each outcome has a state, a reason, and a story here.

use safelight_engine::testing::{Disk, PICTURES, World, digest_of};
use safelight_engine::{
    Access, Barrier, Event, Failure, FileState, Filter, FolderEvent, FolderRules, Headline, Intent, Moment,
    Reason, SkipReason, Versions,
};

#[test]
fn a_new_file_is_noticed_by_the_watch_and_by_nothing_else_being_touched() {
    let mut world = backed_up();
    let hashed = world.log.hashed.len();
    let an_hour_ago = Moment(world.now.0 - 3_600_000);
    world.disk().write("new.jpg", "new", an_hour_ago);
    world.tell_touched();
    world.settle();
    assert!(world.server.holds("new"));
    assert_eq!(world.log.hashed[hashed..], ["new.jpg"]);
}

#[test]
fn a_new_folder_is_scanned_completely_although_only_its_name_was_reported() {
    let mut world = backed_up();
    let long_ago = Moment(5);
    world.disk().write("album/a.jpg", "inner a", long_ago);
    world.disk().write("album/deep/b.jpg", "inner b", long_ago);
    world.disk().touched = vec!["album".into()];
    world.tell_touched();
    world.settle();
    assert!(world.server.holds("inner a") && world.server.holds("inner b"));
}

#[test]
fn a_new_folder_is_scanned_once_more_for_files_from_before_it_was_watched() {
    let mut world = backed_up();
    world.disk().write("album/a.jpg", "inner a", Moment(5));
    world.disk().touched = vec!["album".into()];
    world.tell_touched();
    world.settle();
    world.disk().write("album/late.jpg", "nobody told", Moment(5));
    world.disk().touched.clear();
    let hashed = world.log.hashed.len();
    world.pass(10_000);
    assert!(world.server.holds("nobody told"));
    assert_eq!(world.log.hashed.len(), hashed + 1);
}

#[test]
fn when_a_watch_loses_events_everything_is_scanned() {
    let mut world = backed_up();
    world.disk().write("unseen.jpg", "unseen", Moment(5));
    world.disk().touched.clear();
    world.tell(Event::Folder(PICTURES, FolderEvent::WatchEnded));
    world.settle();
    assert!(world.server.holds("unseen"));
}

#[test]
fn changes_between_a_scan_and_the_start_of_its_watch_are_found_within_a_minute() {
    let mut world = backed_up();
    world.tell(Event::Folder(PICTURES, FolderEvent::WatchBeganLate));
    world.disk().write("unseen.jpg", "unseen", Moment(5));
    world.disk().touched.clear();
    world.pass(61_000);
    assert!(world.server.holds("unseen"));
}

#[test]
fn files_touched_during_a_scan_are_looked_at_after_it() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two"), ("c.jpg", "three"), ("d.jpg", "four")]);
    while world.log.hashed.is_empty() && world.step() {}
    world.disk().replace("a.jpg", "one, replaced behind the walk", Moment(5));
    world.tell_touched();
    world.pass(10_000);
    assert!(world.server.holds("one, replaced behind the walk"));
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn an_edit_that_keeps_size_and_time_is_backed_up_because_the_watch_names_it() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.settle();
    let modified = world.disk().files["a.jpg"].modified;
    world.disk().write("a.jpg", "own", modified);
    world.tell_touched();
    world.settle();
    assert!(world.server.holds("own"));
    assert_eq!(world.log.hashed.iter().filter(|path| *path == "b.jpg").count(), 1);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn a_recording_that_grows_in_bursts_does_not_become_many_films() {
    let mut world = World::with(&[]);
    world.settle();
    let mut film = String::new();
    for burst in 0..12 {
        film.push_str(&format!("minute {burst} "));
        let now = world.now;
        world.disk().write("dashcam.mp4", &film, now);
        world.tell_touched();
        world.pass(20_000);
    }
    world.pass(20 * 60_000);
    assert!(world.server.holds(&film));
    assert!(world.server.assets.len() <= 5, "{} films", world.server.assets.len());
}

#[test]
fn a_file_that_is_written_for_a_minute_is_uploaded_soon_after() {
    let mut world = World::with(&[]);
    world.settle();
    let mut film = String::new();
    for second in 0..60 {
        film.push_str(&format!("second {second} "));
        let now = world.now;
        world.disk().write("copied.mp4", &film, now);
        world.tell_touched();
        world.pass(1_000);
    }
    assert!(world.server.assets.is_empty(), "nothing half-written was sent");
    world.pass(10_000);
    assert!(world.server.holds(&film));
}

#[test]
fn the_server_is_told_of_an_upload_that_will_not_be_finished() {
    for end in ["edited", "deleted", "folder removed"] {
        let mut world = World::with(&[("film.mp4", "a long film")]);
        let digest = digest_of(b"a long film");
        while world.sending().is_empty() {
            assert!(world.step(), "the upload begins");
        }
        let now = world.now;
        match end {
            "edited" => world.disk().write("film.mp4", "another film", now),
            "deleted" => world.disk().remove("film.mp4"),
            _ => world.ask(Intent::RemoveFolder(PICTURES)),
        }
        world.tell_touched();
        world.pass(20_000);
        assert!(world.log.dropped.contains(&digest), "{end}");
        assert!(!world.server.holds("a long film"), "{end}");
    }
    let mut world = World::with(&[("film.mp4", "a long film")]);
    world.ask(Intent::Pause);
    world.settle();
    assert!(world.log.dropped.is_empty(), "it will be continued");
}

#[test]
fn a_file_being_written_waits_until_it_stops_changing_and_delays_no_others() {
    let mut world = World::unpaired(&[("quiet.jpg", "quiet")]);
    world.server.paired = true;
    let now = world.now;
    world.disk().write("slow.mov", "begun", now);
    world.start();
    world.settle();
    assert!(world.server.holds("quiet") && !world.server.holds("begun"));
    let reason = world.engine.rows(Filter::Remaining, 0, 9).rows[0].reason;
    assert!(matches!(reason, Reason::WaitsAfter { failure: Failure::Changing, .. }));
    for second in 1..20 {
        world.pass(1_000);
        let now = world.now;
        world.disk().write("slow.mov", &format!("written until {second}"), now);
    }
    assert_eq!(world.server.assets.len(), 1, "nothing half-written was sent");
    world.pass(60_000);
    assert!(world.server.holds("written until 19"));
    assert_eq!(world.server.assets.len(), 2);
}

#[test]
fn an_empty_file_that_is_filled_later_is_backed_up_then() {
    let mut world = backed_up();
    let now = world.now;
    world.disk().write("new.jpg", "", now);
    world.tell_touched();
    world.pass(10_000);
    assert_eq!(world.state("new.jpg"), Some(&FileState::Skipped(SkipReason::Empty)));
    world.disk().write("new.jpg", "filled", now);
    world.tell_touched();
    world.pass(10_000);
    assert!(world.server.holds("filled"));
}

#[test]
fn new_content_under_an_old_name_is_a_new_version() {
    let mut world = backed_up();
    world.disk().replace("a.jpg", "edited", Moment(5));
    world.look();
    world.settle();
    assert!(world.server.holds("one") && world.server.holds("edited"));
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn if_only_first_versions_are_wanted_a_later_one_is_skipped_with_that_reason() {
    let mut world = backed_up();
    keep(&mut world, Versions::KeepFirst);
    world.disk().replace("a.jpg", "edited", Moment(5));
    world.look();
    world.reboot();
    world.settle();
    assert_eq!(world.state("a.jpg"), Some(&FileState::Skipped(SkipReason::LaterVersion)));
    assert!(!world.server.holds("edited"));
    world.disk().replace("a.jpg", "one", Moment(6));
    world.look();
    world.settle();
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { .. })), "it is the first one again");
    world.disk().replace("a.jpg", "edited again", Moment(7));
    world.look();
    world.settle();
    keep(&mut world, Versions::KeepAll);
    assert!(world.server.holds("edited again"), "a change of mind holds for what was left out");
}

#[test]
fn a_touched_file_is_read_once_and_not_sent() {
    let mut world = backed_up();
    let before = world.log.clone();
    world.disk().touch("a.jpg", Moment(5));
    world.look();
    world.settle();
    world.look();
    world.settle();
    assert_eq!(world.log.hashed[before.hashed.len()..], ["a.jpg"]);
    assert_eq!(world.log.uploads, before.uploads);
    keep(&mut world, Versions::KeepFirst);
    world.disk().touch("a.jpg", Moment(6));
    world.look();
    world.settle();
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { .. })), "a touch is no new version");
}

#[test]
fn a_renamed_folder_is_recognised_by_its_contents() {
    let mut world = backed_up();
    let sent = world.log.uploads.len();
    world.disk().rename("sub", "elsewhere");
    world.tell_touched();
    world.settle();
    assert_eq!(world.log.uploads.len(), sent);
    assert!(matches!(world.state("elsewhere/b.jpg"), Some(FileState::Protected { .. })));
    assert!(matches!(world.state("sub/b.jpg"), Some(FileState::Gone { .. })), "kept as history");
    assert_eq!(world.view().tally.total, 2);
}

#[test]
fn a_file_deleted_here_stays_on_the_server_and_comes_back_without_being_sent() {
    let mut world = backed_up();
    let sent = world.log.uploads.len();
    world.disk().remove("a.jpg");
    world.tell_touched();
    world.settle();
    assert!(world.server.holds("one"));
    assert!(matches!(world.state("a.jpg"), Some(FileState::Gone { digest: Some(_) })));
    world.disk().write("a.jpg", "one", Moment(5));
    world.tell_touched();
    world.settle();
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { .. })));
    assert_eq!(world.log.uploads.len(), sent);
}

#[test]
fn a_file_changed_during_its_upload_is_never_protected_as_its_old_content() {
    for change in [Disk::write, Disk::replace] {
        for bytes in ["ONE AND MORE", "on", "ONE"] {
            let mut world = World::with(&[("a.jpg", "one")]);
            while world.log.uploads.is_empty() && world.step() {}
            change(world.disk(), "a.jpg", bytes, Moment(5));
            world.settle();
            world.look();
            world.pass(60_000);
            assert!(world.server.holds(bytes), "{bytes}");
            let strange =
                world.server.assets.values().find(|held| *held != b"one" && *held != bytes.as_bytes());
            assert_eq!(strange, None, "a verifying server keeps no mixture");
            assert_eq!(world.view().headline, Headline::Done);
        }
    }
}

#[test]
fn mixed_bytes_accepted_by_a_careless_server_are_never_called_protected() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.server.verifies = false;
    world.start();
    while world.log.uploads.is_empty() && world.step() {}
    world.step();
    world.disk().write("a.jpg", "ONE", Moment(5));
    world.settle();
    world.look();
    world.pass(60_000);
    assert!(world.server.holds("ONE"));
    let held = |state: &FileState| world.server.assets.contains_key(&state.digest().unwrap());
    assert!(matches!(world.state("a.jpg"), Some(state @ FileState::Protected { .. }) if held(state)));
}

#[test]
fn a_file_deleted_while_it_is_read_or_sent_is_gone_and_no_other_is_affected() {
    for steps in 0..40 {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
        (0..steps).for_each(|_| _ = world.step());
        world.disk().remove("a.jpg");
        world.settle();
        world.look();
        world.settle();
        assert!(matches!(world.state("a.jpg"), None | Some(FileState::Gone { .. })), "after {steps} steps");
        assert_eq!(world.view().headline, Headline::Done, "after {steps} steps");
    }
}

#[test]
fn a_drive_unplugged_at_any_moment_and_plugged_in_again_loses_nothing() {
    for steps in 0..60 {
        let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two"), ("sub/c.jpg", "three")]);
        (0..steps).for_each(|_| _ = world.step());
        world.disk().access = Access::Barred(Barrier::Unreachable);
        world.settle();
        let gone =
            world.store.rows.values().filter(|row| matches!(row.state, FileState::Gone { .. })).count();
        assert_eq!(gone, 0, "after {steps} steps");
        world.disk().access = Access::Granted;
        world.pass(120_000);
        assert_eq!(world.view().tally.protected, 3, "after {steps} steps");
    }
}

#[test]
fn a_file_in_the_servers_trash_is_left_for_the_person_to_decide() {
    let mut world = backed_up();
    let digest = world.state("a.jpg").unwrap().digest().unwrap();
    world.server.trash.insert(digest);
    world.disk().write("copy.jpg", "one", Moment(5));
    world.look();
    world.settle();
    let in_trash = |state: &FileState| matches!(state, FileState::InTrash { asset: Some(_), .. });
    assert!(world.state("copy.jpg").is_some_and(in_trash));
    world.server.trash.clear();
    world.ask(Intent::RetryAll);
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
}

fn backed_up() -> World {
    let mut world = World::with(&[("a.jpg", "one"), ("sub/b.jpg", "two")]);
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
    world
}

fn keep(world: &mut World, versions: Versions) {
    world.ask(Intent::SetRules(PICTURES, FolderRules { versions }));
    world.settle();
}
