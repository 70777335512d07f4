//! Limits on how many callers may hold a place at once: one limit for all together, and one for each kind, so
//! that one kind cannot take every place.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Arc, Mutex, PoisonError};

pub(crate) struct Crowd<K> {
    most: usize,
    there: Mutex<HashMap<K, usize>>,
}

/// A place; dropping it frees it.
pub(crate) struct Place<K: Eq + Hash> {
    crowd: Arc<Crowd<K>>,
    kind: K,
}

impl<K: Eq + Hash + Clone> Crowd<K> {
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, there: Mutex::default() })
    }

    /// `None` if all places are taken, or if this kind already holds `most_of_kind` of them.
    pub(crate) fn enter(self: &Arc<Self>, kind: K, most_of_kind: usize) -> Option<Place<K>> {
        let mut there = self.there.lock().unwrap_or_else(PoisonError::into_inner);
        let of_kind = there.get(&kind).copied().unwrap_or_default();
        if of_kind >= most_of_kind || there.values().sum::<usize>() >= self.most {
            return None;
        }
        there.insert(kind.clone(), of_kind + 1);
        Some(Place { crowd: Arc::clone(self), kind })
    }
}

impl<K> Crowd<K> {
    pub(crate) fn count(&self) -> usize {
        self.there.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

impl<K: Eq + Hash> Drop for Place<K> {
    fn drop(&mut self) {
        let mut there = self.crowd.there.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(of_kind) = there.get_mut(&self.kind) {
            *of_kind -= 1;
            if *of_kind == 0 {
                there.remove(&self.kind);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_leaves_room_for_others() {
        let crowd = Crowd::new(5);
        let mut many: Vec<_> = (0..3).map(|_| crowd.enter("a", 3).unwrap()).collect();
        assert!(crowd.enter("a", 3).is_none());
        many.push(crowd.enter("b", 3).unwrap());
        many.push(crowd.enter("c", 3).unwrap());
        assert!(crowd.enter("d", 3).is_none(), "all together are bounded");
        assert_eq!(crowd.count(), 5);
        drop(many);
        assert!(crowd.enter("a", 3).is_some());
        assert_eq!(crowd.count(), 0);
    }
}
