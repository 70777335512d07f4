//! What the headline says in each state.

use engine::testing::{CODE, PICTURES, World};
use engine::{Access, Barrier, Event, FolderEvent, Intent, Loaded};

use super::*;

#[test]
fn done_means_everything_and_names_the_proof() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "three")]);
    world.settle();
    assert_eq!(
        words(&world),
        ["done", "Everything is protected", "2 files (8 B) are on your server, confirmed byte for byte."]
    );
}

#[test]
fn while_folders_are_listed_the_numbers_are_not_called_all() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two"), ("c.jpg", "three"), ("d.jpg", "four")]);
    world.server.uploads_hang_until(world.now + 60_000);
    while words(&world)[0] != "backing-up" {
        assert!(world.step());
    }
    assert!(words(&world)[2].ends_with(" · still scanning"), "{:?}", words(&world));
    world.settle();
    assert_eq!(words(&world), ["backing-up", "Backing up 0 of 4", "4 files to go, 15 B"]);
}

#[test]
fn one_problem_is_stated_and_the_rest_is_called_protected() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "three")]);
    world.disk().set_readable("a.jpg", false);
    world.settle();
    assert_eq!(
        words(&world),
        ["needs-you", "1 file needs you", "Everything else is protected: 1 file on your server."]
    );
}

#[test]
fn a_lost_sign_in_says_that_nothing_is_lost() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.server.paired = false;
    world.settle();
    let [state, title, detail] = words(&world);
    assert_eq!((state.as_str(), title.as_str()), ("unpaired", "Pair this browser with your server"));
    assert_eq!(
        detail,
        "The server no longer knows this browser. Nothing is lost: 1 file waits, and the backup continues once you \
         pair."
    );
    world.ask(Intent::Pair { code: "WRONG".into() });
    world.settle();
    assert!(words(&world)[2].starts_with("That code is wrong, already used or expired."));
    world.ask(Intent::Pair { code: CODE.into() });
    world.settle();
    assert_eq!(words(&world)[0], "done");
}

#[test]
fn the_reason_for_waiting_is_one_sentence() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.server.says(507);
    world.settle();
    assert_eq!(
        words(&world),
        [
            "needs-you",
            "Not enough space on your server's disk",
            "Free some space on it. 1 file waits for room; everything that fits is sent."
        ]
    );

    let barred = Access::Barred(Barrier::NeedsPermission);
    world.tell(Event::Folder(PICTURES, FolderEvent::AccessChanged(barred)));
    world.settle();
    assert_eq!(words(&world)[1], "A folder needs your permission", "it keeps everything back");

    let mut world = World::with(&[("a.jpg", "one")]);
    world.server.says(500);
    world.settle();
    assert_eq!(
        words(&world),
        ["waiting", "Waiting to try again", "1 file failed and will be retried automatically."]
    );

    let mut world = World::with(&[]);
    let now = world.now;
    world.disk().write("new.jpg", "one", now);
    world.settle();
    assert_eq!(
        words(&world),
        [
            "waiting",
            "Waiting for new files",
            "1 file is still being written. It will be backed up once it stops changing."
        ]
    );

    let mut world = World::with(&[("a.jpg", "one")]);
    let later = world.now + 10_000;
    world.server.offline_until(later);
    world.settle();
    assert_eq!(
        words(&world),
        [
            "offline",
            "Your server cannot be reached",
            "It does not answer. 1 file waits; Safelight keeps trying."
        ]
    );

    let mut world = World::with(&[("a.jpg", "one")]);
    world.ask(Intent::Pause);
    world.settle();
    assert_eq!(words(&world)[..2], ["paused", "Paused"]);
}

#[test]
fn an_unreachable_folder_is_named_and_not_called_deleted() {
    for (barrier, title) in [
        (Barrier::NeedsPermission, "A folder needs your permission"),
        (Barrier::Unreachable, "A folder cannot be reached"),
    ] {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        world.disks.get_mut(&PICTURES).unwrap().access = Access::Barred(barrier);
        world.reboot();
        world.settle();
        assert_eq!(words(&world)[..2], ["needs-you", title]);
        assert!(words(&world)[2].contains("“Pictures”"));
    }
}

#[test]
fn records_that_cannot_be_read_need_the_person_and_send_nothing() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.store.unreadable.settings = true;
    world.start();
    world.settle();
    assert_eq!(words(&world)[..2], ["needs-you", "Your settings can't be read"]);
    world.ask(Intent::ResetSettings);
    world.settle();
    assert_eq!(words(&world)[0], "done");

    world.store.folders.get_mut(&PICTURES).unwrap().rules = Loaded::Unreadable;
    world.reboot();
    world.settle();
    assert_eq!(words(&world)[..2], ["needs-you", "The rules of a folder can't be read"]);
    assert!(words(&world)[2].contains("“Pictures”"));
}

#[test]
fn a_folder_without_photos_is_not_called_protected() {
    let mut world = World::with(&[("notes.txt", "one")]);
    world.settle();
    assert_eq!(words(&world)[..2], ["done", "Nothing to back up"]);
}

fn words(world: &World) -> [String; 3] {
    let Headline { state, title, detail } = headline(&world.view());
    [state.into(), title, detail]
}
