//! Several files in one request. What happens to one of them must not happen to the others.

use safelight_engine::testing::World;
use safelight_engine::{Failure, FileState, Filter, Headline, Intent, Moment, Reason};

/// A world with so many small files.
fn world_of(count: usize) -> World {
    let files: Vec<(String, String)> =
        (0..count).map(|n| (format!("{n:03}.jpg"), format!("photo {n}"))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, bytes)| (&**path, &**bytes)).collect();
    let mut world = World::unpaired(&files);
    world.server.paired = true;
    world
}

/// The same, while the server takes 20 s for the first bundles.
fn world_with_bundles_under_way(count: usize) -> World {
    let mut world = world_of(count);
    world.server.uploads_hang_until(world.now + 20_000);
    world.start();
    world.settle();
    assert!(!world.log.bundles.is_empty());
    world
}

fn bundled(world: &World) -> usize {
    world.log.bundles.iter().map(Vec::len).sum()
}

#[test]
fn small_files_go_together_and_each_is_protected_by_its_own_answer() {
    let mut world = world_of(200);
    world.start();
    world.settle();
    assert_eq!((world.view().headline, world.view().tally.protected), (Headline::Done, 200));
    assert_eq!(world.log.uploads.len(), 200, "each is sent once");
    assert!(world.log.bundles.len() < 20 && bundled(&world) > 150, "{:?}", world.log.bundles);
    assert!(world.log.bundles.iter().all(|bundle| bundle.len() <= 64));
}

#[test]
fn a_server_that_takes_no_bundles_gets_none() {
    let mut world = world_of(20);
    world.server.verifies = false;
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
    assert!(world.log.bundles.is_empty());
}

#[test]
fn a_large_file_goes_alone() {
    let film = "f".repeat((4 << 20) + 1);
    let mut world = World::unpaired(&[("a.jpg", "one"), ("film.mp4", &film), ("b.jpg", "two")]);
    world.server.paired = true;
    world.start();
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
    assert!(!world.log.bundles.concat().contains(&"film.mp4".to_owned()), "{:?}", world.log.bundles);
}

#[test]
fn bytes_that_changed_on_their_way_are_the_matter_of_their_file() {
    let mut world = world_of(10);
    world.server.corrupt_next();
    world.start();
    world.settle();
    assert_eq!(world.view().tally.protected, 9);
    let waiting = world.engine.rows(Filter::Remaining, 0, 1).rows.remove(0).reason;
    assert!(matches!(waiting, Reason::WaitsAfter { failure: Failure::DigestMismatch, .. }), "{waiting:?}");
    let sent = world.log.bundles.len();
    world.pass(60_000);
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!(world.log.bundles.len(), sent, "a file that failed goes alone");
}

#[test]
fn a_file_that_breaks_its_bundle_holds_up_nobody() {
    let mut world = world_of(30);
    world.server.cuts_off = Some(b"photo 7".to_vec());
    world.start();
    world.pass(120_000);
    assert_eq!(world.view().tally.protected, 29, "{:?}", world.log.bundles);
    world.server.cuts_off = None;
    world.pass(3_600_000);
    assert_eq!(world.view().headline, Headline::Done);
}

#[test]
fn if_a_bundle_is_too_large_for_something_on_the_way_its_files_go_alone_and_none_is_blamed() {
    let mut world = world_of(10);
    world.server.most_in_bundle = Some(2);
    world.start();
    world.settle();
    assert_eq!((world.view().headline, world.view().tally.problems), (Headline::Done, 0));
    assert_eq!(world.server.assets.len(), 10);
}

#[test]
fn a_server_that_goes_away_under_a_bundle_burns_no_attempt() {
    let mut world = world_with_bundles_under_way(10);
    let back = world.now + 3_600_000;
    world.server.uploads_hang_until(Moment(0));
    world.server.offline_until(back);
    world.pass(600_000);
    assert_eq!(world.view().headline, Headline::Offline);
    world.pass(3_600_000);
    assert_eq!((world.view().headline, world.server.assets.len()), (Headline::Done, 10));
    assert!(world.engine.incidents().iter().all(|incident| incident.path.is_none()), "no file is blamed");
}

#[test]
fn a_file_that_changes_under_the_reader_is_read_again_and_the_rest_arrives() {
    let mut world = world_with_bundles_under_way(10);
    let path = world.log.bundles[0][1].clone();
    let now = world.now;
    world.disk().write(&path, "short", Moment(now.0 - 3_600_000));
    world.pass(3_600_000);
    assert_eq!((world.view().headline, world.view().tally.protected), (Headline::Done, 10));
    assert!(world.server.holds("short"));
}

#[test]
fn pausing_stops_a_bundle_and_going_on_sends_what_is_left() {
    let mut world = world_with_bundles_under_way(10);
    world.ask(Intent::Pause);
    world.settle();
    assert_eq!((world.view().headline, world.sending().len()), (Headline::Paused, 0));
    assert!(world.server.assets.is_empty());
    world.pass(60_000);
    world.ask(Intent::Resume);
    world.settle();
    assert_eq!((world.view().headline, world.server.assets.len()), (Headline::Done, 10));
}

#[test]
fn a_file_that_is_gone_does_not_keep_the_others_from_being_sent() {
    let mut world = world_of(10);
    let back = world.now + 20_000;
    world.server.offline_until(back);
    world.start();
    world.settle();
    world.disk().remove("003.jpg");
    world.pass(3_600_000);
    assert_eq!((world.view().headline, world.server.assets.len()), (Headline::Done, 9));
    assert!(matches!(world.state("003.jpg"), Some(FileState::Gone { .. })));
}

#[test]
fn of_a_bundle_the_file_that_is_being_sent_is_shown() {
    let world = world_with_bundles_under_way(30);
    let shown = world.view().active.len();
    assert!(shown <= 5 && shown > 0, "{shown} for {:?}", world.log.bundles);
}

#[test]
fn where_every_bundle_is_cut_off_the_files_go_alone() {
    let mut world = world_of(300);
    world.server.cuts_off_bundles = true;
    world.start();
    world.pass(120_000);
    assert_eq!(
        (world.view().headline, world.server.assets.len()),
        (Headline::Done, 300),
        "{:?}",
        world.view().tally
    );
    assert!(world.log.bundles.len() < 30, "{} bundles", world.log.bundles.len());
}

#[test]
fn a_file_that_must_not_be_sent_any_more_takes_its_whole_bundle_back() {
    let mut world = world_with_bundles_under_way(10);
    let bundle = world.log.bundles[0].clone();
    let (sending, modified) = (world.sending().len(), Moment(world.now.0 - 3_600_000));
    world.disk().write(&bundle[0], "edited", modified);
    world.tell_touched();
    while world.sending().len() == sending {
        assert!(world.step());
    }
    assert_eq!(world.sending().len(), sending - bundle.len(), "its bytes travel with the others");
    world.pass(3_600_000);
    assert_eq!((world.view().headline, world.view().tally.protected), (Headline::Done, 10));
    assert!(world.server.holds("edited"));
    assert_eq!(world.server.assets.len(), 10, "the old content was not sent");
}
