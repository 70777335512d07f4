//! Whether files go in pieces, and how large a piece is at the moment.

use protocol::safelight;

/// Whoever is stopped after minutes loses on a slow line what a form had sent of every photo, shift after shift. So a
/// shift sends smaller files in pieces than the server says is worth it.
const WORTH_IT_IN_A_SHIFT_BYTES: u64 = 1 << 20;

const FIRST_BYTES: u64 = 8 << 20;
const SMALLEST_BYTES: u64 = 256 << 10;
/// Below what the usual proxies let through.
const LARGEST_BYTES: u64 = 64 << 20;
/// What a proxy that passes on only whole requests may lose.
const PIECE_TAKES_MS: u64 = 10_000;

/// What one context has learned about sending pieces to its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces {
    /// At most from this size on, whatever the server says; in bytes.
    from_at_most: u64,
    /// The size in bytes from which files go in pieces; none if the server takes no pieces.
    from: Option<u64>,
    /// The size of the next piece.
    next: u64,
    /// No request is larger: something on the way refuses what is, or the server says so.
    most: u64,
}

impl Pieces {
    /// As long as a page is open: from the size on that the server names.
    pub(super) fn in_a_page() -> Pieces {
        Pieces { from_at_most: u64::MAX, from: None, next: FIRST_BYTES, most: LARGEST_BYTES }
    }

    /// In a shift of a service worker.
    pub(super) fn in_a_shift() -> Pieces {
        Pieces { from_at_most: WORTH_IT_IN_A_SHIFT_BYTES, ..Pieces::in_a_page() }
    }

    /// What the server says about pieces; none if it takes none.
    pub(super) fn told(&mut self, told: Option<safelight::Pieces>) {
        self.from = told.map(|pieces| pieces.from.min(self.from_at_most));
        if let Some(most) = told.and_then(|pieces| pieces.up_to).filter(|most| *most > 0) {
            self.stay_within(most);
        }
    }

    pub(super) fn are_taken(&self) -> bool {
        self.from.is_some()
    }

    /// Whether a file of this size goes in pieces.
    pub(super) fn suit(&self, size: u64) -> bool {
        self.from.is_some_and(|from| size >= from || size > self.most)
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

    /// No larger request reaches the server.
    pub(super) fn stay_within(&mut self, most: u64) {
        self.most = self.most.min(most);
        self.aim_at(self.next);
    }

    fn aim_at(&mut self, bytes: u64) {
        self.next = bytes.max(SMALLEST_BYTES).min(self.most).max(1);
    }
}
