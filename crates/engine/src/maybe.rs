//! A set of digests that may take one for another, which costs a question.

use protocol::Digest;

use crate::row::FileId;
use crate::turns::{Turn, Turns};

/// By twelve bytes of each, in the one kind of set that there is: another one is a kilobyte of code.
#[derive(Default)]
pub(crate) struct Digests(Turns);

impl Digests {
    pub(crate) fn insert(&mut self, digest: Digest) {
        self.0.insert(short(digest));
    }

    pub(crate) fn remove(&mut self, digest: Digest) {
        self.0.remove(&short(digest));
    }

    pub(crate) fn contains(&self, digest: Digest) -> bool {
        self.0.contains(&short(digest))
    }
}

fn short(digest: Digest) -> Turn {
    let Digest([a, b, c, d, e, f, g, h, i, j, k, l, ..]) = digest;
    (0, u64::from_le_bytes([a, b, c, d, e, f, g, h]), FileId(u32::from_le_bytes([i, j, k, l])))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_what_was_put_in_and_not_taken_out() {
        let (one, other) = (Digest([1; 20]), Digest([2; 20]));
        let mut digests = Digests::default();
        digests.insert(one);
        digests.insert(other);
        digests.remove(one);
        assert!(!digests.contains(one) && digests.contains(other));
    }
}
