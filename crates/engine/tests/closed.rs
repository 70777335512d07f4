//! What is prepared for the time without a page, and what is reported then: copies, files that the browser itself
//! uploads, shared files, and notices.

use std::num::NonZeroU64;

use safelight_engine::testing::{PICTURES, World};
use safelight_engine::{
    Access, Barrier, Event, FileState, FolderEvent, FolderId, GateRules, INBOX, Intent, Lasting, Moment,
    Needs, QuietHours, Readable, RunEnd, Surroundings, Wake,
};

const BARRED: Access = Access::Barred(Barrier::NeedsPermission);
const SHIFT_MS: u64 = 150_000;
const A_MINUTE_MS: u64 = 60_000;

/// A world whose server is unavailable, with copies of the waiting files.
fn offline(files: &[(&str, &str)]) -> World {
    let mut world = World::unpaired(files);
    world.server.paired = true;
    let until = world.now + 10 * A_MINUTE_MS;
    world.server.offline_until(until);
    world.start();
    world.pass(A_MINUTE_MS);
    world
}

fn close_for(world: &mut World, ms: u64) {
    world.kill();
    world.now = world.now + ms;
}

fn copies(world: &World) -> Vec<String> {
    let paths = world.store.copies.keys().filter_map(|id| Some(world.store.rows.get(id)?.path.to_string()));
    let mut paths: Vec<String> = paths.collect();
    paths.sort();
    paths
}

#[test]
fn copies_are_sent_without_a_page_although_the_folder_cannot_be_read() {
    let mut world = offline(&[("a.jpg", "one"), ("b.jpg", "two")]);
    assert_eq!(copies(&world), ["a.jpg", "b.jpg"]);
    let view = world.view();
    assert_eq!((view.copies.files, view.tally.protected, view.tally.remaining), (2, 0, 2));

    world.disk().access = BARRED;
    close_for(&mut world, 10 * A_MINUTE_MS);
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    assert!(world.engine.is_over());
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { .. })));
    assert!(matches!(world.state("b.jpg"), Some(FileState::Protected { .. })));
    assert_eq!(copies(&world), [""; 0], "and the copies are gone");
    let run = world.view().run.unwrap();
    assert_eq!(run.ended.map(|ended| ended.because), Some(RunEnd::Barred), "new files were not looked for");
    assert_eq!(world.engine.report().needs, Some(Needs::Permission));
    assert!(!world.engine.report().is_all_protected);
}

#[test]
fn a_file_that_was_never_read_is_read_from_its_copy() {
    let mut world = offline(&[("a.jpg", "one")]);
    assert_eq!(copies(&world), ["a.jpg"]);
    world.disk().access = BARRED;
    close_for(&mut world, 10 * A_MINUTE_MS);
    // As after a kill before its digest was written.
    world.store.rows.values_mut().for_each(|row| row.state = FileState::Found);
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { .. })));
}

#[test]
fn a_file_held_back_by_a_rule_is_copied_and_keeps_its_copy() {
    let mobile = Surroundings { metered: true, ..Surroundings::default() };
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.around = mobile;
    world.start();
    world.pass(A_MINUTE_MS);
    assert_eq!(world.view().held.len(), 1);
    assert_eq!(copies(&world), ["a.jpg"]);

    // Opened again without the permission, still on mobile data.
    world.disk().access = BARRED;
    world.reboot();
    world.pass(5 * A_MINUTE_MS);
    assert_eq!(copies(&world), ["a.jpg"], "it cannot be made again");

    world.around = Surroundings::default();
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    assert!(world.server.holds("one"));
}

#[test]
fn in_quiet_hours_nothing_is_read_for_a_copy_either() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    world.store.settings.gates.quiet_hours = Some(QuietHours { from: 0, to: 0 });
    world.start();
    world.pass(10 * A_MINUTE_MS);
    assert_eq!(world.state("a.jpg"), Some(&FileState::Found));
    assert_eq!(copies(&world), [""; 0]);
    world.ask(Intent::SetGates(GateRules::default()));
    world.pass(A_MINUTE_MS);
    assert!(world.server.holds("one"));
}

#[test]
fn when_the_browser_is_full_the_newest_copies_replace_the_oldest() {
    let mut world = offline(&[("a.jpg", "one"), ("b.jpg", "two")]);
    assert_eq!(copies(&world).len(), 2);
    world.has_room = false;
    let until = world.now + 60 * A_MINUTE_MS;
    world.server.offline_until(until);
    let modified = Moment(world.now.0 - A_MINUTE_MS);
    world.disk().write("new.jpg", "new", modified);
    world.look();
    world.pass(31_000);
    assert!(world.view().copies.is_full);
    // One of the copies has made room by now.
    world.pass(30_000);
    world.has_room = true;
    world.pass(11 * A_MINUTE_MS);
    assert!(copies(&world).contains(&"new.jpg".into()), "{:?}", copies(&world));
    assert!(!world.view().copies.is_full);
}

