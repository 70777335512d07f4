//! Chooses which waiting files are copied into the browser's storage while a page is open, so that they can be sent
//! without one. The newest come first, within a limit, and only from folders that may be unreadable then.

use std::cmp::Reverse;
use std::collections::{BTreeSet, HashSet};
use std::num::NonZeroU64;

use rustc_hash::FxBuildHasher;

use super::folders::Folders;
use super::shared::Shared;
use crate::command::{OfPage, Read};
use crate::copies::{CopyEnd, waits};
use crate::event::JobId;
use crate::kind::Kind;
use crate::row::{FileId, Row, Stamp};
use crate::settings::Readable;
use crate::time::Moment;

/// Nothing is copied in the first seconds. Usually there is little to do when Safelight opens, and it is done by
/// then.
const BEGIN_AFTER_MS: u64 = 3_000;
const LOOK_EVERY_MS: u64 = 30_000;
/// If everything will be sent within this time, copies are not worth making.
const SOON_SECONDS: u64 = 60;
/// A limit in bytes would allow more copies of very small files. The rest wait for their folder.
const MOST_COPIES: usize = 2_000;
const NO_ROOM_FOR_MS: u64 = 600_000;

#[derive(Debug, Default)]
pub(super) struct Copies {
    /// Files still to be copied. The last one is next.
    wanted: Vec<FileId>,
    /// The file being copied, and how it looked.
    job: Option<(JobId, FileId, Stamp)>,
    look_at: Option<Moment>,
    /// The browser had no room for more.
    is_full: bool,
    /// The browser had room for this many bytes. Within them, newer files replace older ones.
    room: Option<u64>,
}

/// What the choice depends on.
pub(super) struct Situation<'a> {
    pub(super) now: Moment,
    pub(super) folders: &'a Folders,
    /// Videos wait for a page anyway.
    pub(super) defers_videos: bool,
    /// False while a gate is closed for everything: then nothing is read for copies either.
    pub(super) may_read: bool,
    /// Bytes per second that are being sent now.
    pub(super) rate: Option<u64>,
}

impl Copies {
    pub(super) fn begin(&mut self, shared: &mut Shared, situation: &Situation<'_>) {
        if self.job.is_some() {
            return;
        }
        let look_at = *self.look_at.get_or_insert(situation.now + BEGIN_AFTER_MS);
        if look_at.is_due(situation.now) {
            self.look_at = Some(situation.now + LOOK_EVERY_MS);
            self.choose(shared, situation);
        }
        while situation.may_read
            && let Some(id) = self.wanted.pop()
        {
            let Some(row) = shared.catalog.get(id).filter(|row| can_be_copied(shared, situation, id, row))
            else {
                continue;
            };
            let (folder, path, stamp, hidden) = (row.folder, row.path.clone(), row.stamp, row.hidden);
            let job = shared.jobs.number();
            self.job = Some((job, id, stamp));
            let read = Read { job, folder, path, stamp, copy: None, hidden };
            return shared.of_page(OfPage::Copy { read, file: id });
        }
    }

    /// When it looks for files to copy again.
    pub(super) fn due(&self, shared: &Shared) -> Option<Moment> {
        let catalog = &shared.catalog;
        let waits = || catalog.has_any() || catalog.holds_any() || !catalog.copies().is_empty();
        self.look_at.filter(|_| self.job.is_none() && waits())
    }

    pub(super) fn ended(&mut self, now: Moment, shared: &mut Shared, job: JobId, end: CopyEnd) {
        let Some((_, id, stamp)) = self.job.take_if(|(ours, ..)| *ours == job) else { return };
        match end {
            CopyEnd::Copied => {
                let as_it_was = shared.catalog.get(id).is_some_and(|row| row.stamp == stamp);
                shared.catalog.add_copy(id);
                if !as_it_was {
                    shared.catalog.drop_copy(id);
                }
            }
            CopyEnd::NoRoom => self.note_no_room(now, shared),
            CopyEnd::Failed => {}
        }
    }

    /// The browser had no room for more.
    pub(super) fn is_full(&self) -> bool {
        self.is_full
    }

    fn note_no_room(&mut self, now: Moment, shared: &Shared) {
        self.wanted.clear();
        // Try once more with the room there is. After that, wait longer.
        let again = !std::mem::replace(&mut self.is_full, true);
        let copied = || shared.catalog.copies().iter().map(|id| shared.catalog.size_of(*id)).sum();
        self.room = again.then(copied);
        self.look_at = Some(now + if again { LOOK_EVERY_MS } else { NO_ROOM_FOR_MS });
    }

