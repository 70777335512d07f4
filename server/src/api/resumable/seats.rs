//! Which request is using an upload. A client that lost its connection may come back while the server still waits for
//! the old one. So the latest request takes the seat: the previous one is told to stop, and the new one waits until it
//! has.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};

use crate::vault::UploadId;

#[derive(Default)]
pub(crate) struct Seats(Mutex<HashMap<UploadId, Arc<Seat>>>);

struct Seat {
    /// The number of the latest request.
    latest: watch::Sender<u64>,
    turn: Arc<Turn<()>>,
}

/// The right to use an upload until another request wants it.
pub(super) struct Taken {
    /// Held while writing, so that the next request waits until everything is recorded.
    pub(super) guard: OwnedMutexGuard<()>,
    pub(super) eviction: Eviction,
}

/// Reports when another request wants the seat.
pub(super) struct Eviction {
    latest: watch::Receiver<u64>,
    ours: u64,
    /// Keeps the sender of `latest` alive.
    _seat: Arc<Seat>,
}

impl Seats {
    pub(super) async fn take(&self, upload: UploadId) -> Taken {
        let seat = self.seat(upload);
        let mut ours = 0;
        seat.latest.send_modify(|latest| {
            *latest += 1;
            ours = *latest;
        });
        let latest = seat.latest.subscribe();
        let guard = Arc::clone(&seat.turn).lock_owned().await;
        Taken { guard, eviction: Eviction { latest, ours, _seat: seat } }
    }

    /// The seat of this upload. Unused seats are removed.
    fn seat(&self, upload: UploadId) -> Arc<Seat> {
        let mut seats = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seats.retain(|_, seat| Arc::strong_count(seat) > 1);
        let new = || Arc::new(Seat { latest: watch::Sender::new(0), turn: Arc::default() });
        Arc::clone(seats.entry(upload).or_insert_with(new))
    }
}

impl Eviction {
    pub(super) async fn wanted(&mut self) {
        let ours = self.ours;
        // Cannot fail: `_seat` keeps the sender alive.
        _ = self.latest.wait_for(|latest| *latest != ours).await;
    }
}
