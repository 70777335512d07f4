//! Asks the server "do you hold these bytes?", and acts on its answers.

use std::collections::HashSet;

use protocol::{AssetId, Digest};
use rustc_hash::FxBuildHasher;

use super::jobs::Question;
use super::shared::Shared;
use super::{Proven, Stop};
use crate::catalog::Work;
use crate::command::AfterStored;
use crate::decision::{Trouble, success};
use crate::event::{JobId, Known, RequestEnd};
use crate::incident;
use crate::link::Halt;
use crate::row::{Failure, FileId, FileState, Problem, Proof};
use crate::time::Moment;

/// Immich accepts 65,000. A thousand are answered in about 20 ms, and little is lost in a kill.
const ASKED_AT_ONCE: usize = 1_000;
/// While files are read, digests are collected up to this number. Fewer requests leave more capacity for reading and
/// uploads.
const WORTH_ASKING: usize = 64;
/// While more files than this wait to be sent, no answer is urgent.
const SENT_MEANWHILE: usize = 16;
/// Otherwise no question waits longer than this after the previous one.
const COLLECT_MS: u64 = 100;

#[derive(Default)]
pub(super) struct Asking {
    /// When the last question began.
    asked_at: Moment,
    /// Digests that the server may hold by now, even if it said before that it lacks them: their upload began, or the
    /// server confirmed them. If another file has one of these digests, the server is asked again before the file is
    /// sent.
    pub(super) maybe_held: HashSet<Digest, FxBuildHasher>,
}

impl Asking {
    pub(super) fn begin(&mut self, now: Moment, shared: &mut Shared) {
        if shared.jobs.is_asking() || self.is_collecting(now, shared) {
            return;
        }
        let mut batch = Vec::new();
        while batch.len() < ASKED_AT_ONCE
            && let Some(id) = shared.catalog.claim(Work::Ask)
        {
            batch.extend(shared.catalog.digest_of(id).map(|digest| (id, digest)));
        }
        if !batch.is_empty() {
            self.asked_at = now;
            let digests = batch.iter().map(|(_, digest)| *digest).collect();
            let job = shared.jobs.begin_asking(batch);
            shared.after_stored(AfterStored::Ask { job, digests });
        }
    }

    /// Whether more digests will come soon that can be asked about together.
    fn is_collecting(&self, now: Moment, shared: &Shared) -> bool {
        !shared.jobs.reading().is_empty()
            && shared.catalog.count(Work::Ask) < WORTH_ASKING
            && (shared.catalog.count(Work::Send) > SENT_MEANWHILE || now.since(self.asked_at) < COLLECT_MS)
    }

    /// The latest time to ask about the digests collected so far.
    pub(super) fn due(&self, now: Moment, shared: &Shared) -> Option<Moment> {
        let collecting =
            shared.catalog.has(Work::Ask) && !shared.jobs.is_asking() && self.is_collecting(now, shared);
        let next = self.asked_at + COLLECT_MS;
        (collecting && next > now).then_some(next)
    }

    pub(super) fn ended(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        job: JobId,
        end: RequestEnd<Vec<Known>>,
    ) -> Result<Vec<Proven>, Stop> {
        let Some(question) = shared.jobs.end_asking(job) else { return Ok(Vec::new()) };
        match answer(end, question.batch.len()) {
            Ok(answers) => Ok(self.learn(now, shared, question, answers)),
            Err(trouble) => {
                // Nothing was learned. The files wait for the next question.
                question.batch.iter().for_each(|(id, _)| shared.catalog.release(*id));
                Err(stop_after(trouble))
            }
        }
    }

    fn learn(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        question: Question,
        answers: Vec<Known>,
    ) -> Vec<Proven> {
        for ((_, digest), known) in question.batch.iter().zip(&answers) {
            if *known == Known::Lacking && !question.meanwhile.contains(digest) {
                self.maybe_held.remove(digest);
            }
        }
        let all = question.batch.into_iter().zip(answers);
        all.filter_map(|((id, digest), known)| learn_one(now, shared, id, digest, known)).collect()
    }
}

fn learn_one(now: Moment, shared: &mut Shared, id: FileId, digest: Digest, known: Known) -> Option<Proven> {
    match &shared.catalog.get(id)?.state {
        FileState::Hashed { digest: asked } if *asked == digest => learn_of(shared, id, digest, known),
        FileState::Sent { digest: asked, asset } if *asked == digest => {
            let sent = *asset;
            confirm(now, shared, id, digest, sent, known)
        }
        // The file has changed or is gone since the question, so the answer is about other bytes.
        FileState::Found
        | FileState::Hashed { .. }
        | FileState::Ready { .. }
        | FileState::Uploading { .. }
        | FileState::Sent { .. }
        | FileState::Waiting { .. }
        | FileState::Protected { .. }
        | FileState::Skipped(_)
        | FileState::Problem { .. }
        | FileState::InTrash { .. }
        | FileState::Gone { .. } => None,
    }
}

fn learn_of(shared: &mut Shared, id: FileId, digest: Digest, known: Known) -> Option<Proven> {
    let state = match known {
        Known::Lacking => FileState::Ready { digest },
        Known::Held { asset } => return Some(Proven { id, digest, asset, proof: Proof::AlreadyThere }),
        Known::InTrash { asset } => FileState::InTrash { digest, asset },
        Known::Unsupported => {
            FileState::Problem { digest: Some(digest), problem: Problem::UnsupportedByServer }
        }
    };
    shared.catalog.set_state(id, state);
    None
}

/// Handles the answer to the second question, after an upload to a server that does not verify digests.
fn confirm(
    now: Moment,
    shared: &mut Shared,
    id: FileId,
    digest: Digest,
    sent: AssetId,
    known: Known,
) -> Option<Proven> {
    match known {
        Known::Held { asset: Some(held) } if held != sent => {
            // The server holds our bytes, but not in the asset that we uploaded. That one has other bytes: they
            // changed in transit.
            shared.note(now, incident::Trouble::Failure(Failure::DigestMismatch), Some(id));
            Some(Proven { id, digest, asset: Some(held), proof: Proof::AlreadyThere })
        }
        Known::Held { asset } => {
            Some(Proven { id, digest, asset: asset.or(Some(sent)), proof: Proof::Stored })
        }
        Known::InTrash { .. } | Known::Unsupported => learn_of(shared, id, digest, known),
        // The bytes that arrived have another digest: they changed in transit or while they were read. Read the file
        // again.
        Known::Lacking => {
            shared.retry_later(now, id, Failure::DigestMismatch);
            None
        }
    }
}

fn stop_after(trouble: Trouble) -> Stop {
    match trouble {
        Trouble::Run { halt, retry_after_ms } => Stop { halt, retry_after_ms },
        Trouble::Request(Failure::ServerError(status)) | Trouble::Refusal(status, _) => {
            Stop { halt: Halt::ServerError(status), retry_after_ms: None }
        }
        Trouble::Request(_) => Stop { halt: Halt::NotUnderstood, retry_after_ms: None },
    }
}

/// An answer that does not cover every question counts as not understood.
fn answer(end: RequestEnd<Vec<Known>>, asked: usize) -> Result<Vec<Known>, Trouble> {
    match end {
        RequestEnd::Replied(reply) => {
            let answers = success(reply)?;
            if answers.len() == asked { Ok(answers) } else { Err(Trouble::Request(Failure::NotUnderstood)) }
        }
        RequestEnd::NoReply | RequestEnd::Stalled => {
            Err(Trouble::Run { halt: Halt::Offline, retry_after_ms: None })
        }
    }
}
