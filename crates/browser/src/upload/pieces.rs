//! Whether files go in pieces, and how large a piece is at the moment.

/// On loopback a file in pieces takes as long as one in a form at every size from 1 MiB to 64 (measured), so what counts
/// is the one question more: of a second's sending, a round trip of 20 ms is little. A smaller file is sent again as
/// quickly as its place is found.
pub(super) const WORTH_PIECES_BYTES: u64 = 16 << 20;
/// Whoever is stopped after minutes loses on a slow line what a form had sent of every photo, shift after shift.
pub(super) const WORTH_PIECES_IN_A_SHIFT_BYTES: u64 = 1 << 20;

const FIRST_BYTES: u64 = 8 << 20;
const SMALLEST_BYTES: u64 = 256 << 10;
/// Below what the usual proxies let through.
const LARGEST_BYTES: u64 = 64 << 20;
/// What a proxy that passes on only whole requests may lose.
const PIECE_TAKES_MS: u64 = 10_000;

/// What one context has learned about sending pieces to its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces {
    taken: bool,
    /// Smaller files are not worth it.
    more_than: u64,
    /// The size of the next piece.
    next: u64,
    /// No request is larger: something on the way refuses what is, or the server says so.
    most: u64,
}

impl Pieces {
    /// For files of more than so many bytes.
    pub(super) fn for_more_than(more_than: u64) -> Pieces {
        Pieces { taken: false, more_than, next: FIRST_BYTES, most: LARGEST_BYTES }
    }

    pub(super) fn are_taken(&self) -> bool {
        self.taken
    }

    pub(super) fn set_taken(&mut self, taken: bool) {
        self.taken = taken;
    }

    /// Whether a file of this size goes in pieces.
    pub(super) fn suit(&self, size: u64) -> bool {
        self.taken && (size > self.more_than || size > self.most)
    }

    /// Bytes of the next piece.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether a smaller piece than this makes sense.
    pub(super) fn can_be_smaller_than(&self, bytes: u64) -> bool {
        bytes > SMALLEST_BYTES
    }

    /// So many bytes took so long.
    pub(super) fn learn(&mut self, bytes: u64, took_ms: u64) {
        let fitting = bytes.saturating_mul(PIECE_TAKES_MS) / took_ms.max(1);
        self.aim_at(fitting.min(self.next.saturating_mul(2)));
    }

    /// A request of this size was refused for its size.
    pub(super) fn refused(&mut self, bytes: u64) {
        // Quarter by quarter, because the limit may be just below.
        self.stay_within(bytes / 4 * 3);
    }

    /// A request of this size did not arrive, for whatever reason.
    pub(super) fn lost(&mut self, bytes: u64) {
        self.aim_at(self.next.min(bytes / 2));
    }

    /// The server names the largest request that reaches it.
    pub(super) fn stay_within(&mut self, most: u64) {
        self.most = self.most.min(most);
        self.aim_at(self.next);
    }

    fn aim_at(&mut self, bytes: u64) {
        self.next = bytes.max(SMALLEST_BYTES).min(self.most).max(1);
    }
}
