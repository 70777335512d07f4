//! The end of reading a file.

use protocol::Digest;

use super::Engine;
use super::listing::settling;
use crate::event::{HashEnd, JobId, Look};
use crate::folder::{Barrier, Versions};
use crate::incident::Trouble;
use crate::row::{Failure, FileId, FileState, Problem, SkipReason};
use crate::time::Moment;

/// A file that fails this often needs the person: about ten minutes of trying.
const MOST_ATTEMPTS: u8 = 7;
/// About an hour and a half.
const MOST_CUT_OFFS: u8 = 24;
/// The wait after the first failure of a file; it doubles with each.
const FIRST_WAIT_MS: u64 = 5_000;
const LONGEST_WAIT_MS: u64 = 300_000;

impl Engine {
    pub(super) fn hash_ended(&mut self, now: Moment, job: JobId, end: HashEnd) {
        let Some(id) = self.jobs.end_reading(job) else { return };
        match end {
            HashEnd::Digested(digest) => self.digested(id, digest),
            HashEnd::Moved(look) => self.wait_until_quiet(now, id, look),
            HashEnd::Vanished => self.call_gone(id),
            HashEnd::Unreadable => self.give_up(now, id, Problem::Unreadable),
            HashEnd::OutOfReach(barrier) => self.lose_folder_of(now, id, barrier),
            HashEnd::ReaderStopped => self.retry_later(now, id, Failure::ReaderStopped),
            HashEnd::CopyLost => self.lose_copy(id),
        }
    }

    fn digested(&mut self, id: FileId, digest: Digest) {
        let Some(row) = self.catalog.get(id) else { return };
        let other = row.before.as_deref().is_some_and(|before| *before != digest);
        let rules = self.folders.get(row.folder).map(|folder| folder.rules).unwrap_or_default();
        let state = if row.stamp.size == 0 {
            // It was just made when it was listed, and stayed empty.
            FileState::Skipped(SkipReason::Empty)
        } else if other && rules.versions == Versions::KeepFirst {
            FileState::Skipped(SkipReason::LaterVersion)
        } else {
            FileState::Hashed { digest }
        };
        self.catalog.set_state(id, state);
    }

    /// The file is being written: what was read is void. It gets time to come to rest.
    pub(super) fn wait_until_quiet(&mut self, now: Moment, id: FileId, look: Look) {
        self.catalog.set_state(id, FileState::Found);
        self.look_again_at(now, id, look);
        if self.catalog.get(id).is_some_and(|row| row.state == FileState::Found) {
            self.catalog.set_state(id, settling(now));
        }
    }

    pub(super) fn give_up(&mut self, now: Moment, id: FileId, problem: Problem) {
        let digest = self.catalog.get(id).and_then(|row| row.state.digest());
        self.incidents.note(now, Trouble::Problem(problem), Some(id));
        self.catalog.set_state(id, FileState::Problem { digest, problem });
    }

    /// Counts a failed attempt and sends the file to the back, or to the person if it failed too often.
    pub(super) fn retry_later(&mut self, now: Moment, id: FileId, failure: Failure) {
        let attempts = self.catalog.count_attempt(id);
        if attempts >= most_attempts(failure) {
            return self.give_up(now, id, Problem::GaveUp(failure));
        }
        self.incidents.note(now, Trouble::Failure(failure), Some(id));
        // Bytes that did not fit their digest are read again; everything else is asked about again.
        let known = self.catalog.get(id).and_then(|row| row.state.digest());
        let digest = known.filter(|_| failure != Failure::DigestMismatch);
        let until = now + wait_ms(id, attempts);
        self.catalog.set_state(id, FileState::Waiting { digest, until, failure });
    }

    /// Then only its folder has the file.
    pub(super) fn lose_copy(&mut self, id: FileId) {
        let digest = self.catalog.get(id).and_then(|row| row.state.digest());
        self.catalog.drop_copy(id);
        self.catalog.set_state(id, FileState::begin_again(digest));
    }

    pub(super) fn lose_folder_of(&mut self, now: Moment, id: FileId, barrier: Barrier) {
        let digest = self.catalog.get(id).and_then(|row| row.state.digest());
        self.catalog.set_state(id, FileState::begin_again(digest));
        if let Some(folder) = self.catalog.get(id).map(|row| row.folder) {
            self.lose_access(now, folder, barrier);
        }
    }
}

/// How often is too often. A server that is started anew now and then looks just like a file that is cut off.
fn most_attempts(failure: Failure) -> u8 {
    match failure {
        Failure::CutOff => MOST_CUT_OFFS,
        Failure::ServerError(_)
        | Failure::NotUnderstood
        | Failure::Stalled
        | Failure::DigestMismatch
        | Failure::Changing
        | Failure::ReaderStopped => MOST_ATTEMPTS,
    }
}

/// Doubles with each attempt. Spread by up to a quarter, from the file's own number, so that files that failed
/// together do not come back together.
fn wait_ms(id: FileId, attempts: u8) -> u64 {
    let base = (FIRST_WAIT_MS << attempts.saturating_sub(1).min(6)).min(LONGEST_WAIT_MS);
    let spread = u64::from(id.0.wrapping_mul(2_654_435_761)) % (base / 4);
    base + spread
}
