//! The rows, and the orders of work that follow from them. The one place where a row's state is set.
//!
//! Invariant: the queues hold exactly the rows whose state asks for that work and that nobody has claimed;
//! they are rebuilt from the rows at every start and never saved.

mod reach;

use std::hash::BuildHasher;

use hashbrown::HashTable;
use rustc_hash::FxBuildHasher;

use crate::folder::{FolderId, ScanId};
use crate::row::{Failure, FileId, FileState, Row, SavedRow, Stamp};
use crate::staged::Copies;
use crate::time::Moment;
use crate::turns::{Turn, Turns};

/// The kinds of work that a row can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    Hash,
    Ask,
    Send,
}

/// A file up to this size is sent in a moment, and lost and sent anew as quickly.
pub(crate) const SMALL_BYTES: u64 = 16 << 20;

/// What comes first, of files that failed equally often.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Order {
    #[default]
    NewestFirst,
    /// Small ones, newest first; then the rest by size, for the smaller one is the likelier done before time is up.
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

#[derive(Default)]
pub(crate) struct Catalog {
    order: Order,
    rows: Vec<Option<Row>>,
    by_path: HashTable<FileId>,
    /// The last listing that named each row.
    seen: Vec<ScanId>,
    to_hash: Turns,
    to_ask: Turns,
    to_send: Turns,
    waiting: Turns,
    /// Folders that cannot be read now: their rows ask for no work that needs the file.
    closed: Vec<FolderId>,
    /// Whether photos, and videos, may not be sent now.
    held: [bool; 2],
    /// What can be read though its folder is closed.
    copies: Copies,
    /// Copies that nobody waits for any more.
    stale_copies: Vec<FileId>,
    /// Rows that the browser itself sends.
    pub(crate) fetching: Vec<FileId>,
    unsaved: Turns,
}

impl Catalog {
    pub(crate) fn ordered(order: Order) -> Catalog {
        Catalog { order, ..Catalog::default() }
    }

    /// Takes over what the store held. What was in flight when it was saved begins again with a question.
    pub(crate) fn restore(&mut self, saved: Vec<SavedRow>) {
        self.rows.reserve(saved.len());
        self.seen.reserve(saved.len());
        for SavedRow { id, row } in saved {
            let Some(mut row) = row else { continue };
            if matches!(row.state, FileState::Ready { .. } | FileState::Uploading { .. }) {
                row.state = FileState::begin_again(row.state.digest());
            }
            self.place(id, row);
        }
    }

    pub(crate) fn insert(&mut self, row: Row) -> FileId {
        let id = FileId(u32::try_from(self.rows.len()).unwrap_or(u32::MAX));
        self.place(id, row);
        self.unsaved.insert(unranked(id));
        id
    }

    fn place(&mut self, id: FileId, row: Row) {
        let at = id.0 as usize;
        if self.rows.len() <= at {
            self.rows.resize(at + 1, None);
            self.seen.resize(at + 1, ScanId::default());
        }
        let hash = FxBuildHasher.hash_one((row.folder, &row.path));
        self.rows[at] = Some(row);
        let rows = &self.rows;
        self.by_path.insert_unique(hash, id, |other| hash_of(rows, *other));
        self.enqueue(id);
    }

    pub(crate) fn get(&self, id: FileId) -> Option<&Row> {
        self.rows.get(id.0 as usize)?.as_ref()
    }

