//! How fast the uploads of one device may be, all together. A page cannot slow a request down once it is on its
//! way; reading it slowly can.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// The throttles of all devices that ever asked for one since the start.
#[derive(Default)]
pub struct Throttles(Mutex<HashMap<String, Arc<Throttle>>>);

pub struct Throttle {
    rate: watch::Sender<Option<NonZeroU64>>,
    /// When the bytes that were let through so far have had their time.
    free_at: Mutex<Instant>,
}

impl Throttles {
    pub fn of(&self, device: &str) -> Arc<Throttle> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.entry(device.to_owned()).or_default().clone()
    }
}

impl Default for Throttle {
    fn default() -> Self {
        Self { rate: watch::Sender::new(None), free_at: Mutex::new(Instant::now()) }
    }
}

impl Throttle {
    /// Takes effect at once, also for uploads that wait for their turn under the old one.
    pub fn set(&self, bytes_per_second: Option<NonZeroU64>) {
        *self.free_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.rate.send_replace(bytes_per_second);
    }

    /// Waits until so many bytes more may pass.
    pub async fn let_through(&self, bytes: usize) {
        let mut rate = self.rate.subscribe();
        let Some(bytes_per_second) = *rate.borrow_and_update() else { return };
        let turn = self.book(bytes, bytes_per_second);
        // A new rate ends the wait: these bytes are few beside what follows.
        let _ = timeout(turn.saturating_duration_since(Instant::now()), rate.changed()).await;
    }

    /// Books the time that these bytes take; tells when it begins.
    fn book(&self, bytes: usize, bytes_per_second: NonZeroU64) -> Instant {
        let takes = Duration::from_secs_f64(bytes as f64 / bytes_per_second.get() as f64);
        let mut free_at = self.free_at.lock().unwrap_or_else(PoisonError::into_inner);
        let begins = (*free_at).max(Instant::now());
        *free_at = begins + takes;
        begins
    }
}

#[cfg(test)]
mod tests {
    use tokio::time::sleep_until;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn all_uploads_of_a_device_share_its_rate() {
        let throttles = Throttles::default();
        throttles.of("phone").set(NonZeroU64::new(1_000));
        let begun = Instant::now();
        let upload = async || {
            for _ in 0..10 {
                throttles.of("phone").let_through(500).await;
            }
        };
        tokio::join!(upload(), upload());
        assert_eq!(begun.elapsed().as_millis() / 100, 95, "the last half second of 10 is nobody's wait");
        let begun = Instant::now();
        throttles.of("laptop").let_through(1 << 30).await;
        assert_eq!(begun.elapsed(), Duration::ZERO, "others are not slowed");
    }

    #[tokio::test(start_paused = true)]
    async fn a_new_rate_holds_at_once() {
        let throttle = Throttle::default();
        throttle.set(NonZeroU64::new(1));
        throttle.let_through(1_000_000).await;
        let begun = Instant::now();
        let change = async {
            sleep_until(begun + Duration::from_secs(3)).await;
            throttle.set(None);
        };
        tokio::join!(throttle.let_through(1_000), change);
        assert_eq!(begun.elapsed().as_secs(), 3);
    }
}
