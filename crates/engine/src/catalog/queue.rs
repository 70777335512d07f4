//! The work queues. Rows that failed more often come later; among rows that failed equally often, the engine's order
//! decides.

use std::collections::BTreeSet;

use super::Catalog;
use crate::row::{Failure, FileId, FileState, Row, Stamp};
use crate::time::Moment;

/// The kinds of work that a row can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Hash,
    Ask,
    Send,
}

/// A file up to this size is sent quickly, so a lost upload costs little.
pub(crate) const SMALL_BYTES: u64 = 16 << 20;

/// The order of files that failed equally often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    #[default]
    NewestFirst,
    /// Small files first, newest first; then the rest by size, because a smaller file is more likely to finish in
    /// time.
    SmallFirst,
}

impl Order {
    fn rank(self, stamp: Stamp) -> u64 {
        const LARGE: u64 = 1 << 63;
        match self {
            Order::NewestFirst => !stamp.modified.0,
            Order::SmallFirst if stamp.size <= SMALL_BYTES => !stamp.modified.0 & !LARGE,
            Order::SmallFirst => stamp.size | LARGE,
        }
    }
}

/// A place in a queue. For a row that waits, the rank is the end of its wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    attempts: u8,
    rank: u64,
    file: FileId,
}

#[derive(Debug, Default)]
pub(super) struct Queues {
    order: Order,
    to_hash: BTreeSet<Position>,
    to_ask: BTreeSet<Position>,
    to_send: BTreeSet<Position>,
    waiting: BTreeSet<Position>,
}

/// Where a row's state puts it.
enum QueuePlace {
    Queue(Work, Position),
    Wait(Position),
}

impl Queues {
    pub(super) fn ordered(order: Order) -> Queues {
        Queues { order, ..Queues::default() }
    }

    fn of(&self, work: Work) -> &BTreeSet<Position> {
        match work {
            Work::Hash => &self.to_hash,
            Work::Ask => &self.to_ask,
            Work::Send => &self.to_send,
        }
    }

    fn of_mut(&mut self, work: Work) -> &mut BTreeSet<Position> {
        match work {
            Work::Hash => &mut self.to_hash,
            Work::Ask => &mut self.to_ask,
            Work::Send => &mut self.to_send,
        }
    }
}

impl Catalog {
    /// Takes the next row for this work. The caller must set its state or release it.
    pub(crate) fn claim(&mut self, work: Work) -> Option<FileId> {
        self.queues.of_mut(work).pop_first().map(|position| position.file)
    }

    /// Puts an unchanged row back where its state belongs.
    pub(crate) fn release(&mut self, id: FileId) {
        self.dequeue(id);
        self.enqueue(id);
    }

    /// Whether any row is in a queue.
    pub(crate) fn has_any(&self) -> bool {
        let Queues { order: _, to_hash, to_ask, to_send, waiting } = &self.queues;
        [to_hash, to_ask, to_send].iter().any(|queue| !queue.is_empty()) || !waiting.is_empty()
    }

    /// How many rows are queued for this work.
    pub(crate) fn count(&self, work: Work) -> usize {
        self.queues.of(work).len()
    }

    pub(crate) fn has(&self, work: Work) -> bool {
        self.count(work) > 0
    }

    /// For tests: a row that asks for work but is in no queue, and that nobody has claimed.
    #[cfg(feature = "testing")]
    pub(crate) fn unaccounted(&self, busy: &BTreeSet<FileId>) -> Option<FileId> {
        let queued = |id: FileId| match self.place_of(id) {
            Some(QueuePlace::Queue(work, position)) => self.queues.of(work).contains(&position),
            Some(QueuePlace::Wait(end)) => self.queues.waiting.contains(&end),
            None => !matches!(self.get(id).map(|row| &row.state), Some(FileState::Uploading { .. })),
        };
        self.iter().map(|(id, _)| id).find(|id| !busy.contains(id) && !queued(*id))
    }

    /// Resets the rows whose wait is over, so that they are tried again.
    pub(crate) fn end_waits(&mut self, now: Moment) {
        while self.next_wait_end().is_some_and(|until| until.is_due(now)) {
            self.end_first_wait();
        }
    }

    /// Ends all waits, because the person asked for it.
    pub(crate) fn end_all_waits(&mut self) {
        while !self.queues.waiting.is_empty() {
            self.end_first_wait();
        }
    }

    fn end_first_wait(&mut self) {
        if let Some(file) = self.queues.waiting.first().map(|end| end.file) {
            self.begin_again(file);
        }
    }

    pub(crate) fn next_wait_end(&self) -> Option<Moment> {
        self.queues.waiting.first().map(|end| Moment(end.rank))
    }

    /// Whether any row waits for a file that is still being written.
    pub(crate) fn awaits_settling(&self) -> bool {
        self.waits_for(|failure| failure == Failure::Changing)
    }

    /// Whether any row waits for a retry.
    pub(crate) fn awaits_retry(&self) -> bool {
        self.waits_for(|failure| failure != Failure::Changing && !failure.is_lack_of_room())
    }

    fn waits_for(&self, wanted: impl Fn(Failure) -> bool) -> bool {
        let failure = |id: FileId| match self.get(id)?.state {
            FileState::Waiting { failure, .. } => Some(failure),
            FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Problem { .. }
            | FileState::InTrash { .. }
            | FileState::Gone { .. } => None,
        };
        self.queues.waiting.iter().filter_map(|end| failure(end.file)).any(wanted)
    }

    pub(super) fn enqueue(&mut self, id: FileId) {
        match self.place_of(id) {
            Some(QueuePlace::Queue(work, position)) => _ = self.queues.of_mut(work).insert(position),
            Some(QueuePlace::Wait(end)) => _ = self.queues.waiting.insert(end),
            None => {}
        }
    }

    pub(super) fn dequeue(&mut self, id: FileId) {
        match self.place_of(id) {
            Some(QueuePlace::Queue(work, position)) => _ = self.queues.of_mut(work).remove(&position),
            Some(QueuePlace::Wait(end)) => _ = self.queues.waiting.remove(&end),
            None => {}
        }
    }

    fn place_of(&self, id: FileId) -> Option<QueuePlace> {
        let row = self.get(id)?;
        if !self.is_available(id, row) {
            return None;
        }
        let queue = |work| Some(QueuePlace::Queue(work, self.position_of(id, row)));
        match &row.state {
            FileState::Found => queue(Work::Hash),
            FileState::Hashed { .. } | FileState::Sent { .. } => queue(Work::Ask),
            FileState::Ready { .. } => queue(Work::Send),
            FileState::Waiting { until, .. } => {
                Some(QueuePlace::Wait(Position { attempts: 0, rank: until.0, file: id }))
            }
            FileState::Uploading { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Problem { .. }
            | FileState::InTrash { .. }
            | FileState::Gone { .. } => None,
        }
    }

    fn position_of(&self, id: FileId, row: &Row) -> Position {
        Position { attempts: row.attempts, rank: self.queues.order.rank(row.stamp), file: id }
    }
}
