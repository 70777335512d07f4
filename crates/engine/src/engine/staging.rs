//! Chooses which of the files that wait are copied into the browser's storage while a page is open, so that they can be sent
//! without one: the newest first, within a limit, and only where folders cannot be read then.

use std::num::NonZeroU64;

use super::Engine;
use super::shift::Shift;
use crate::command::{Command, Read};
use crate::event::JobId;
use crate::folder::Access;
use crate::row::{FileId, Row, Stamp};
use crate::staged::{StageEnd, waits};
use crate::time::Moment;
use crate::turns::Turns;

/// Nothing is copied in the first moments: most openings find little to do, and are done with it.
const BEGIN_AFTER_MS: u64 = 3_000;
const LOOK_EVERY_MS: u64 = 30_000;
/// What is sent within this time is not worth a copy.
const SOON_SECONDS: u64 = 60;
/// Of files so small that a limit of bytes lets more of them in, the rest waits for its folder.
const MOST_COPIES: usize = 2_000;
const NO_ROOM_FOR_MS: u64 = 600_000;

#[derive(Debug, Default)]
pub(crate) struct Staging {
    /// To be copied, in turn; the next is the last.
    wanted: Vec<FileId>,
    /// What is being copied, as it looked.
    job: Option<(JobId, FileId, Stamp)>,
    look_at: Option<Moment>,
    /// The browser had no room for more.
    pub(crate) is_full: bool,
    /// It had room for so many bytes: within them newer files take the place of older ones.
    room: Option<u64>,
}

impl Engine {
    /// How many bytes may be copied; none where it would be of no use.
    fn copies_allowed(&self) -> Option<NonZeroU64> {
        self.settings.copies_limit.filter(|_| self.settings.background && !self.settings.paused)
    }

    pub(super) fn begin_staging(&mut self, now: Moment, begun: &mut Vec<Command>) {
        if self.staging.job.is_some() {
            return;
        }
        let look_at = *self.staging.look_at.get_or_insert(now + BEGIN_AFTER_MS);
        if look_at.is_due(now) {
            self.staging.look_at = Some(now + LOOK_EVERY_MS);
            self.choose_copies(now);
        }
        // What may not be read now is not read for a copy either.
        while self.whole_gate(now).is_none()
            && let Some(id) = self.staging.wanted.pop()
        {
            let Some(row) = self.catalog.get(id).filter(|row| self.can_be_copied(id, row)) else { continue };
            let (folder, path, stamp) = (row.folder, row.path.clone(), row.stamp);
            let job = self.jobs.number();
            self.staging.job = Some((job, id, stamp));
            begun.push(Command::Stage { read: Read { job, folder, path, stamp, copy: None }, file: id });
            return;
        }
    }

    pub(super) fn staging_due(&self) -> Option<Moment> {
        let matters = self.shift == Shift::Open && self.staging.job.is_none();
        let waits =
            || self.catalog.has_any() || self.catalog.holds_any() || !self.catalog.copies().is_empty();
        self.staging.look_at.filter(|_| matters && waits())
    }

    pub(super) fn stage_ended(&mut self, now: Moment, job: JobId, end: StageEnd) {
        let Some((_, id, stamp)) = self.staging.job.take_if(|(ours, ..)| *ours == job) else { return };
        match end {
            StageEnd::Staged => {
                let as_it_was = self.catalog.get(id).is_some_and(|row| row.stamp == stamp);
                self.catalog.add_copy(id);
                if !as_it_was {
                    self.catalog.drop_copy(id);
                }
            }
            StageEnd::NoRoom => {
                self.staging.wanted.clear();
                // Once more with what there is; then it takes a while.
                let again = !std::mem::replace(&mut self.staging.is_full, true);
                self.staging.room =
                    again.then(|| self.catalog.copies().iter().map(|id| self.size_of(*id)).sum());
                self.staging.look_at = Some(now + if again { LOOK_EVERY_MS } else { NO_ROOM_FOR_MS });
            }
            StageEnd::Failed => {}
        }
    }

    fn choose_copies(&mut self, now: Moment) {
        self.staging.wanted.clear();
        let Some(limit) = self.copies_allowed() else { return self.drop_copies(|_| true) };
        if self.is_soon_done(now) {
            return;
        }
        // Sorted like the queues of the catalog are: another way of sorting is 3 KB of code.
        let mut newest = Turns::default();
        for (id, row) in self.catalog.iter() {
            let has_copy = self.catalog.has_copy(id) && self.is_copy_of_use(row);
            if has_copy || self.can_be_copied(id, row) {
                newest.insert((0, !row.stamp.modified.0, id));
                if newest.len() > 2 * MOST_COPIES {
                    newest.truncate(MOST_COPIES);
                }
            }
        }
        let room = self.staging.room.take();
        self.staging.is_full = room.is_some();
        if room.is_some() {
            self.staging.look_at = Some(now + NO_ROOM_FOR_MS);
        }
        let (mut left, mut kept) = (room.map_or(limit.get(), |room| limit.get().min(room)), Vec::new());
        for (_, _, id) in newest.iter().take(MOST_COPIES) {
            let size = self.size_of(*id);
            if size <= left {
                left -= size;
                kept.push(*id);
            }
        }
        self.drop_copies(|copy| !kept.contains(copy));
        kept.retain(|id| !self.catalog.has_copy(*id));
        kept.reverse();
        self.staging.wanted = kept;
    }

    fn size_of(&self, id: FileId) -> u64 {
        self.catalog.get(id).map_or(0, |row| row.stamp.size)
    }

    fn drop_copies(&mut self, which: impl Fn(&FileId) -> bool) {
        let dropped: Vec<FileId> = self.catalog.copies().iter().filter(|id| which(id)).copied().collect();
        dropped.into_iter().for_each(|id| self.catalog.drop_copy(id));
    }

    /// It waits, and its folder may not be read without a page.
    fn is_copy_of_use(&self, row: &Row) -> bool {
        waits(&row.state) && self.settings.seen_closed.of(row.folder) != Some(true)
    }

    fn can_be_copied(&self, id: FileId, row: &Row) -> bool {
        let open = self.folders.get(row.folder).is_some_and(|folder| folder.access == Access::Granted);
        let deferred = self.defers_videos() && super::is_video_file(row);
        open && !deferred
            && row.stamp.size > 0
            && self.is_copy_of_use(row)
            && !self.catalog.has_copy(id)
            && !self.catalog.is_fetching(id)
    }

    /// Work goes on, and will soon be through.
    fn is_soon_done(&self, now: Moment) -> bool {
        let tally = crate::tally::Tally::of(self.catalog.iter().map(|(_, row)| row));
        let seconds = self.speed.per_second(now).map(|rate| tally.remaining_bytes / rate.max(1));
        !self.jobs.sending().is_empty() && seconds.is_some_and(|seconds| seconds < SOON_SECONDS)
    }
}
