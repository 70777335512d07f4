//! The history: what started each run, what it did, and an account that adds up.

use safelight_engine::testing::World;
use safelight_engine::{Account, Event, Halt, Intent, LinkEvent, Moment, Run, RunEnd, Wake};

#[test]
fn a_run_records_what_woke_it_what_it_did_and_how_it_ended() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "one"), ("c.jpg", "three"), ("d.txt", "x")]);
    world.settle();
    let run = newest(&world);
    assert_eq!((run.woken_by, run.ended.map(|ended| ended.because)), (Wake::Opened, Some(RunEnd::Finished)));
    assert_eq!((run.done.sent, run.done.sent_bytes, run.done.already_there), (2, 8, 1));
    adds_up(&run.account);
    assert_eq!((run.account.scanned, run.account.sent, run.account.already_there), (4, 2, 1));
}

#[test]
fn only_the_newest_run_that_found_nothing_is_kept() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    for _ in 0..5 {
        world.look();
        world.settle();
    }
    let woken: Vec<Wake> = world.store.runs.values().map(|run| run.woken_by).collect();
    assert_eq!(woken, [Wake::Opened, Wake::Resumed]);
    world.disk().write("b.jpg", "two", Moment(5));
    world.tell_touched();
    world.settle();
    let woken: Vec<Wake> = world.store.runs.values().map(|run| run.woken_by).collect();
    assert_eq!(woken, [Wake::Opened, Wake::Resumed, Wake::FilesChanged]);
}

#[test]
fn the_newest_of_two_page_runs_that_found_nothing_is_kept() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.look();
    world.settle();
    world.now = world.now + 60_000;
    world.reboot();
    world.settle();
    let woken: Vec<Wake> = world.store.runs.values().map(|run| run.woken_by).collect();
    assert_eq!(woken, [Wake::Opened, Wake::Opened]);
}

#[test]
fn a_file_that_settled_is_sent_by_a_run_that_still_knows_what_woke_it() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    let now = world.now;
    world.disk().write("new.jpg", "two", now);
    world.tell_touched();
    world.pass(10_000);
    let run = newest(&world);
    assert_eq!((run.woken_by, run.done.sent), (Wake::FilesChanged, 1));
}

#[test]
fn a_retry_belongs_to_what_woke_the_run_that_failed() {
    let mut world = World::with(&[("a.jpg", "one")]);
    world.settle();
    world.disk().write("b.jpg", "two", Moment(5));
    world.server.says(500);
    world.tell_touched();
    world.pass(60_000);
    let woken: Vec<Wake> = world.store.runs.values().map(|run| run.woken_by).collect();
    assert_eq!(woken, [Wake::Opened, Wake::FilesChanged, Wake::FilesChanged]);
}

#[test]
fn a_run_that_was_cut_off_says_so_and_the_next_one_continues() {
    let mut world = World::with(&[("a.jpg", "one"), ("b.jpg", "two")]);
    while world.log.sent.is_empty() && world.step() {}
    world.reboot();
    world.settle();
    let runs: Vec<&Run> = world.store.runs.values().collect();
    assert_eq!(runs[0].ended.map(|ended| ended.because), Some(RunEnd::CutOff));
    assert_eq!(runs[1].woken_by, Wake::Opened);
    runs.iter().for_each(|run| adds_up(&run.account));
    assert_eq!(runs[1].account.remaining, 0);
}

#[test]
fn a_run_that_could_not_go_on_says_why() {
    let mut world = World::unpaired(&[("a.jpg", "one")]);
    world.server.paired = true;
    let back = world.now + 3_600_000;
    world.server.offline_until(back);
    world.start();
    world.settle();
    assert_eq!(newest(&world).ended.map(|ended| ended.because), Some(RunEnd::Stopped(Halt::Offline)));
    world.now = back;
    world.tell(Event::Link(LinkEvent::NetworkChanged { online: true }));
    world.settle();
    assert_eq!(newest(&world).woken_by, Wake::NetworkBack);
    world.disk().write("b.jpg", "two", Moment(5));
    world.look();
    world.ask(Intent::Pause);
    world.settle();
    assert_eq!(newest(&world).ended.map(|ended| ended.because), Some(RunEnd::Paused));
}

fn newest(world: &World) -> &Run {
    world.store.runs.last_key_value().unwrap().1
}

fn adds_up(account: &Account) {
    let skipped: u64 = account.skipped.iter().map(|(_, count)| count).sum();
    let problems: u64 = account.problems.iter().map(|(_, count)| count).sum();
    let all = account.sent + account.already_there + skipped + problems + account.remaining;
    assert_eq!(account.scanned, all, "{account:?}");
}
