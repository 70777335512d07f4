//! The progress and the end of an upload.

use super::Engine;
use crate::decision::{Decision, after_upload};
use crate::event::{JobId, UploadEnd};
use crate::link::{Halt, Link, Trust};
use crate::row::{Failure, FileId, FileState, Proof};
use crate::time::Moment;

impl Engine {
    pub(super) fn upload_progressed(&mut self, now: Moment, job: JobId, sent: u64) {
        let moved = self.jobs.note_sent(job, sent);
        self.speed.add(now, moved);
        self.pace.note_bytes(moved);
    }

    pub(super) fn upload_ended(&mut self, now: Moment, job: JobId, end: UploadEnd) {
        let Some(sending) = self.jobs.end_sending(job) else { return };
        let (id, digest) = (sending.file, sending.digest);
        match after_upload(end, self.trust()) {
            Decision::Protect { asset } => {
                self.note_rest_sent(now, id, sending.sent);
                self.protect(id, digest, Some(asset), Proof::Stored);
            }
            Decision::Confirm { asset } => {
                self.note_rest_sent(now, id, sending.sent);
                self.catalog.set_state(id, FileState::Sent { digest, asset });
            }
            Decision::ReadAgain(look) => self.wait_until_quiet(now, id, look),
            Decision::Vanished => self.call_gone(id),
            Decision::RetryLater(failure) => {
                self.pace.note_trouble();
                if failure == Failure::Stalled && sending.got_on() {
                    self.catalog.forget_attempts(id);
                }
                self.retry_later(now, id, failure);
            }
            Decision::StopRun { halt, retry_after_ms } => {
                self.pace.note_trouble();
                self.catalog.set_state(id, FileState::Hashed { digest });
                if matches!(halt, Halt::Offline | Halt::ServerError(_)) && !sending.got_on() {
                    self.suspects.push(id);
                }
                self.stop(now, halt, retry_after_ms);
            }
            Decision::LoseCopy => self.lose_copy(id),
            Decision::LoseFolder(barrier) => self.lose_folder_of(now, id, barrier),
            Decision::GiveUp(problem) => self.give_up(now, id, problem),
            Decision::Skip(reason) => self.catalog.set_state(id, FileState::Skipped(reason)),
        }
    }

    /// A small file ends before its first progress is told.
    fn note_rest_sent(&mut self, now: Moment, id: FileId, sent: u64) {
        let size = self.catalog.get(id).map_or(0, |row| row.stamp.size);
        let rest = size.saturating_sub(sent);
        self.speed.add(now, rest);
        self.pace.note_bytes(rest);
        self.pace.note_file();
    }

    fn trust(&self) -> Trust {
        match self.link {
            Link::Ready(trust) => trust,
            // An answer that comes while the server is looked at anew is taken with caution.
            Link::Due(_) | Link::Checking { .. } | Link::SignedOut | Link::Held { .. } => Trust::StoresUnseen,
        }
    }
}
