//! Who is using an upload right now. A client that lost its connection comes back while the server still waits for
//! the old one, so whoever comes last takes the seat: the one before is told to stop, and is waited for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{Mutex as Turn, OwnedMutexGuard, watch};

use crate::vault::UploadId;

#[derive(Default)]
pub(crate) struct Seats(Mutex<HashMap<UploadId, Arc<Seat>>>);

struct Seat {
    /// Who came last, by number.
    latest: watch::Sender<u64>,
    turn: Arc<Turn<()>>,
}

/// The right to use an upload, until somebody else wants it.
pub(super) struct Taken {
    /// Held by whoever writes, so that the next waits until all is recorded.
    pub(super) guard: OwnedMutexGuard<()>,
    pub(super) eviction: Eviction,
}

/// Tells when somebody else wants the seat.
pub(super) struct Eviction {
    latest: watch::Receiver<u64>,
    ours: u64,
    /// Keeps the other end of `latest`.
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

    /// Seats that nobody sits on are put away.
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
        // The other end lives as long as we do.
        _ = self.latest.wait_for(|latest| *latest != ours).await;
    }
}
