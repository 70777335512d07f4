//! Which digests are being placed right now. If equal files arrive at the same moment, they are placed one
//! after the other. The second then finds the first in the index, and no file is placed twice.

use std::collections::HashSet;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use protocol::Digest;

#[derive(Default)]
pub(super) struct Claims {
    taken: Mutex<HashSet<Digest>>,
    freed: Condvar,
}

/// The right to place this digest; released when dropped.
pub(super) struct Claim<'a> {
    claims: &'a Claims,
    digest: Digest,
}

impl Claims {
    /// Waits until nobody else is placing this digest.
    pub(super) fn claim(&self, digest: Digest) -> Claim<'_> {
        let mut taken = self
            .freed
            .wait_while(self.lock(), |taken| taken.contains(&digest))
            .unwrap_or_else(PoisonError::into_inner);
        taken.insert(digest);
        Claim { claims: self, digest }
    }

    fn lock(&self) -> MutexGuard<'_, HashSet<Digest>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.claims.lock().remove(&self.digest);
        self.claims.freed.notify_all();
    }
}
