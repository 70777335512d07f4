//! Limits on how many callers may hold a permit at once: one limit for all together, and one for each kind, so
//! that one kind cannot take every permit.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct Limiter<K> {
    most: usize,
    held: Mutex<HashMap<K, usize>>,
}

/// Dropping it frees it.
pub(crate) struct Permit<K: Eq + Hash> {
    limiter: Arc<Limiter<K>>,
    kind: K,
}

impl<K: Eq + Hash + Clone> Limiter<K> {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, held: Mutex::default() })
    }

    /// `None` if all permits are taken, or if this kind already holds `most_of_kind` of them.
    pub(crate) fn acquire(self: &Arc<Self>, kind: K, most_of_kind: usize) -> Option<Permit<K>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = held.get(&kind).copied().unwrap_or_default();
        if of_kind >= most_of_kind || held.values().sum::<usize>() >= self.most {
            return None;
        }
        held.insert(kind.clone(), of_kind + 1);
        Some(Permit { limiter: Arc::clone(self), kind })
    }
}

impl<K> Limiter<K> {
    pub(crate) fn count(&self) -> usize {
        self.held.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

impl<K: Eq + Hash> Drop for Permit<K> {
    fn drop(&mut self) {
        let mut held = self.limiter.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_kind) = held.get_mut(&self.kind) {
            *of_kind -= 1;
            if *of_kind == 0 {
                held.remove(&self.kind);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_leaves_room_for_others() {
        let limiter = Limiter::new(5);
        let mut many: Vec<_> = (0..3).map(|_| limiter.acquire("a", 3).unwrap()).collect();
        assert!(limiter.acquire("a", 3).is_none());
        many.push(limiter.acquire("b", 3).unwrap());
        many.push(limiter.acquire("c", 3).unwrap());
        assert!(limiter.acquire("d", 3).is_none(), "all together are bounded");
        assert_eq!(limiter.count(), 5);
        drop(many);
        assert!(limiter.acquire("a", 3).is_some());
        assert_eq!(limiter.count(), 0);
    }
}
