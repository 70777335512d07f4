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
/// Of each kind of waiting, so many are candidates: a limit holds fewer.
const CANDIDATES: usize = 2_000;
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
}

impl Engine {
    /// How many bytes may be copied; none where it would be of no use.
    fn copies_allowed(&self) -> Option<NonZeroU64> {
        let useful = self.settings.background && self.settings.reads_closed != Some(true);
        self.settings.copies_limit.filter(|_| useful && !self.settings.paused)
    }

    pub(super) fn begin_staging(&mut self, now: Moment, begun: &mut Vec<Command>) {
        if self.shift != Shift::Open || self.staging.job.is_some() {
            return;
        }
        let look_at = *self.staging.look_at.get_or_insert(now + BEGIN_AFTER_MS);
        if look_at.is_due(now) {
            self.staging.look_at = Some(now + LOOK_EVERY_MS);
            self.choose_copies(now);
        }
        while let Some(id) = self.staging.wanted.pop() {
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
        let waits = || self.catalog.next_up(1).next().is_some() || !self.catalog.copies().is_empty();
        self.staging.look_at.filter(|_| matters && waits())
    }

    pub(super) fn stage_ended(&mut self, now: Moment, job: JobId, end: StageEnd) {
        let Some((_, id, stamp)) = self.staging.job.take_if(|(ours, ..)| *ours == job) else { return };
        match end {
            StageEnd::Staged => {
                self.staging.is_full = false;
                let as_it_was = self.catalog.get(id).is_some_and(|row| row.stamp == stamp);
                self.catalog.add_copy(id);
                if !as_it_was {
                    self.catalog.drop_copy(id);
                }
            }
            StageEnd::NoRoom => {
                self.staging.wanted.clear();
                self.staging.is_full = true;
                self.staging.look_at = Some(now + NO_ROOM_FOR_MS);
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
        for id in self.catalog.next_up(CANDIDATES) {
            let Some(row) = self.catalog.get(id) else { continue };
            if self.can_be_copied(id, row) || self.catalog.has_copy(id) {
                newest.insert((0, !row.stamp.modified.0, id));
            }
        }
        let (mut left, mut kept) = (limit.get(), Vec::new());
        for (_, _, id) in newest.iter() {
            let size = self.catalog.get(*id).map_or(0, |row| row.stamp.size);
            if size <= left {
                left -= size;
                kept.push(*id);
            }
        }
        // What waits for no page now, being read or sent, keeps its copy; it has been paid for.
        let busy = self.jobs.files();
        self.drop_copies(|copy| !kept.contains(copy) && !busy.contains(copy));
        kept.retain(|id| !self.catalog.has_copy(*id));
        kept.reverse();
        self.staging.wanted = kept;
    }

    fn drop_copies(&mut self, which: impl Fn(&FileId) -> bool) {
        let dropped: Vec<FileId> = self.catalog.copies().iter().filter(|id| which(id)).copied().collect();
        dropped.into_iter().for_each(|id| self.catalog.drop_copy(id));
    }

    fn can_be_copied(&self, id: FileId, row: &Row) -> bool {
        let open = self.folders.get(row.folder).is_some_and(|folder| folder.access == Access::Granted);
        let deferred = self.defers_videos() && super::is_video_file(row);
        open && !deferred
            && row.stamp.size > 0
            && waits(&row.state)
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
