//! Files that the browser hides from web apps because of their names, and files whose names do not tell what they are.

use safelight_engine::testing::{PICTURES, World};
use safelight_engine::{FileState, Headline, Intent, Problem, SkipReason};

const HIDDEN: &str = "beach: day 1.jpg";

/// A world with one file that its listings name and one that they hide.
fn world() -> World {
    let mut world = World::with(&[("a.jpg", "seen"), (HIDDEN, "hidden")]);
    world.settle();
    world
}

fn is_hidden_problem(world: &World) -> bool {
    matches!(world.state(HIDDEN), Some(FileState::Problem { problem: Problem::HiddenName, .. }))
}

#[test]
fn a_hidden_file_is_named_and_waits_for_the_person() {
    let mut world = world();
    assert_eq!(world.state(HIDDEN), None, "its folder's own listing says nothing");
    world.look_for_hidden(PICTURES);
    world.settle();
    assert!(is_hidden_problem(&world) && !world.server.holds("hidden"));
    let view = world.view();
    assert_eq!(view.headline, Headline::NeedsYou);
    assert_eq!((view.tally.total, view.tally.problems, view.tally.hidden), (2, 1, 1));
    assert_eq!(view.folders[0].hidden_readable, 1);
    assert_eq!(view.folders[0].hidden_looked_at, Some(world.now));
}

#[test]
fn a_hidden_file_is_uploaded_once_the_person_agrees() {
    let mut world = world();
    world.look_for_hidden(PICTURES);
    world.ask(Intent::BackUpHidden(PICTURES));
    world.settle();
    assert!(world.server.holds("hidden"));
    let view = world.view();
    assert_eq!((view.headline, view.tally.protected, view.tally.hidden), (Headline::Done, 2, 0));

    // The folder's own listing does not name it, which proves nothing.
    world.pass(2 * 3_600_000);
    world.reboot();
    world.settle();
    assert_eq!((world.view().tally.protected, world.view().tally.hidden), (2, 0));
}

#[test]
fn a_hidden_file_that_was_not_sent_before_the_page_closed_needs_the_person_again() {
    let mut world = world();
    world.server.signs_in_front = true;
    world.look_for_hidden(PICTURES);
    world.ask(Intent::BackUpHidden(PICTURES));
    world.settle();
    world.reboot();
    world.server.signs_in_front = false;
    world.look();
    world.pass(60_000);
    assert!(is_hidden_problem(&world), "{:?}", world.state(HIDDEN));
    assert_eq!(world.view().folders[0].hidden_readable, 0);
    world.ask(Intent::BackUpHidden(PICTURES));
    world.settle();
    assert!(is_hidden_problem(&world), "nothing can be read any more");
}

#[test]
fn another_look_notices_what_was_renamed_edited_or_deleted() {
    let mut world = world();
    world.look_for_hidden(PICTURES);
    world.ask(Intent::BackUpHidden(PICTURES));
    world.settle();

    let now = world.now;
    world.disk().write(HIDDEN, "edited", now);
    world.look_for_hidden(PICTURES);
    world.settle();
    assert!(is_hidden_problem(&world));

    world.disk().rename(HIDDEN, "beach.jpg");
    world.tell_touched();
    world.look_for_hidden(PICTURES);
    world.pass(10_000);
    assert!(matches!(world.state(HIDDEN), Some(FileState::Gone { .. })));
    assert!(world.server.holds("edited"));
    assert_eq!(world.view().tally.hidden, 0);
}

#[test]
fn the_first_bytes_decide_where_the_name_does_not() {
    let mut world = World::with(&[("photo", "GIF89a photo"), ("notes", "words"), ("app.ts", "export {}")]);
    world.settle();
    assert!(world.server.holds("GIF89a photo") && world.server.assets.len() == 1);
    for path in ["notes", "app.ts"] {
        assert_eq!(world.state(path), Some(&FileState::Skipped(SkipReason::NotMedia)), "{path}");
    }
    let read = world.log.hashed.len();
    world.look();
    world.settle();
    assert_eq!(world.log.hashed.len(), read, "nothing is read again");
    let now = world.now;
    world.disk().write("notes", "GIF89a now", now);
    world.tell_touched();
    world.pass(10_000);
    assert!(world.server.holds("GIF89a now"));
}
