//! Whether files are sent in pieces, and the current size of a piece.

use protocol::safelight;

/// A shift ends after a few minutes. On a slow connection, every photo sent as a form would be cut off and its bytes
/// lost, shift after shift. So a shift sends files in pieces from a smaller size than the server recommends.
const WORTH_IT_IN_A_SHIFT_BYTES: u64 = 1 << 20;

const FIRST_BYTES: u64 = 8 << 20;
const SMALLEST_BYTES: u64 = 256 << 10;
/// Below the limits of common proxies.
const LARGEST_BYTES: u64 = 64 << 20;
/// How much upload time may be lost at a proxy that forwards only complete requests.
const PIECE_TAKES_MS: u64 = 10_000;

/// What one context has learned about sending pieces to its server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pieces {
    /// Upper bound of `from` in bytes, whatever the server says.
    from_at_most: u64,
    /// The size in bytes from which files are sent in pieces; none if the server accepts no pieces.
    from: Option<u64>,
    /// The size of the next piece in bytes.
    next: u64,
    /// The largest allowed request in bytes: something on the way refuses larger ones, or the server says so.
    most: u64,
}

impl Pieces {
    /// For a page, which stays open: uses the size that the server names.
    pub(super) fn in_a_page() -> Pieces {
        Pieces { from_at_most: u64::MAX, from: None, next: FIRST_BYTES, most: LARGEST_BYTES }
    }

    /// For a shift of a service worker.
    pub(super) fn in_a_shift() -> Pieces {
        Pieces { from_at_most: WORTH_IT_IN_A_SHIFT_BYTES, ..Pieces::in_a_page() }
    }

    /// Applies the server's settings for pieces; none if it accepts no pieces.
    pub(super) fn told(&mut self, told: Option<safelight::Pieces>) {
        self.from = told.map(|pieces| pieces.from.min(self.from_at_most));
        if let Some(most) = told.and_then(|pieces| pieces.up_to).filter(|most| *most > 0) {
            self.stay_within(most);
        }
    }

    pub(super) fn are_taken(&self) -> bool {
        self.from.is_some()
    }

    /// Whether a file of this size is sent in pieces.
    pub(super) fn suit(&self, size: u64) -> bool {
        self.from.is_some_and(|from| size >= from || size > self.most)
    }

    /// The size of the next piece in bytes.
    pub(super) fn next(&self) -> u64 {
        self.next
    }

    /// Whether it makes sense to try a smaller piece than this.
    pub(super) fn can_be_smaller_than(&self, bytes: u64) -> bool {
        bytes > SMALLEST_BYTES
    }

    /// Adapts the piece size: this many bytes took this long.
    pub(super) fn learn(&mut self, bytes: u64, took_ms: u64) {
        let fitting = bytes.saturating_mul(PIECE_TAKES_MS) / took_ms.max(1);
        self.aim_at(fitting.min(self.next.saturating_mul(2)));
    }

    /// A request of this size was refused as too large.
    pub(super) fn refused(&mut self, bytes: u64) {
        // Reduce by a quarter at a time, because the limit may be just below.
        self.stay_within(bytes / 4 * 3);
    }

    /// A request of this size did not arrive, for whatever reason.
    pub(super) fn lost(&mut self, bytes: u64) {
        self.aim_at(self.next.min(bytes / 2));
    }

    /// Larger requests do not reach the server.
    pub(super) fn stay_within(&mut self, most: u64) {
        self.most = self.most.min(most);
        self.aim_at(self.next);
    }

    fn aim_at(&mut self, bytes: u64) {
        self.next = bytes.max(SMALLEST_BYTES).min(self.most).max(1);
    }
}
