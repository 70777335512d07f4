//! The server's answers to "do you hold these bytes?".

use protocol::{AssetId, Digest};

use super::Engine;
use super::jobs::Asking;
use crate::decision::{Trouble, success};
use crate::event::{JobId, Known, RequestEnd};
use crate::link::Halt;
use crate::row::{Failure, FileId, FileState, Problem, Proof, SkipReason};
use crate::time::Moment;

impl Engine {
    pub(super) fn ask_ended(&mut self, now: Moment, job: JobId, end: RequestEnd<Vec<Known>>) {
        let Some(asking) = self.jobs.end_asking(job) else { return };
        match answer(end, asking.batch.len()) {
            Ok(answers) => self.learn(now, asking, answers),
            Err(trouble) => self.ask_failed(now, &asking.batch, trouble),
        }
    }

    fn learn(&mut self, now: Moment, asking: Asking, answers: Vec<Known>) {
        for ((_, digest), known) in asking.batch.iter().zip(&answers) {
            if *known == Known::Lacking && !asking.meanwhile.contains(digest) {
                self.maybe_held.remove(*digest);
            }
        }
        for ((id, digest), known) in asking.batch.into_iter().zip(answers) {
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
            Known::Lacking => FileState::Ready { digest },
            Known::Held { asset } => return self.protect(id, digest, asset, Proof::AlreadyThere),
            Known::InTrash => FileState::Problem { digest: Some(digest), problem: Problem::InServerTrash },
            Known::Unsupported => FileState::Skipped(SkipReason::UnsupportedByServer),
        };
        self.catalog.set_state(id, state);
    }

    /// The second question after an upload to a server that does not verify.
    fn confirm(&mut self, now: Moment, id: FileId, digest: Digest, known: Known) {
        match known {
            Known::Held { asset } => self.protect(id, digest, asset, Proof::Stored),
            Known::InTrash | Known::Unsupported => self.learn_of(id, digest, known),
            // What arrived has another digest: it changed on its way, or under the reader. Read it again.
            Known::Lacking => self.retry_later(now, id, Failure::DigestMismatch),
        }
    }

    pub(super) fn protect(&mut self, id: FileId, digest: Digest, asset: Option<AssetId>, proof: Proof) {
        self.maybe_held.insert(digest);
        self.failures = 0;
        self.note_protected(id, proof);
        self.catalog.protect(id, FileState::Protected { digest, asset, proof });
    }

    /// Its answer counts no more: the files wait for the next question.
    pub(super) fn drop_question(&mut self) {
        let batch = self.jobs.drop_asking().map(|asking| asking.batch).unwrap_or_default();
        batch.iter().for_each(|(id, _)| self.catalog.release(*id));
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
        RequestEnd::Stalled => Err(Trouble::Run { halt: Halt::Offline, retry_after_ms: None }),
    }
}