#[test]
fn only_folders_that_cannot_be_read_without_a_page_are_copied() {
    const MORE: FolderId = FolderId(2);
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let until = world.now + 10 * A_MINUTE_MS;
    world.server.offline_until(until);
    world.store.add_folder(MORE, "More");
    let modified = Moment(world.now.0 - A_MINUTE_MS);
    world.disk_of(MORE).write("b.jpg", "two", modified);
    world.store.memory.closed_access.set(PICTURES, Readable::Yes);
    world.start();
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), ["b.jpg"]);

    world.disk_of(MORE).access = BARRED;
    close_for(&mut world, 10 * A_MINUTE_MS);
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    let seen = &world.store.memory.closed_access;
    assert_eq!((seen.of(PICTURES), seen.of(MORE)), (Some(Readable::Yes), Some(Readable::No)));

    // The permission is given again. It is not known yet whether it works without a page.
    world.disk_of(MORE).access = BARRED;
    world.reboot();
    world.settle();
    world.disk_of(MORE).access = Access::Granted;
    world.tell(Event::Folder(MORE, FolderEvent::AccessChanged(Access::Granted)));
    world.settle();
    let seen = &world.store.memory.closed_access;
    assert_eq!((seen.of(PICTURES), seen.of(MORE)), (Some(Readable::Yes), None));
}

#[test]
fn a_copy_that_is_gone_leaves_the_file_to_its_folder() {
    let mut world = offline(&[("a.jpg", "one")]);
    // The engine still believes that the copy exists.
    let copy = world.store.copies.clone();
    world.disk().access = BARRED;
    close_for(&mut world, 10 * A_MINUTE_MS);
    world.wake(Wake::Sync, SHIFT_MS);
    world.store.copies.clear();
    world.settle();
    assert!(world.engine.is_over());
    assert!(matches!(world.state("a.jpg"), Some(FileState::Hashed { .. } | FileState::Ready { .. })));
    assert!(!world.engine.report().work, "another try would find as little");

    world.store.copies = copy;
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    assert!(matches!(world.state("a.jpg"), Some(FileState::Protected { .. })));
}

#[test]
fn the_newest_are_copied_first_and_only_as_much_as_was_set() {
    let mut world = World::unpaired(&[]);
    world.server.paired = true;
    let until = world.now + 60 * A_MINUTE_MS;
    world.server.offline_until(until);
    for age in 1..=5 {
        world.disk().write(&format!("{age}.jpg"), &format!("{age} bytes"), Moment(2_000_000 - age));
    }
    world.store.settings.copies_limit = NonZeroU64::new(3 * 7);
    world.start();
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), ["1.jpg", "2.jpg", "3.jpg"]);

    world.disk().write("new.jpg", "n bytes", Moment(3_000_000));
    world.look();
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), ["1.jpg", "2.jpg", "new.jpg"], "a newer one takes the place of the oldest");
    assert_eq!(world.view().copies.bytes, 21);

    world.ask(Intent::SetCopiesLimit(NonZeroU64::new(7)));
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), ["new.jpg"]);
    world.ask(Intent::SetCopiesLimit(None));
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), [""; 0]);
}

#[test]
fn nothing_is_copied_where_it_would_not_help() {
    let reads_closed = |world: &mut World| world.store.memory.closed_access.set(PICTURES, Readable::Yes);
    let background_off = |world: &mut World| world.store.settings.background = false;
    let paused = |world: &mut World| world.store.settings.paused = true;
    let switched_off = |world: &mut World| world.store.settings.copies_limit = None;
    let no_room = |world: &mut World| world.has_room = false;
    for prepare in [reads_closed, background_off, paused, switched_off, no_room] {
        let mut world = World::unpaired(&[("a.jpg", "one")]);
        world.server.paired = true;
        let until = world.now + 10 * A_MINUTE_MS;
        world.server.offline_until(until);
        prepare(&mut world);
        world.start();
        world.pass(A_MINUTE_MS);
        assert_eq!(copies(&world), [""; 0]);
        assert_eq!(world.view().copies.is_full, !world.has_room);
    }
}

#[test]
fn while_nothing_waits_nothing_is_chosen() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let passes = world.engine.passes_over_rows();
    world.pass(10 * A_MINUTE_MS);
    assert!(world.engine.passes_over_rows() <= passes + 2, "only a listing may look at all rows");
}

#[test]
fn a_file_that_changed_or_went_loses_its_copy() {
    let mut world = offline(&[("a.jpg", "one"), ("b.jpg", "two")]);
    let modified = Moment(world.now.0 - 10 * A_MINUTE_MS);
    world.disk().write("a.jpg", "another", modified);
    world.disk().remove("b.jpg");
    world.look();
    world.settle();
    assert_eq!(copies(&world), [""; 0]);
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), ["a.jpg"], "as it is now");
    assert_eq!(world.store.copies.values().next().map(|file| file.bytes.clone()), Some("another".into()));
}

