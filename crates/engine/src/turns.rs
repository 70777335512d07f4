//! An order of work: a sorted set. As fast here as the library's search tree and an eighth of its code, which counts in
//! what a service worker loads.

use crate::row::FileId;

/// A place in an order: attempts, then a rank, then the file.
pub(crate) type Turn = (u8, u64, FileId);

/// A chunk is split when it gets longer: a move within it costs less than finding it.
const LONGEST: usize = 256;

/// Sorted chunks in order. Invariant: none is empty.
#[derive(Debug, Default)]
pub(crate) struct Turns {
    chunks: Vec<Vec<Turn>>,
    len: usize,
}

impl Turns {
    pub(crate) fn insert(&mut self, turn: Turn) {
        let at = self.chunk_of(&turn);
        let Some(chunk) = self.chunks.get_mut(at) else {
            self.chunks.push(vec![turn]);
            self.len += 1;
            return;
        };
        let Err(place) = chunk.binary_search(&turn) else { return };
        chunk.insert(place, turn);
        self.len += 1;
        if chunk.len() > LONGEST {
            let rest = chunk.split_off(LONGEST / 2);
            self.chunks.insert(at + 1, rest);
        }
    }

    pub(crate) fn remove(&mut self, turn: &Turn) {
        let at = self.chunk_of(turn);
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        let Ok(place) = chunk.binary_search(turn) else { return };
        chunk.remove(place);
        self.len -= 1;
        if chunk.is_empty() {
            self.chunks.remove(at);
        }
    }

    /// Only the first so many stay.
    pub(crate) fn truncate(&mut self, len: usize) {
        while self.len > len
            && let Some(last) = self.chunks.last_mut()
        {
            let more = (self.len - len).min(last.len());
            last.truncate(last.len() - more);
            self.len -= more;
            if last.is_empty() {
                self.chunks.pop();
            }
        }
    }

    pub(crate) fn pop_first(&mut self) -> Option<Turn> {
        let first = *self.first()?;
        self.remove(&first);
        Some(first)
    }

    pub(crate) fn first(&self) -> Option<&Turn> {
        self.iter().next()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Turn> {
        self.chunks.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.len == 0
    }

    pub(crate) fn contains(&self, turn: &Turn) -> bool {
        self.chunks.get(self.chunk_of(turn)).is_some_and(|chunk| chunk.binary_search(turn).is_ok())
    }

    /// Where it is, or would be.
    fn chunk_of(&self, turn: &Turn) -> usize {
        let begins_before = |chunk: &Vec<Turn>| chunk.first().is_some_and(|first| first <= turn);
        self.chunks.partition_point(begins_before).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn it_is_a_sorted_set_whatever_comes_and_goes() {
        let mut random = fastrand::Rng::with_seed(1);
        let (mut turns, mut set) = (Turns::default(), BTreeSet::new());
        for step in 0..40_000 {
            let turn = (random.u8(..3), random.u64(..50), FileId(random.u32(..200)));
            // It grows at first, and shrinks to nothing at last.
            match random.u8(..10) {
                ..5 if step < 20_000 => {
                    turns.insert(turn);
                    set.insert(turn);
                }
                5..8 => {
                    turns.remove(&turn);
                    set.remove(&turn);
                }
                _ => assert_eq!(turns.pop_first(), set.pop_first()),
            }
            assert_eq!((turns.len(), turns.first()), (set.len(), set.first()));
            assert_eq!(turns.contains(&turn), set.contains(&turn));
        }
        assert!(turns.iter().eq(set.iter()) && turns.is_empty());
    }

    #[test]
    fn many_are_kept_in_order() {
        let mut turns = Turns::default();
        let mut all: Vec<Turn> = (0..10_000).map(|id| (0, 7, FileId(id))).collect();
        fastrand::Rng::with_seed(2).shuffle(&mut all);
        all.iter().for_each(|turn| turns.insert(*turn));
        all.sort_unstable();
        assert!(turns.iter().eq(all.iter()));
        for len in [9_999, 700, 0] {
            turns.truncate(len);
            assert!(turns.iter().eq(all[..len].iter()) && turns.len() == len);
        }
    }
}
