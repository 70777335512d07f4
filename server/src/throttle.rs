//! The bandwidth limit for all uploads of one device together. A page cannot slow down a request that it has already
//! sent, but the server can read it slowly.

use std::collections::HashMap;
use std::num::NonZeroU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::{Instant, timeout};

/// The throttles of all devices that have needed one since the server started.
#[derive(Default)]
pub struct Throttles(Mutex<HashMap<String, Arc<Throttle>>>);

pub struct Throttle {
    rate: watch::Sender<Option<NonZeroU64>>,
    /// When the bytes let through so far will have used up their time.
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
    /// Takes effect at once, even for uploads that are waiting under the old rate.
    pub fn set(&self, bytes_per_second: Option<NonZeroU64>) {
        *self.free_at.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
        self.rate.send_replace(bytes_per_second);
    }

    /// Waits until this many more bytes may pass.
    pub async fn let_through(&self, bytes: usize) {
        let mut rate = self.rate.subscribe();
        let Some(bytes_per_second) = *rate.borrow_and_update() else { return };
        let turn = self.book(bytes, bytes_per_second);
        // A rate change ends the wait early: these bytes are few compared with what follows.
        let _ = timeout(turn.saturating_duration_since(Instant::now()), rate.changed()).await;
    }

    /// Reserves the time that these bytes take, and returns when that time starts.
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
    async fn a_new_rate_takes_effect_at_once() {
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
