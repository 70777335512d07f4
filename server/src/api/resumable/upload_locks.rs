//! Which request is using an upload. A client that lost its connection may come back while the server still waits for
//! the old one. So the latest request gets the lock: the previous one is told to stop, and the new one waits until it
//! has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};

use crate::vault::UploadId;

#[derive(Default)]
pub(crate) struct UploadLocks(Mutex<HashMap<UploadId, Arc<Lock>>>);

struct Lock {
    /// The number of the latest request.
    latest: watch::Sender<u64>,
    turn: Arc<Turn<()>>,
}

/// The right to use an upload until another request wants it.
pub(super) struct UploadLock {
    /// Held while writing, so that the next request waits until everything is recorded.
    pub(super) guard: OwnedMutexGuard<()>,
    pub(super) eviction: Eviction,
}

/// Reports when another request wants the lock.
pub(super) struct Eviction {
    latest: watch::Receiver<u64>,
    ours: u64,
    /// Keeps the sender of `latest` alive.
    _lock: Arc<Lock>,
}

impl UploadLocks {
    pub(super) async fn acquire(&self, upload: UploadId) -> UploadLock {
        let lock = self.lock_of(upload);
        let mut ours = 0;
        lock.latest.send_modify(|latest| {
            *latest += 1;
            ours = *latest;
        });
        let latest = lock.latest.subscribe();
        let guard = Arc::clone(&lock.turn).lock_owned().await;
        UploadLock { guard, eviction: Eviction { latest, ours, _lock: lock } }
    }

    /// The lock of this upload. Unused locks are removed.
    fn lock_of(&self, upload: UploadId) -> Arc<Lock> {
        let mut locks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        locks.retain(|_, lock| Arc::strong_count(lock) > 1);
        let new = || Arc::new(Lock { latest: watch::Sender::new(0), turn: Arc::default() });
        Arc::clone(locks.entry(upload).or_insert_with(new))
    }
}

impl Eviction {
    pub(super) async fn wanted(&mut self) {
        let ours = self.ours;
        // Cannot fail: `_lock` keeps the sender alive.
        _ = self.latest.wait_for(|latest| *latest != ours).await;
    }
}