#[test]
fn whether_folders_can_be_read_without_a_page_is_learned_and_ends_the_copying() {
    let mut world = offline(&[("a.jpg", "one")]);
    assert_eq!(world.store.memory.closed_access.of(PICTURES), None);
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    assert_eq!(world.store.memory.closed_access.of(PICTURES), Some(Readable::Yes));
    world.reboot();
    world.pass(A_MINUTE_MS);
    assert_eq!(copies(&world), [""; 0]);

    world.disk().access = BARRED;
    world.wake(Wake::Sync, SHIFT_MS);
    world.settle();
    assert_eq!(world.store.memory.closed_access.of(PICTURES), Some(Readable::No));
}

#[test]
fn files_that_the_browser_sends_are_not_sent_twice_and_count_only_once_the_server_confirms() {
    let film = "f".repeat(17 << 20);
    let mut world = World::unpaired(&[("film.mp4", film.as_str()), ("a.jpg", "one")]);
    world.server.paired = true;
    let until = world.now + 2 * A_MINUTE_MS;
    world.start();
    while world.log.uploads.len() < 2 && world.step() {}
    let large = world.engine.largest(9);
    assert_eq!(large.iter().map(|large| &*large.path).collect::<Vec<_>>(), ["film.mp4"]);

    world.fetching = vec![large[0].file];
    world.tell(Event::FetchingChanged(world.fetching.clone()));
    world.settle();
    assert!(matches!(world.state("film.mp4"), Some(FileState::Ready { .. })), "ours was let go");
    assert_eq!((world.view().fetching, world.view().large), (1, 0));
    assert!(world.view().tally.remaining == 1 && world.log.uploads.len() == 2);

    // The browser's upload failed. The file is where it was.
    world.fetching.clear();
    world.server.offline_until(until);
    world.wake(Wake::Fetched, SHIFT_MS);
    world.settle();
    assert!(!matches!(world.state("film.mp4"), Some(FileState::Protected { .. })));
    assert!(world.engine.report().work);
    close_for(&mut world, 3 * A_MINUTE_MS);

    // The browser's upload arrived.
    let digest = large[0].digest;
    world.server.upload(world.now, film.clone().into_bytes(), digest);
    world.wake(Wake::Fetched, SHIFT_MS);
    world.settle();
    assert!(matches!(world.state("film.mp4"), Some(FileState::Protected { .. })));
    assert_eq!(world.log.uploads.len(), 2);
}

#[test]
fn shared_files_are_removed_once_the_server_has_them_and_not_before() {
    const SHARED: FolderId = FolderId(7);
    let mut world = World::with(&[]);
    world.settle();
    let modified = Moment(world.now.0 - A_MINUTE_MS);
    world.disk_of(SHARED).write("shared.jpg", "shared", modified);
    world.store.add_folder(SHARED, INBOX);
    world.server.says(500);
    world.tell(Event::Folder(SHARED, FolderEvent::Added { name: INBOX.into(), lasting: Lasting::Inbox }));
    world.settle();
    assert!(world.disk_of(SHARED).files.contains_key("shared.jpg"));
    world.pass(10 * A_MINUTE_MS);
    assert!(world.disk_of(SHARED).files.is_empty());
    assert_eq!(world.server.assets.len(), 1);

    // A kill between the proof and the deletion.
    world.disk_of(SHARED).write("b.jpg", "more", modified);
    world.look();
    while !matches!(world.state_of(SHARED, "b.jpg"), Some(FileState::Protected { .. })) && world.step() {}
    while world.store.rows.values().filter(|row| matches!(row.state, FileState::Protected { .. })).count() < 1
        && world.step()
    {}
    world.reboot();
    world.settle();
    assert!(world.disk_of(SHARED).files.is_empty());
    // Files that cannot be backed up stay until the person removes them. Waiting files stay in any case.
    world.disk_of(SHARED).write("notes.txt", "notes", modified);
    world.disk_of(SHARED).write("c.jpg", "waits", modified);
    world.server.says(500);
    world.look();
    world.settle();
    assert_eq!(world.disk_of(SHARED).files.len(), 2);
    world.ask(Intent::RemoveFolder(SHARED));
    world.settle();
    assert_eq!(world.disk_of(SHARED).files.keys().collect::<Vec<_>>(), ["c.jpg"]);
    assert_eq!(world.state_of(SHARED, "notes.txt"), None);
    world.pass(A_MINUTE_MS);
    assert!(world.server.holds("waits"));
    // The person's own folders are not ours to tidy.
    world.disk().write("mine.jpg", "mine", modified);
    world.look();
    world.settle();
    assert!(world.disk().files.contains_key("mine.jpg"));
}
