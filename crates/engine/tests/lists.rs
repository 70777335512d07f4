//! The lists of files: searched, filtered, sorted, and what a person does with the files that they choose.

use safelight_engine::testing::{PICTURES, World};
use safelight_engine::{
    Cause, Chosen, Filter, Headline, Intent, Kind, ListOrder, Lists, Moment, Problem, Query, Reason, Recency,
    SkipReason,
};

/// A world in which the server takes nothing, so every file remains.
fn waiting(files: &[(&str, &str)]) -> World {
    let mut world = World::with(files);
    world.server.says(503);
    world.settle();
    world
}

fn paths(world: &World, query: Query) -> Vec<String> {
    world.engine.list(query, 0, 1_000).rows.into_iter().map(|row| row.path).collect()
}

#[test]
fn a_list_is_limited_by_each_part_of_its_query() {
    let world = waiting(&[("a/Beach.jpg", "1"), ("b/forest.jpg", "22"), ("b/Lake.mp4", "333")]);
    let remaining = || Query { order: ListOrder::ByName, ..Query::of(Filter::Remaining) };
    assert_eq!(paths(&world, remaining()), ["a/Beach.jpg", "b/Lake.mp4", "b/forest.jpg"]);
    let table = [
        (Query { words: "BEACH".into(), ..remaining() }, vec!["a/Beach.jpg"]),
        (Query { words: " b/ ".into(), ..remaining() }, vec!["b/Lake.mp4", "b/forest.jpg"]),
        (Query { kind: Some(Kind::Video), ..remaining() }, vec!["b/Lake.mp4"]),
        (
            Query { folder: Some(PICTURES), kind: Some(Kind::Photo), ..remaining() },
            vec!["a/Beach.jpg", "b/forest.jpg"],
        ),
        (Query { cause: Some(Cause::Problem(Problem::Unreadable)), ..remaining() }, vec![]),
        (Query { between: Some((Moment(0), Moment(1))), ..remaining() }, vec![]),
        (
            Query { order: ListOrder::LargestFirst, ..remaining() },
            vec!["b/Lake.mp4", "b/forest.jpg", "a/Beach.jpg"],
        ),
    ];
    for (query, expected) in table {
        assert_eq!(paths(&world, query.clone()), expected, "{query:?}");
    }
    let page = world.engine.list(remaining(), 1, 1);
    assert_eq!((page.from, page.total, page.bytes, page.rows.len()), (1, 3, 6, 1));
}

#[test]
fn scrolling_uses_the_list_that_was_made_unless_it_has_gaps() {
    let mut world = waiting(&[("a.jpg", "1"), ("b.jpg", "22")]);
    let mut lists = Lists::default();
    let query = || Query { order: ListOrder::ByName, ..Query::of(Filter::Remaining) };
    let mut total =
        |world: &World, recency| world.engine.list_again(&mut lists, query(), recency, 0, 9).total;
    assert_eq!(total(&world, Recency::AsBefore), 2);
    let file = world.id("b.jpg").unwrap();
    world.ask(Intent::Skip(Chosen::Files(vec![file])));
    assert_eq!(total(&world, Recency::AsBefore), 2, "as it was made");
    assert_eq!(total(&world, Recency::Now), 1);

    // A row that is on no list any more would leave a gap.
    world.ask(Intent::BackUpNow);
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!(total(&world, Recency::AsBefore), 0);
}

#[test]
fn a_file_that_the_person_leaves_out_stays_out_until_they_include_it() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "three")]);
    world.disk().set_readable("a.jpg", false);
    world.settle();
    assert_eq!(world.view().tally.problems, 1);
    world.ask(Intent::Skip(Chosen::All(Query::of(Filter::Problems))));
    world.settle();
    assert_eq!(world.view().headline, Headline::Done);
    assert_eq!(world.view().tally.skipped, 1);

    // Neither a look, nor a change, nor a restart brings it back.
    world.disk().set_readable("a.jpg", true);
    world.disk().write("a.jpg", "changed", Moment(2_000_000));
    world.look();
    world.settle();
    world.reboot();
    world.settle();
    let skipped = world.engine.list(Query::of(Filter::Skipped), 0, 9).rows;
    assert_eq!(skipped[0].reason, Reason::Skipped(SkipReason::Chosen));
    assert_eq!(world.view().tally.protected, 1);

    world.ask(Intent::Include(Chosen::Files(vec![skipped[0].id])));
    world.settle();
    assert_eq!(world.view().tally.protected, 2);
}

#[test]
fn what_is_protected_is_never_left_out() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let file = world.id("a.jpg").unwrap();
    world.ask(Intent::Skip(Chosen::Files(vec![file])));
    world.settle();
    assert_eq!(world.view().tally.protected, 1);
}

#[test]
fn a_file_that_waits_is_tried_again_at_once_when_asked() {
    let mut world = waiting(&[("a.jpg", "one")]);
    let file = world.id("a.jpg").unwrap();
    world.ask(Intent::Retry(Chosen::Files(vec![file])));
    world.settle();
    assert_eq!(world.view().tally.protected, 1);
}
