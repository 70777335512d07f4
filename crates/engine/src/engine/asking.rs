//! The server's answers to "do you hold these bytes?".

use protocol::Digest;

use super::Engine;
use crate::decision::{Trouble, success};
use crate::event::{JobId, Known, RequestEnd};
use crate::link::Halt;
use crate::row::{Failure, FileId, FileState, Problem, Proof, SkipReason};
use crate::time::Moment;

impl Engine {
    pub(super) fn ask_ended(&mut self, now: Moment, job: JobId, end: RequestEnd<Vec<Known>>) {
        let Some(batch) = self.jobs.end_asking(job) else { return };
        match answer(end, batch.len()) {
            Ok(answers) => self.learn(now, batch, answers),
            Err(trouble) => self.ask_failed(now, &batch, trouble),
        }
    }

    fn learn(&mut self, now: Moment, batch: Vec<(FileId, Digest)>, answers: Vec<Known>) {
        for ((id, digest), known) in batch.into_iter().zip(answers) {
            let Some(row) = self.catalog.get(id) else { continue };
            match &row.state {
                FileState::Hashed { digest: asked } if *asked == digest => self.learn_of(id, digest, known),
                FileState::Sent { digest: asked, .. } if *asked == digest => {
                    self.confirm(now, id, digest, known)
                }
                // Changed or gone since it was asked: the answer is about other bytes.
                FileState::Found
                | FileState::Hashed { .. }
                | FileState::Ready { .. }
                | FileState::Uploading { .. }
                | FileState::Sent { .. }
                | FileState::Waiting { .. }
                | FileState::Protected { .. }
                | FileState::Skipped(_)
                | FileState::Problem { .. }
                | FileState::Gone { .. } => {}
            }
        }
    }

    fn learn_of(&mut self, id: FileId, digest: Digest, known: Known) {
        let state = match known {
            Known::Lacking => {
                // The server's word is newer than ours.
                self.proven.remove(&digest);
                FileState::Ready { digest }
            }
            Known::Held { asset } => {
                let proven = FileState::Protected { digest, asset, proof: Proof::AlreadyThere };
                return self.protect(id, proven);
            }
            Known::InTrash => FileState::Problem { digest: Some(digest), problem: Problem::InServerTrash },
            Known::Unsupported => FileState::Skipped(SkipReason::UnsupportedByServer),
        };
        self.catalog.set_state(id, state);
    }

    /// The second question after an upload to a server that does not verify.
    fn confirm(&mut self, now: Moment, id: FileId, digest: Digest, known: Known) {
        match known {
            Known::Held { asset } => {
                self.protect(id, FileState::Protected { digest, asset, proof: Proof::Stored })
            }
            Known::InTrash | Known::Unsupported => self.learn_of(id, digest, known),
            // What arrived has another digest: it changed on its way, or under the reader. Read it again.
            Known::Lacking => self.retry_later(now, id, Failure::DigestMismatch),
        }
    }

    pub(super) fn protect(&mut self, id: FileId, proven: FileState) {
        self.proven.extend(proven.digest());
        self.failures = 0;
        self.catalog.forget_attempts(id);
        self.catalog.set_state(id, proven);
    }

    /// Nobody learned anything: the files wait for the next question.
    fn ask_failed(&mut self, now: Moment, batch: &[(FileId, Digest)], trouble: Trouble) {
        batch.iter().for_each(|(id, _)| self.catalog.release(*id));
        match trouble {
            Trouble::Run { halt, retry_after_ms } => self.stop(now, halt, retry_after_ms),
            Trouble::Request(Failure::ServerError(status)) | Trouble::Refusal(status, _) => {
                self.stop(now, Halt::ServerError(status), None);
            }
            Trouble::Request(_) => self.stop(now, Halt::NotUnderstood, None),
        }
    }
}

/// An answer that leaves a question open is no answer.
fn answer(end: RequestEnd<Vec<Known>>, asked: usize) -> Result<Vec<Known>, Trouble> {
    match end {
        RequestEnd::Replied(reply) => {
            let answers = success(reply)?;
            if answers.len() == asked { Ok(answers) } else { Err(Trouble::Request(Failure::NotUnderstood)) }
        }
        RequestEnd::NoReply => Err(Trouble::Run { halt: Halt::Offline, retry_after_ms: None }),
        RequestEnd::Stalled => Err(Trouble::Run { halt: Halt::Busy, retry_after_ms: None }),
    }
}
