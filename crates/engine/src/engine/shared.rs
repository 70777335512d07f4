//! What every part of the engine works on: the rows, the jobs in flight, the kept records, and the commands of the
//! turn. Operations on a file that more than one part needs are here.

use std::collections::BTreeSet;

use super::jobs::Jobs;
use super::listing::{first_state, is_still_true, settling};
use super::restless::Restless;
use crate::catalog::{Catalog, Order};
use crate::command::{AfterStored, Changes, Commands, OfPage, Read};
use crate::event::{JobId, Look};
use crate::folder::FolderId;
use crate::incident::{Incidents, Trouble};
use crate::row::{Failure, FileId, FileState, Problem, Row, SkipReason, Stamp};
use crate::settings::{Kept, Memory, Settings};
use crate::time::Moment;

/// A file that fails this often needs the person. That is about ten minutes of retries.
const MOST_ATTEMPTS: u8 = 7;
/// About an hour and a half.
const MOST_CUT_OFFS: u8 = 24;
/// The wait after the first failure of a file; it doubles with each.
const FIRST_WAIT_MS: u64 = 5_000;
const LONGEST_WAIT_MS: u64 = 300_000;

pub(crate) struct Shared {
    pub(crate) catalog: Catalog,
    pub(crate) jobs: Jobs,
    pub(crate) settings: Kept<Settings>,
    pub(crate) memory: Kept<Memory>,
    pub(crate) incidents: Incidents,
    pub(super) restless: Restless,
    /// Files with hidden names that a page can read, because it was given them.
    pub(super) readable_hidden: BTreeSet<FileId>,
    pub(super) out: Commands,
}

impl Shared {
    pub(super) fn ordered(order: Order) -> Shared {
        Shared {
            catalog: Catalog::ordered(order),
            jobs: Jobs::default(),
            settings: Kept::default(),
            memory: Kept::default(),
            incidents: Incidents::default(),
            restless: Restless::default(),
            readable_hidden: BTreeSet::new(),
            out: Commands::default(),
        }
    }

    pub(super) fn of_page(&mut self, command: OfPage) {
        self.after_stored(AfterStored::OfPage(command));
    }

    pub(super) fn after_stored(&mut self, command: AfterStored) {
        self.out.after_stored.push(command);
    }

    /// Takes the commands of this turn, including all its changes.
    pub(super) fn take_commands(&mut self) -> Commands {
        let stale = self.catalog.take_stale_copies();
        if !stale.is_empty() {
            // Removal comes first, because a file may be copied again in the same turn.
            self.out.after_stored.insert(0, AfterStored::RemoveCopies(stale));
        }
        let mut commands = std::mem::take(&mut self.out);
        commands.store.append(Changes {
            rows: self.catalog.take_unsaved(),
            settings: self.settings.take_changed(),
            memory: self.memory.take_changed(),
            incidents: self.incidents.take_changed(),
            ..Changes::default()
        });
        commands
    }

    pub(super) fn read(&self, job: JobId, id: FileId) -> Option<Read> {
        let Row { folder, path, stamp, hidden, .. } = self.catalog.get(id)?;
        let copy = self.catalog.copy_instead(id);
        Some(Read { job, folder: *folder, path: path.clone(), stamp: *stamp, copy, hidden: *hidden })
    }

    /// Stops the job for a file, with what is sent in the same request, and resets the rows to what is certain.
    pub(super) fn abandon(&mut self, file: FileId) {
        for (job, file) in self.jobs.abandon(file) {
            self.after_stored(AfterStored::Abandon(job));
            self.catalog.begin_again(file);
        }
    }

