//! The store in memory does what the one in a browser does: the same test runs there, on a real IndexedDB.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use safelight_engine::testing::Store;
use safelight_engine::testing::contract::{Shelf, a_store_keeps_its_word};
use safelight_engine::{Moment, Run, Saved, SavedRow, Settings};

#[test]
fn the_store_in_memory_keeps_its_word() {
    // Nothing in memory ever waits.
    let test = pin!(a_store_keeps_its_word(InMemory(Store::default())));
    assert_eq!(test.poll(&mut Context::from_waker(Waker::noop())), Poll::Ready(()));
}

struct InMemory(Store);

impl Shelf for InMemory {
    async fn save(&mut self, rows: Vec<SavedRow>) {
        self.0.save(rows);
    }

    async fn save_settings(&mut self, settings: Settings) {
        self.0.settings = settings;
    }

    async fn save_run(&mut self, run: Run, replaces: Option<Moment>) {
        self.0.save_run(run, replaces);
    }

    async fn load(&self) -> Saved {
        self.0.load()
    }

    async fn reopen(self) -> InMemory {
        self
    }
}
