//! A first listing digests small files while it has them open.

use safelight_engine::testing::{PICTURES, World, digest_of};
use safelight_engine::{
    Access, Barrier, Begin, Engine, Event, Filter, FolderEvent, FolderId, Headline, Intent, Lasting,
    ListedFile, Look, Moment, Query, Reason, Stamp, Surroundings,
};

const NEW: FolderId = FolderId(9);

/// A world to which a folder of these files has just been added.
fn world_with_new(files: &[(&str, &str)]) -> World {
    let mut world = World::with(&[]);
    world.settle();
    let modified = Moment(world.now.0 - 3_600_000);
    files.iter().for_each(|(path, bytes)| world.disk_of(NEW).write(path, bytes, modified));
    let added = FolderEvent::Added { name: "New".into(), lasting: Lasting::Lasting };
    world.tell(Event::Folder(NEW, added));
    world
}

#[test]
fn what_a_first_listing_read_is_not_read_again() {
    let mut world = world_with_new(&[("a.jpg", "one"), ("b.mov", "two"), ("without ending", "no photo")]);
    world.settle();
    assert_eq!(world.view().tally.protected, 2);
    assert_eq!(world.log.hashed, ["without ending"], "its name does not tell what it is");
}

#[test]
fn only_a_folder_of_which_nothing_is_known_is_read_ahead() {
    let mut world = world_with_new(&[("a.jpg", "one")]);
    world.settle();
    let modified = Moment(world.now.0 - 3_600_000);
    world.disk_of(NEW).write("b.jpg", "two", modified);
    world.look();
    world.settle();
    assert_eq!((world.view().headline, &*world.log.hashed), (Headline::Done, &["b.jpg".to_owned()][..]));
}

#[test]
fn a_digest_from_before_the_watch_named_the_file_is_void() {
    let mut engine = Engine::new();
    let mut begun = Vec::new();
    for event in [
        Event::Started(Box::default()),
        Event::FetchingChanged(Vec::new()),
        Event::SurroundingsChanged(Surroundings::default()),
        Event::Folder(PICTURES, FolderEvent::Added { name: "Pictures".into(), lasting: Lasting::Lasting }),
    ] {
        begun.extend(engine.handle(Moment(1_000_000), event).begin);
    }
    let scan = begun.iter().find_map(|command| {
        if let Begin::ListFolder { scan, reads_ahead: true, .. } = command { Some(*scan) } else { None }
    });
    let mut tell = |event| engine.handle(Moment(1_000_000), Event::Folder(PICTURES, event));
    tell(FolderEvent::PathsTouched(vec!["a.jpg".into()]));
    let (look, digest) = (Look::Seen(Stamp { size: 3, modified: Moment(5) }), Some(digest_of(b"old")));
    let files = ["a.jpg", "b.jpg"].map(|path| ListedFile { digest, ..ListedFile::new(path, look) });
    tell(FolderEvent::FilesListed { scan: scan.unwrap(), files: files.into() });
    let reasons: Vec<Reason> =
        engine.rows(Query::of(Filter::Remaining), 0, 2).rows.into_iter().map(|row| row.reason).collect();
    assert_eq!(reasons, [Reason::NotReadYet, Reason::NotSentYet]);
}

#[test]
fn nothing_is_read_ahead_once_reading_must_end() {
    let barred = FolderEvent::AccessChanged(Access::Barred(Barrier::NeedsPermission));
    for event in
        [Event::Asked(Intent::Pause), Event::Asked(Intent::RemoveFolder(NEW)), Event::Folder(NEW, barred)]
    {
        let mut world = world_with_new(&[("a.jpg", "one")]);
        let commands = world.engine.handle(world.now, event.clone());
        let stops = commands.begin.iter().any(|command| matches!(command, Begin::StopReadingAhead(_)));
        assert!(stops, "{event:?}: {commands:?}");
    }
}