    pub(crate) fn find(&self, folder: FolderId, path: &str) -> Option<FileId> {
        let same = |id: &FileId| self.get(*id).is_some_and(|row| row.folder == folder && &*row.path == path);
        self.by_path.find(FxBuildHasher.hash_one((folder, path)), same).copied()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (FileId, &Row)> {
        self.rows.iter().zip(0..).filter_map(|(row, id)| Some((FileId(id), row.as_ref()?)))
    }

    /// The only way in which a row's state changes.
    pub(crate) fn set_state(&mut self, id: FileId, state: FileState) {
        self.change(id, |row| row.state = state);
    }

    /// The content changed: what was known of it is void.
    pub(crate) fn set_content(&mut self, id: FileId, stamp: Stamp, state: FileState) {
        if self.has_copy(id) {
            self.drop_copy(id);
        }
        self.change(id, |row| {
            if let FileState::Protected { digest, .. } = row.state {
                row.before = Some(Box::new(digest));
            }
            row.stamp = stamp;
            row.state = state;
            row.attempts = 0;
        });
    }

    pub(crate) fn count_attempt(&mut self, id: FileId) -> u8 {
        self.change(id, |row| row.attempts = row.attempts.saturating_add(1));
        self.get(id).map_or(0, |row| row.attempts)
    }

    /// Proven: nothing of earlier attempts or contents matters any more.
    pub(crate) fn protect(&mut self, id: FileId, proven: FileState) {
        self.change(id, |row| {
            row.state = proven;
            row.attempts = 0;
            row.before = None;
        });
    }

    pub(crate) fn forget_attempts(&mut self, id: FileId) {
        self.change(id, |row| row.attempts = 0);
    }

    /// Puts an unchanged row back where its state belongs.
    pub(crate) fn release(&mut self, id: FileId) {
        self.dequeue(id);
        self.enqueue(id);
    }

    fn change(&mut self, id: FileId, change: impl FnOnce(&mut Row)) {
        self.dequeue(id);
        if let Some(Some(row)) = self.rows.get_mut(id.0 as usize) {
            change(row);
            // What is ready is as well asked again: it need not be written.
            if !matches!(row.state, FileState::Ready { .. }) {
                self.unsaved.insert(unranked(id));
            }
        }
        self.judge_copy(id);
        self.enqueue(id);
    }

    pub(crate) fn remove(&mut self, id: FileId) {
        self.dequeue(id);
        let Some(Some(row)) = self.rows.get(id.0 as usize) else { return };
        let hash = FxBuildHasher.hash_one((row.folder, &row.path));
        self.copies.remove(id).then(|| self.stale_copies.push(id));
        if let Ok(entry) = self.by_path.find_entry(hash, |other| *other == id) {
            entry.remove();
        }
        self.rows[id.0 as usize] = None;
        self.unsaved.insert(unranked(id));
    }

    /// Takes the next row for this work; whoever claims it sets its state or releases it.
    pub(crate) fn claim(&mut self, work: Work) -> Option<FileId> {
        self.queue_mut(work).pop_first().map(|(_, _, id)| id)
    }

    /// Whether a row stands in any queue.
    pub(crate) fn has_any(&self) -> bool {
        [&self.to_hash, &self.to_ask, &self.to_send, &self.waiting].iter().any(|queue| !queue.is_empty())
    }

    /// How many rows ask for this work.
    pub(crate) fn count(&self, work: Work) -> usize {
        match work {
            Work::Hash => self.to_hash.len(),
            Work::Ask => self.to_ask.len(),
            Work::Send => self.to_send.len(),
        }
    }

    pub(crate) fn has(&self, work: Work) -> bool {
        self.count(work) > 0
    }

    /// For tests: a row that asks for work but stands in no queue, and that nobody has claimed.
    #[cfg(feature = "testing")]
    pub(crate) fn accounts_for_all(&self, jobs: &crate::engine::Jobs) -> Option<FileId> {
        let busy = jobs.all_files();
        let queued = |id: FileId| match self.place_of(id) {
            Some(Place::Turn(Work::Hash, turn)) => self.to_hash.contains(&turn),
            Some(Place::Turn(Work::Ask, turn)) => self.to_ask.contains(&turn),
            Some(Place::Turn(Work::Send, turn)) => self.to_send.contains(&turn),
            Some(Place::Wait(turn)) => self.waiting.contains(&turn),
            None => !matches!(self.get(id).map(|row| &row.state), Some(FileState::Uploading { .. })),
        };
        self.iter().map(|(id, _)| id).find(|id| !busy.contains(id) && !queued(*id))
    }

    /// Rows whose wait is over begin again.
    pub(crate) fn end_waits(&mut self, now: Moment) {
        while self.next_wait_end().is_some_and(|until| until.is_due(now)) {
            self.end_first_wait();
        }
    }

    /// All waits are over, because the person says so.
    pub(crate) fn end_all_waits(&mut self) {
        while !self.waiting.is_empty() {
            self.end_first_wait();
        }
    }

    fn end_first_wait(&mut self) {
        let Some((_, _, id)) = self.waiting.first().copied() else { return };
        let digest = self.get(id).and_then(|row| row.state.digest());
        self.set_state(id, FileState::begin_again(digest));
    }

    pub(crate) fn next_wait_end(&self) -> Option<Moment> {
        self.waiting.first().map(|(_, until, _)| Moment(*until))
    }

    /// Whether a file is waited for that is still being written, or one that is not.
    pub(crate) fn awaits(&self, settling: bool) -> bool {
        let state = |id: FileId| self.get(id).map(|row| &row.state);
        let settles = |id| matches!(state(id), Some(FileState::Waiting { failure: Failure::Changing, .. }));
        self.waiting.iter().any(|(_, _, id)| settles(*id) == settling)
    }

    pub(crate) fn mark_seen(&mut self, id: FileId, scan: ScanId) {
        if let Some(mark) = self.seen.get_mut(id.0 as usize) {
            *mark = scan;
        }
    }

    pub(crate) fn was_seen(&self, id: FileId, scan: ScanId) -> bool {
        self.seen.get(id.0 as usize) == Some(&scan)
    }

    pub(crate) fn unsaved(&self) -> impl Iterator<Item = FileId> {
        self.unsaved.iter().map(|(_, _, id)| *id)
    }

    /// What changed since the last call, ready for the store.
    pub(crate) fn take_unsaved(&mut self) -> Vec<SavedRow> {
        let changed = std::mem::take(&mut self.unsaved);
        changed.iter().map(|(_, _, id)| SavedRow { id: *id, row: self.get(*id).cloned() }).collect()
    }

    fn queue_mut(&mut self, work: Work) -> &mut Turns {
        match work {
            Work::Hash => &mut self.to_hash,
            Work::Ask => &mut self.to_ask,
            Work::Send => &mut self.to_send,
        }
    }

    fn enqueue(&mut self, id: FileId) {
        match self.place_of(id) {
            Some(Place::Turn(work, turn)) => self.queue_mut(work).insert(turn),
            Some(Place::Wait(turn)) => self.waiting.insert(turn),
            None => {}
        }
    }

    fn dequeue(&mut self, id: FileId) {
        match self.place_of(id) {
            Some(Place::Turn(work, turn)) => self.queue_mut(work).remove(&turn),
            Some(Place::Wait(turn)) => self.waiting.remove(&turn),
            None => {}
        }
    }

    fn place_of(&self, id: FileId) -> Option<Place> {
        let row = self.get(id)?;
        // What failed goes to the back.
        let turn = (row.attempts, self.order.rank(row.stamp), id);
        match &row.state {
            FileState::Found | FileState::Ready { .. }
                if self.closed.contains(&row.folder) && !self.has_copy(id) =>
            {
                None
            }
            FileState::Ready { .. } if self.holds(row) || self.is_fetching(id) => None,
            FileState::Found => Some(Place::Turn(Work::Hash, turn)),
            FileState::Hashed { .. } | FileState::Sent { .. } => Some(Place::Turn(Work::Ask, turn)),
            FileState::Ready { .. } => Some(Place::Turn(Work::Send, turn)),
            FileState::Waiting { until, .. } => Some(Place::Wait((0, until.0, id))),
            FileState::Uploading { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Problem { .. }
            | FileState::Gone { .. } => None,
        }
    }
}

/// Where a row's state puts it.
enum Place {
    Turn(Work, Turn),
    Wait(Turn),
}

/// One kind of set for all orders keeps the worker small.
fn unranked(id: FileId) -> Turn {
    (0, 0, id)
}

fn hash_of(rows: &[Option<Row>], id: FileId) -> u64 {
    let row = rows.get(id.0 as usize).and_then(Option::as_ref);
    row.map_or(0, |row| FxBuildHasher.hash_one((row.folder, &row.path)))
}
