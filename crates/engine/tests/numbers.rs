//! The numbers add up after every step.

use proptest::prelude::*;
use safelight_engine::testing::{CODE, World};
use safelight_engine::{FileState, Intent, Tally};

#[derive(Debug, Clone)]
enum Misfortune {
    Steps(u8),
    Edit(u8),
    Delete(u8),
    Unreadable(u8),
    Reboot,
    ServerSays(u16),
    Offline,
    SignedOut,
    Pause,
    BackUpNow,
}

fn misfortune() -> impl Strategy<Value = Misfortune> {
    prop_oneof![
        4 => (1..40u8).prop_map(Misfortune::Steps),
        2 => (0..6u8).prop_map(Misfortune::Edit),
        1 => (0..6u8).prop_map(Misfortune::Delete),
        1 => (0..6u8).prop_map(Misfortune::Unreadable),
        2 => Just(Misfortune::Reboot),
        2 => prop::sample::select(vec![400u16, 401, 413, 429, 460, 500, 502, 507]).prop_map(Misfortune::ServerSays),
        1 => Just(Misfortune::Offline),
        1 => Just(Misfortune::SignedOut),
        1 => Just(Misfortune::Pause),
        1 => Just(Misfortune::BackUpNow),
    ]
}

proptest! {
    #[test]
    fn whatever_happens_the_numbers_add_up_and_protected_is_proven(story in prop::collection::vec(misfortune(), 0..40)) {
        let mut world = World::with(&[("0.jpg", "zero"), ("1.jpg", "one"), ("2.mov", "two"), ("3.txt", "three"), ("4.jpg", "zero")]);
        for chapter in story {
            befall(&mut world, chapter);
            check(&world);
        }
        calm_down(&mut world);
        check(&world);
        let tally = world.view().tally;
        prop_assert_eq!(tally.remaining, 0);
        let expected = world.disk().files.len() as u64;
        prop_assert_eq!(tally.total, expected);
    }
}

fn befall(world: &mut World, misfortune: Misfortune) {
    match misfortune {
        Misfortune::Steps(steps) => (0..steps).for_each(|_| _ = world.step()),
        Misfortune::Edit(file) => {
            world.now = world.now + 1;
            let now = world.now;
            world.disk().write(&format!("{file}.jpg"), &format!("edited at {}", now.0), now);
            world.look();
        }
        Misfortune::Delete(file) => {
            world.disk().files.remove(&format!("{file}.jpg"));
            world.look();
        }
        Misfortune::Unreadable(file) => world.disk().set_readable(&format!("{file}.jpg"), false),
        Misfortune::Reboot => world.reboot(),
        Misfortune::ServerSays(status) => world.server.says(status),
        Misfortune::Offline => {
            let until = world.now + 30_000;
            world.server.offline_until(until);
        }
        Misfortune::SignedOut => world.server.paired = false,
        Misfortune::Pause => world.ask(Intent::Pause),
        Misfortune::BackUpNow => world.ask(Intent::BackUpNow),
    }
}

/// After a calm period every file is protected, left out, or a problem.
fn calm_down(world: &mut World) {
    // Each refusal that the server was told to give may end one sign-in.
    for _ in 0..40 {
        world.ask(Intent::Pair { code: CODE.into() });
        world.ask(Intent::BackUpNow);
        world.pass(7_200_000);
    }
}

fn check(world: &World) {
    let tally: Tally = world.view().tally;
    assert_eq!(tally.total, tally.protected + tally.remaining + tally.skipped + tally.problems);
    for row in world.store.rows.values() {
        if let FileState::Protected { digest, .. } = &row.state {
            assert!(world.server.assets.contains_key(digest), "{row:?} is not on the server");
        }
    }
}