    /// Like `abandon`, for bytes that will not be sent any more: the server need not keep what it has of them.
    pub(super) fn drop_upload(&mut self, file: FileId) {
        let begun = self.catalog.get(file).and_then(|row| match row.state {
            FileState::Uploading { digest } => Some(digest),
            FileState::Waiting { digest, .. } => digest,
            FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Sent { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Problem { .. }
            | FileState::InTrash { .. }
            | FileState::Gone { .. } => None,
        });
        self.abandon(file);
        begun.into_iter().for_each(|digest| self.of_page(OfPage::DropUpload(digest)));
    }

    pub(super) fn abandon_all(&mut self) {
        self.jobs.files().into_iter().for_each(|file| self.abandon(file));
    }

    pub(super) fn abandon_folder(&mut self, folder: FolderId) {
        let is_theirs = |file: &FileId| self.catalog.get(*file).is_some_and(|row| row.folder == folder);
        let theirs: Vec<FileId> = self.jobs.files().into_iter().filter(is_theirs).collect();
        theirs.into_iter().for_each(|file| self.abandon(file));
    }

    /// Drops the question that is under way. Its files wait for the next one.
    pub(super) fn drop_question(&mut self) {
        let batch = self.jobs.drop_asking().map(|asking| asking.batch).unwrap_or_default();
        batch.iter().for_each(|(id, _)| self.catalog.release(*id));
    }

    /// Records how a file looks now. If it looks the same, nothing changes, so an unchanged file is read only once.
    pub(super) fn look_again_at(&mut self, now: Moment, id: FileId, look: Look) {
        let Some(row) = self.catalog.get(id) else { return };
        let (stamp, state) = first_state(now, look);
        let is_same = stamp == row.stamp;
        // The person left out the file, whatever is in it.
        let is_left_out = row.state == FileState::Skipped(SkipReason::Chosen);
        if (is_same || is_left_out) && is_still_true(&row.state, &state) {
            return;
        }
        if is_same {
            self.abandon(id);
            return self.catalog.set_content(id, stamp, state);
        }
        self.content_changed(now, id, stamp, state);
    }

    /// Records how a file looks now that it was written to. Even if it looks the same, what was read is void.
    pub(super) fn distrust_stamp(&mut self, now: Moment, id: FileId, look: Look) {
        let (stamp, state) = first_state(now, look);
        let is_same = self.catalog.get(id).is_some_and(|row| row.stamp == stamp);
        if is_same && self.was_read(id) && matches!(state, FileState::Found | FileState::Waiting { .. }) {
            self.content_changed(now, id, stamp, state);
        } else {
            self.look_again_at(now, id, look);
        }
    }

    /// Whether anything is known about the file's bytes, or is being read now.
    fn was_read(&self, id: FileId) -> bool {
        let is_being_read = || self.jobs.reading().iter().any(|job| job.file == id);
        self.catalog.get(id).is_some_and(|row| match row.state {
            FileState::Found => is_being_read(),
            FileState::Waiting { digest, .. } | FileState::Problem { digest, .. } => digest.is_some(),
            FileState::Skipped(SkipReason::NotMedia)
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Protected { .. }
            | FileState::InTrash { .. } => true,
            FileState::Skipped(_) | FileState::Gone { .. } => false,
        })
    }

    /// A file that changed before gets more time to become stable than its look alone would give it.
    fn content_changed(&mut self, now: Moment, id: FileId, stamp: Stamp, state: FileState) {
        let is_written = matches!(state, FileState::Waiting { failure: Failure::Changing, .. });
        let again = state == FileState::Found && self.restless.has(now, id);
        let state =
            if is_written || again { settling(now, self.restless.note_change(now, id)) } else { state };
        self.drop_upload(id);
        self.catalog.set_content(id, stamp, state);
    }

    /// The file is being written, so what was read is void. The file gets time to become stable.
    pub(super) fn wait_until_quiet(&mut self, now: Moment, id: FileId, look: Look) {
        self.drop_upload(id);
        self.catalog.set_state(id, FileState::Found);
        self.look_again_at(now, id, look);
        if self.catalog.get(id).is_some_and(|row| row.state == FileState::Found) {
            let quiet_ms = self.restless.note_change(now, id);
            self.catalog.set_state(id, settling(now, quiet_ms));
        }
    }

    /// The file is not where it was. Of a file with a hidden name, only another look can tell whether it is gone.
    pub(super) fn call_gone(&mut self, id: FileId) {
        if self.catalog.get(id).is_some_and(|row| row.hidden) {
            self.readable_hidden.remove(&id);
            let digest = self.catalog.digest_of(id);
            self.abandon(id);
            self.catalog.set_state(id, FileState::Problem { digest, problem: Problem::HiddenName });
        } else {
            self.mark_gone(id);
        }
    }

    pub(super) fn mark_gone(&mut self, id: FileId) {
        let Some(row) = self.catalog.get(id) else { return };
        if matches!(row.state, FileState::Gone { .. }) {
            return;
        }
        let digest = row.state.digest();
        self.drop_upload(id);
        self.catalog.set_state(id, FileState::Gone { digest });
    }

    pub(super) fn note(&mut self, now: Moment, trouble: Trouble, file: Option<FileId>) {
        let path = file.and_then(|file| self.catalog.get(file)).map(|row| &*row.path);
        self.incidents.note(now, trouble, path);
    }

    pub(super) fn give_up(&mut self, now: Moment, id: FileId, problem: Problem) {
        if problem == Problem::Unreadable && self.catalog.is_hidden(id) {
            // It can be read only as long as the page keeps it, and unchanged.
            return self.call_gone(id);
        }
        let digest = self.catalog.digest_of(id);
        self.note(now, Trouble::Problem(problem), Some(id));
        self.catalog.set_state(id, FileState::Problem { digest, problem });
    }

    /// Counts a failed attempt. The file waits for a retry, or needs the person if it failed too often.
    pub(super) fn retry_later(&mut self, now: Moment, id: FileId, failure: Failure) {
        let attempts = self.catalog.count_attempt(id);
        if attempts >= most_attempts(failure) {
            return self.give_up(now, id, Problem::GaveUp(failure));
        }
        self.note(now, Trouble::Failure(failure), Some(id));
        // If the bytes did not match their digest, the file is read again. Otherwise the server is asked about it
        // again.
        let digest = self.catalog.digest_of(id).filter(|_| failure != Failure::DigestMismatch);
        let until = now + wait_ms(id, attempts);
        self.catalog.set_state(id, FileState::Waiting { digest, until, failure });
    }

    /// The file waits until the server has room for it.
    pub(super) fn wait_for_room(&mut self, id: FileId, failure: Failure, until: Moment) {
        let digest = self.catalog.digest_of(id);
        self.catalog.set_state(id, FileState::Waiting { digest, until, failure });
    }

    /// Drops a copy that cannot be read. From then on, only the folder has the file.
    pub(super) fn lose_copy(&mut self, id: FileId) {
        self.catalog.drop_copy(id);
        self.catalog.begin_again(id);
    }
}

/// How many failures are too many. A server that restarts from time to time looks just like a file whose uploads are
/// cut off.
fn most_attempts(failure: Failure) -> u8 {
    match failure {
        Failure::CutOff => MOST_CUT_OFFS,
        Failure::ServerError(_)
        | Failure::NotUnderstood
        | Failure::Stalled
        | Failure::DigestMismatch
        | Failure::Changing
        | Failure::ReaderStopped
        | Failure::QuotaFull
        | Failure::DiskFull => MOST_ATTEMPTS,
    }
}

/// The wait doubles with each attempt. It is spread by up to a quarter, based on the file's id, so that files that
/// failed together are not retried together.
fn wait_ms(id: FileId, attempts: u8) -> u64 {
    let base = (FIRST_WAIT_MS << attempts.saturating_sub(1).min(6)).min(LONGEST_WAIT_MS);
    let spread = u64::from(id.0.wrapping_mul(2_654_435_761)) % (base / 4);
    base + spread
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_five_minutes_and_are_spread_by_a_quarter() {
        for (attempts, base) in [(1, 5_000), (2, 10_000), (6, 160_000), (7, 300_000), (24, 300_000)] {
            for file in 0..100 {
                let wait = wait_ms(FileId(file), attempts);
                assert!((base..base + base / 4).contains(&wait), "{attempts} attempts: {wait}");
            }
            assert_ne!(wait_ms(FileId(1), attempts), wait_ms(FileId(2), attempts), "not all at once");
        }
    }
}