    fn choose(&mut self, shared: &mut Shared, situation: &Situation<'_>) {
        self.wanted.clear();
        let Some(limit) = allowed(shared) else { return drop_copies(shared, |_| true) };
        if is_soon_done(shared, situation.rate) {
            return;
        }
        let room = self.room.take();
        self.is_full = room.is_some();
        if room.is_some() {
            self.look_at = Some(situation.now + NO_ROOM_FOR_MS);
        }
        let mut left = room.map_or(limit.get(), |room| limit.get().min(room));
        let fits = |id: &FileId| {
            let rest = left.checked_sub(shared.catalog.size_of(*id));
            left = rest.unwrap_or(left);
            rest.is_some()
        };
        let chosen: Vec<FileId> = newest(shared, situation).into_iter().filter(fits).collect();
        let kept: HashSet<FileId, FxBuildHasher> = chosen.iter().copied().collect();
        drop_copies(shared, |copy| !kept.contains(copy));
        self.wanted = chosen.into_iter().rev().filter(|id| !shared.catalog.has_copy(*id)).collect();
    }
}

/// How many bytes may be copied; `None` if copies would be of no use.
fn allowed(shared: &Shared) -> Option<NonZeroU64> {
    let settings = &shared.settings;
    settings.copies_limit.filter(|_| settings.background && !settings.paused)
}

/// The files that are worth copying, newest first.
fn newest(shared: &Shared, situation: &Situation<'_>) -> Vec<FileId> {
    let mut newest = BTreeSet::new();
    for (id, row) in shared.catalog.iter() {
        let has_copy = shared.catalog.has_copy(id) && is_copy_of_use(shared, row);
        if has_copy || can_be_copied(shared, situation, id, row) {
            newest.insert((Reverse(row.stamp.modified), id));
            if newest.len() > MOST_COPIES {
                newest.pop_last();
            }
        }
    }
    newest.into_iter().map(|(_, id)| id).collect()
}

fn drop_copies(shared: &mut Shared, which: impl Fn(&FileId) -> bool) {
    let dropped: Vec<FileId> = shared.catalog.copies().iter().copied().filter(which).collect();
    dropped.into_iter().for_each(|id| shared.catalog.drop_copy(id));
}

/// Whether the file waits and its folder may be unreadable without a page.
fn is_copy_of_use(shared: &Shared, row: &Row) -> bool {
    waits(&row.state) && shared.memory.closed_access.of(row.folder) != Some(Readable::Yes)
}

fn can_be_copied(shared: &Shared, situation: &Situation<'_>, id: FileId, row: &Row) -> bool {
    let deferred = situation.defers_videos && Kind::of(row) == Kind::Video;
    situation.folders.is_granted(row.folder)
        && !deferred
        && row.stamp.size > 0
        && is_copy_of_use(shared, row)
        && !shared.catalog.has_copy(id)
        && !shared.catalog.is_fetching(id)
}

/// Whether uploads are under way and will soon be done.
fn is_soon_done(shared: &Shared, rate: Option<u64>) -> bool {
    let seconds = rate.map(|rate| shared.catalog.tally().sendable_bytes() / rate.max(1));
    !shared.jobs.sending().is_empty() && seconds.is_some_and(|seconds| seconds < SOON_SECONDS)
}

#[cfg(test)]
mod tests {
    use protocol::Digest;

    use super::*;
    use crate::catalog::Order;
    use crate::engine::jobs::Bytes;
    use crate::folder::FolderId;
    use crate::row::FileState;

    #[test]
    fn a_backup_that_will_be_done_within_a_minute_needs_no_copies() {
        let mut shared = Shared::ordered(Order::NewestFirst);
        let stamp = Stamp { size: 60_000, ..Stamp::default() };
        let row = Row {
            folder: FolderId(1),
            path: "a.jpg".into(),
            stamp,
            state: FileState::Found,
            attempts: 0,
            before: None,
            hidden: false,
        };
        let id = shared.catalog.insert(row);
        assert!(!is_soon_done(&shared, Some(1_000_000)), "nothing is being sent");
        let bytes = Bytes { digest: Digest([1; 20]), size: 1 };
        shared.jobs.begin_sending(id, bytes, Moment(0), None);
        let table = [(None, false), (Some(0), false), (Some(1_000), false), (Some(1_001), true)];
        for (rate, soon) in table {
            assert_eq!(is_soon_done(&shared, rate), soon, "{rate:?} bytes per second");
        }
    }
}
