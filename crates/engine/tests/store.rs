//! The store in memory does what the one in a browser does: the same test runs there, on a real IndexedDB.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use safelight_engine::testing::Store;
use safelight_engine::testing::contract::{Shelf, a_store_keeps_its_word};
use safelight_engine::{Changes, Saved};

#[test]
fn the_store_in_memory_passes_the_contract() {
    // A store in memory never waits.
    let test = pin!(a_store_keeps_its_word(InMemory(Store::default())));
    assert_eq!(test.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()));
}

struct InMemory(Store);

impl Shelf for InMemory {
    async fn save(&mut self, changes: Changes) {
        self.0.save(changes);
    }

    async fn load(&self) -> Saved {
        self.0.load()
    }

    async fn reopen(self) -> InMemory {
        self
    }
}
