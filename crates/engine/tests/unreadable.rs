//! Records that can no longer be read. Nothing is assumed, nothing is sent against the person's wishes, and no
//! readable record is lost with them.

use safelight_engine::testing::{PICTURES, World};
use safelight_engine::{
    Event, FileState, FolderRules, GateRules, Headline, Intent, Loaded, Surroundings, Trouble, Versions,
};

#[test]
fn unreadable_rules_hold_their_folder_until_the_person_has_checked() {
    let mut world = unstarted(&[("a.jpg", "one")]);
    world.store.folders.get_mut(&PICTURES).unwrap().rules = Loaded::Unreadable;
    world.start();
    world.pass(600_000);
    assert_eq!((world.view().headline, world.log.sent.len()), (Headline::NeedsYou, 0));
    assert!(matches!(world.state("a.jpg"), Some(FileState::Ready { .. })), "all but the sending is done");
    assert_eq!(world.store.folders[&PICTURES].rules, Loaded::Unreadable, "no default took their place");

    world.ask(Intent::SetRules(PICTURES, FolderRules { versions: Versions::KeepFirst }));
    world.settle();
    assert_eq!((world.view().headline, world.log.sent.len()), (Headline::Done, 1));
    let chosen = FolderRules { versions: Versions::KeepFirst };
    assert_eq!(world.store.folders[&PICTURES].rules, Loaded::Known(chosen));
}

#[test]
fn a_folder_with_unreadable_rules_does_not_hold_up_others() {
    let mut world = unstarted(&[("a.jpg", "one")]);
    let other = safelight_engine::FolderId(2);
    let a_day_ago = safelight_engine::Moment(world.now.0 - 86_400_000);
    world.disk_of(other).write("b.jpg", "two", a_day_ago);
    world.store.add_folder(other, "Other");
    world.store.folders.get_mut(&PICTURES).unwrap().rules = Loaded::Unreadable;
    world.start();
    world.settle();
    assert!(world.server.holds("two") && !world.server.holds("one"));
}

#[test]
fn unreadable_settings_stop_everything_until_they_are_reset() {
    let mut world = unstarted(&[("a.jpg", "one")]);
    world.store.unreadable.settings = true;
    world.start();
    world.pass(600_000);
    assert_eq!(
        (world.view().headline, world.log.hashed.len(), world.log.sent.len()),
        (Headline::NeedsYou, 0, 0)
    );
    // The person's settings are unknown, so nothing may overwrite them in passing.
    world.ask(Intent::SetGates(GateRules { only_charging: true, ..GateRules::default() }));
    world.ask(Intent::BackUpNow);
    world.pass(600_000);
    assert!(world.store.unreadable.settings && world.log.sent.is_empty());

    world.ask(Intent::ResetSettings);
    world.settle();
    assert_eq!((world.view().headline, world.store.unreadable.settings), (Headline::Done, false));
}

#[test]
fn a_wake_up_does_nothing_with_unreadable_settings() {
    let mut world = unstarted(&[("a.jpg", "one")]);
    world.store.unreadable.settings = true;
    world.wake(safelight_engine::Wake::Sync, 150_000);
    world.settle();
    assert!(world.log.hashed.is_empty() && world.log.sent.is_empty());
    assert!(world.engine.is_over());
}

#[test]
fn readable_settings_are_not_reset_by_a_late_click() {
    let mut world = World::with(&[]);
    world.ask(Intent::Pause);
    world.ask(Intent::ResetSettings);
    world.settle();
    assert!(world.store.settings.paused);
}

#[test]
fn a_lost_memory_leads_to_questions_and_not_to_uploads() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    world.settle();
    let (sent, questions) = (world.log.sent.len(), world.log.questions);
    world.store.unreadable.memory = true;
    world.reboot();
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!((world.log.sent.len(), world.log.hashed.len()), (sent, 2), "nothing is read or sent again");
    assert!(world.log.questions > questions, "who confirmed it is unknown, so the server is asked again");
    assert!(!world.store.unreadable.memory);
    assert!(world.engine.incidents().iter().any(|incident| incident.trouble == Trouble::MemoryUnreadable));
    assert_eq!(world.notices.len(), 1, "the first backup is not told of again");
}

#[test]
fn an_unreadable_row_is_that_rows_problem() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two"), ("c.jpg", "three")]);
    world.settle();
    let lost = world.id("b.jpg").unwrap();
    world.store.unreadable.rows.insert(lost);
    world.reboot();
    world.settle();
    assert_eq!((world.view().headline, world.view().tally.total), (Headline::Done, 3));
    assert_eq!((world.log.sent.len(), world.log.hashed.len()), (3, 4), "one file is read again, none sent");
    assert_ne!(world.id("b.jpg"), Some(lost), "its record stays as it is");
    assert!(world.store.unreadable.rows.contains(&lost));
    let noted = |trouble| world.engine.incidents().iter().any(|incident| incident.trouble == trouble);
    assert!(noted(Trouble::RecordsUnreadable(1)));
}

#[test]
fn incidents_survive_a_kill() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.server.says(500);
    world.settle();
    let before = world.engine.incidents();
    assert_eq!(before.len(), 1);
    world.kill();
    world.start();
    assert_eq!(world.engine.incidents(), before);
}

#[test]
fn what_was_confirmed_to_a_page_survives_a_kill_after_any_effect() {
    for effects in 0..12 {
        let mut world = World::with(&[("a.jpg", "one")]);
        world.settle();
        world.tell_numbered(Some(7), Event::Asked(Intent::Pause));
        (0..effects).for_each(|_| _ = world.step_effect());
        let confirmed = world.confirmed.contains(&7);
        world.kill();
        assert!(!confirmed || world.store.settings.paused, "after {effects} effects");
        assert!(confirmed || effects < 11, "it is confirmed at last");
    }
}

/// A world that is paired but not started yet.
fn unstarted(files: &[(&str, &str)]) -> World {
    let mut world = World::unpaired(files);
    world.server.paired = true;
    world.around = Surroundings::default();
    world
}
