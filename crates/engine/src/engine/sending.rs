//! Sending: which files go next, how many at once, and the end of an upload.

use std::collections::HashSet;
use std::hash::BuildHasher;

use protocol::{AssetId, Digest};

use super::bundling::{Bundling, Room};
use super::jobs::{Bytes, Sending as Job};
use super::role::Role;
use super::shared::Shared;
use super::shift::Fit;
use super::{Proven, Stop};
use crate::abilities::Abilities;
use crate::catalog::Work;
use crate::command::{AfterStored, Upload};
use crate::decision::{Decision, after_upload};
use crate::event::{Body, JobId, RequestEnd, UploadEnd};
use crate::folder::Barrier;
use crate::incident;
use crate::link::Halt;
use crate::pace::Pace;
use crate::row::{Failure, FileId, FileState, Proof};
use crate::speed::Speed;
use crate::time::Moment;

/// Several large files at once only compete with each other, and each kill costs more.
const LARGE_BYTES: u64 = 64 << 20;
const LARGE_AT_ONCE: usize = 2;
/// How many files are checked to find a small one behind large ones.
const LOOK_BEHIND: usize = 64;
/// After this long without a sign of life from any upload, the server is checked. A connection that hangs looks like
/// a buffering proxy that is still forwarding, which may take minutes.
const SILENCE_MS: u64 = 30_000;
/// After this long, a file that did not fit is tried again, in case there is room by now. It doubles with each refusal,
/// because a try costs an upload, and all files that wait for room are asked about again.
const ROOM_WAIT_MS: u64 = 5 * 60_000;
const LONGEST_ROOM_WAIT_MS: u64 = 60 * 60_000;

#[derive(Default)]
pub(crate) struct Sending {
    pace: Pace,
    pub(crate) speed: Speed,
    bundling: Bundling,
    /// Files whose upload stopped the run. If the server then answers a check, the network was not the cause. The
    /// attempt counts, so that one file cannot block the rest for ever.
    suspects: Vec<(FileId, Suspicion)>,
    /// The server had no room for a file of this size.
    lack_of_room: Option<LackOfRoom>,
    /// When an upload last began, moved or ended.
    moved_at: Moment,
    /// When to look whether the uploads are silent. Usually one has moved since, and it is set again; setting it with
    /// every byte that moves would keep the host's alarm busy.
    silence_due: Option<Moment>,
}

/// Whether a check showed that only single files are refused, and not everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    NoneRefused,
    SomeRefused,
}

/// How the upload of a suspect ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Suspicion {
    /// With no answer, or a gateway's error.
    CutOff,
    /// With a page that is not from the API: a firewall may dislike this file, or everything.
    RefusedInFront,
}

#[derive(Debug, Clone, Copy)]
struct LackOfRoom {
    /// The smallest file that did not fit, in bytes.
    from: u64,
    failure: Failure,
    wait_ms: u64,
    until: Moment,
}

impl LackOfRoom {
    fn concerns(self, now: Moment, size: u64) -> bool {
        now < self.until && size >= self.from
    }
}

/// The search for the files that are sent next.
struct Choice {
    now: Moment,
    fit: Fit,
    /// Claimed, but not to be sent yet.
    held_back: Vec<FileId>,
}

/// What the end of an upload means beyond its file.
pub(super) enum Outcome {
    Nothing,
    Proven(Proven),
    Stop(Stop),
    OutOfReach(FileId, Barrier),
}

impl Sending {
    /// Begins uploads in order. A file that cannot be sent yet lets the next one pass.
    pub(super) fn begin<R: Role, S: BuildHasher>(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        maybe_held: &mut HashSet<Digest, S>,
        fit: Fit,
        abilities: Abilities,
    ) {
        let mut choice = Choice { now, fit, held_back: Vec::new() };
        let lanes = self.pace.lanes();
        while shared.jobs.requests() < lanes
            && let Some(first) = self.next(shared, &mut choice)
        {
            let upload = begin_one(now, shared, maybe_held, first, None);
            // A shift sends files one by one, which spares its program the code.
            let room = if R::IS_PAGE {
                self.bundling.room(abilities, self.speed.per_second(now), lanes)
            } else {
                None
            };
            let command = match (upload, room) {
                (None, _) => None,
                (Some(upload), Some(room)) if self.bundling.suits(shared, first) => {
                    Some(self.bundle(shared, maybe_held, &mut choice, room, upload))
                }
                (Some(only), _) => Some(AfterStored::Upload(only)),
            };
            shared.out.after_stored.extend(command);
            self.moved_at = now;
            self.silence_due.get_or_insert(now + SILENCE_MS);
        }
        choice.held_back.into_iter().for_each(|id| shared.catalog.release(id));
    }

    /// Claims the next file that may be sent now.
    fn next(&self, shared: &mut Shared, choice: &mut Choice) -> Option<FileId> {
        // Behind a bundle, all its files may have twins.
        while choice.held_back.len() < LOOK_BEHIND + shared.jobs.sending().len()
            && let Some(id) = shared.catalog.claim(Work::Send)
        {
            let size = shared.catalog.size_of(id);
            if let Some(lack) = self.lack_of_room.filter(|lack| lack.concerns(choice.now, size)) {
                shared.wait_for_room(id, lack.failure, lack.until);
            } else if twin_is_sending(shared, id) || is_one_too_large(shared, id) || !choice.fit.fits(size) {
                choice.held_back.push(id);
            } else {
                return Some(id);
            }
        }
        None
    }

    /// Adds the files that come next to the first, as long as they suit.
    fn bundle<S: BuildHasher>(
        &mut self,
        shared: &mut Shared,
        maybe_held: &mut HashSet<Digest, S>,
        choice: &mut Choice,
        room: Room,
        first: Upload,
    ) -> AfterStored {
        let (job, mut bytes) = (first.read.job, Bundling::takes(first.read.stamp.size));
        let mut uploads = vec![first];
        while uploads.len() < room.files
            && let Some(id) = self.next(shared, choice)
        {
            let takes = Bundling::takes(shared.catalog.size_of(id));
            if bytes + takes > room.bytes || !self.bundling.suits(shared, id) {
                shared.catalog.release(id);
                break;
            }
            let upload = begin_one(choice.now, shared, maybe_held, id, Some(job));
            bytes += upload.as_ref().map_or(0, |_| takes);
            uploads.extend(upload);
        }
        self.bundling.note_begun(bytes);
        match uploads.len() {
            1 => AfterStored::Upload(uploads.remove(0)),
            _ => AfterStored::UploadBundle(uploads),
        }
    }

    /// Whether nothing has moved for long. `answered_at` is when the server last answered a check: after a check, it is
    /// given as much time again.
    pub(super) fn is_silent(&mut self, now: Moment, shared: &Shared, answered_at: Option<Moment>) -> bool {
        if shared.jobs.sending().is_empty() {
            self.silence_due = None;
            return false;
        }
        if self.silence_due.is_some_and(|due| !due.is_due(now)) {
            return false;
        }
        let sign_of_life = answered_at.map_or(self.moved_at, |at| at.max(self.moved_at));
        let due = sign_of_life + SILENCE_MS;
        self.silence_due = (!due.is_due(now)).then_some(due);
        due.is_due(now)
    }

    pub(super) fn silence_due(&self) -> Option<Moment> {
        self.silence_due
    }

    /// Called once in each turn.
    pub(super) fn adjust_pace(&mut self, now: Moment, shared: &Shared) {
        self.pace.turn(now, shared.jobs.requests() >= self.pace.lanes());
    }

    pub(super) fn progressed(&mut self, now: Moment, shared: &mut Shared, job: JobId, sent: u64) {
        let moved = shared.jobs.note_sent(job, sent);
        self.note_moved(now, moved);
    }

    fn note_moved(&mut self, now: Moment, bytes: u64) {
        self.moved_at = now;
        self.speed.add(now, bytes);
        self.pace.note_bytes(bytes);
    }

    pub(super) fn ended<R: Role>(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        abilities: Abilities,
        job: JobId,
        end: UploadEnd,
    ) -> Outcome {
        let Some(job) = shared.jobs.end_sending(job) else { return Outcome::Nothing };
        self.moved_at = now;
        let (id, digest) = (job.file, job.digest);
        // A shift sends no bundles.
        let failed_together =
            R::IS_PAGE && matches!(end, UploadEnd::BundleEnded(_) | UploadEnd::BrokenByAnother);
        // Files that fail together are one trouble.
        let is_news =
            !failed_together || self.bundling.note_failed(job.request(), id, may_be_too_large(&end));
        if R::IS_PAGE && !failed_together {
            self.bundling.note_ended(id);
        }
        match after_upload(end, abilities) {
            Decision::Protect { asset } => {
                self.note_room(shared.catalog.size_of(id));
                self.note_rest_sent(now, shared, &job);
                return Outcome::Proven(stored(id, digest, asset));
            }
            Decision::Confirm { asset } => {
                self.note_rest_sent(now, shared, &job);
                shared.catalog.set_state(id, FileState::Sent { digest, asset });
            }
            Decision::ReadAgain(look) => shared.wait_until_quiet(now, id, look),
            Decision::Vanished => shared.call_gone(id),
            Decision::RetryLater(failure) => self.retry_later(now, shared, &job, failure),
            Decision::StopRun { halt, retry_after_ms } => {
                if is_news {
                    self.pace.note_trouble();
                }
                self.note_stop(shared, &job, halt, failed_together);
                return Outcome::Stop(Stop { halt, retry_after_ms });
            }
            Decision::LoseCopy => shared.lose_copy(id),
            Decision::LoseFolder(barrier) => return Outcome::OutOfReach(id, barrier),
            Decision::WaitForRoom(failure) => self.note_lack_of_room(now, shared, id, failure),
            Decision::GiveUp(problem) => shared.give_up(now, id, problem),
            Decision::Skip(reason) => shared.catalog.set_state(id, FileState::Skipped(reason)),
            Decision::SendAlone => shared.catalog.set_state(id, FileState::Hashed { digest }),
        }
        Outcome::Nothing
    }

    fn note_lack_of_room(&mut self, now: Moment, shared: &mut Shared, id: FileId, failure: Failure) {
        let size = shared.catalog.size_of(id);
        let before = self.lack_of_room;
        let wait_ms = match before {
            Some(lack) if lack.until > now => lack.wait_ms,
            Some(lack) => (lack.wait_ms * 2).min(LONGEST_ROOM_WAIT_MS),
            None => ROOM_WAIT_MS,
        };
        let from = before.filter(|lack| lack.until > now).map_or(size, |lack| lack.from.min(size));
        let until = now + wait_ms;
        self.lack_of_room = Some(LackOfRoom { from, failure, wait_ms, until });
        shared.note(now, incident::Trouble::Failure(failure), Some(id));
        shared.wait_for_room(id, failure, until);
    }

    /// A file of this size was stored.
    fn note_room(&mut self, size: u64) {
        self.lack_of_room = self.lack_of_room.filter(|lack| size < lack.from);
    }

    /// The person may have made room.
    pub(super) fn forget_lack_of_room(&mut self) {
        self.lack_of_room = None;
    }

    fn retry_later(&mut self, now: Moment, shared: &mut Shared, job: &Job, failure: Failure) {
        self.pace.note_trouble();
        if failure == Failure::Stalled && job.got_on() {
            shared.catalog.forget_attempts(job.file);
        }
        shared.retry_later(now, job.file, failure);
    }

    /// A file that failed together with others is not suspected. It will be sent alone.
    fn note_stop(&mut self, shared: &mut Shared, job: &Job, halt: Halt, failed_together: bool) {
        shared.catalog.set_state(job.file, FileState::Hashed { digest: job.digest });
        match halt {
            _ if failed_together => {}
            Halt::Offline | Halt::ServerError(_) if job.got_on() => {}
            Halt::Offline | Halt::ServerError(_) => self.suspects.push((job.file, Suspicion::CutOff)),
            Halt::SignInInFront => self.suspects.push((job.file, Suspicion::RefusedInFront)),
            Halt::SignedOut
            | Halt::Forbidden
            | Halt::Busy
            | Halt::NotUnderstood
            | Halt::DiskFull
            | Halt::QuotaFull => {}
        }
    }

    /// Counts the bytes that were not reported: a small file ends before its first progress event.
    fn note_rest_sent(&mut self, now: Moment, shared: &Shared, job: &Job) {
        self.note_moved(now, shared.catalog.size_of(job.file).saturating_sub(job.sent));
        self.pace.note_file();
    }

    /// The server was checked; `answers` if it is available. If the connections of several files broke together, the
    /// server or the network failed, and no file is to blame. A refusal concerns its own file.
    pub(super) fn judge_suspects(&mut self, now: Moment, shared: &mut Shared, answers: bool) -> Verdict {
        let suspects = std::mem::take(&mut self.suspects);
        let is_alone = suspects.len() == 1;
        let mut verdict = Verdict::NoneRefused;
        for (id, suspicion) in suspects.into_iter().filter(|_| answers) {
            match suspicion {
                Suspicion::CutOff if is_alone => shared.retry_later(now, id, Failure::CutOff),
                Suspicion::CutOff => {}
                Suspicion::RefusedInFront => {
                    verdict = Verdict::SomeRefused;
                    shared.retry_later(now, id, Failure::NotUnderstood);
                }
            }
        }
        verdict
    }
}

fn stored(id: FileId, digest: Digest, asset: AssetId) -> Proven {
    Proven { id, digest, asset: Some(asset), proof: Proof::Stored }
}

fn begin_one<S: BuildHasher>(
    now: Moment,
    shared: &mut Shared,
    maybe_held: &mut HashSet<Digest, S>,
    id: FileId,
    request: Option<JobId>,
) -> Option<Upload> {
    let digest = shared.catalog.digest_of(id)?;
    if !maybe_held.insert(digest) {
        shared.catalog.set_state(id, FileState::Hashed { digest });
        return None;
    }
    shared.catalog.set_state(id, FileState::Uploading { digest });
    let bytes = Bytes { digest, size: shared.catalog.size_of(id) };
    let job = shared.jobs.begin_sending(id, bytes, now, request);
    Some(Upload { read: shared.read(job, id)?, digest })
}

/// Whether something on the way may have failed because of the request's size. The API itself says so if it was that.
fn may_be_too_large(end: &UploadEnd) -> bool {
    match end {
        UploadEnd::BundleEnded(RequestEnd::Replied(reply)) => !matches!(reply.body, Body::Refused(_)),
        UploadEnd::BundleEnded(RequestEnd::NoReply | RequestEnd::Stalled) => true,
        UploadEnd::BrokenByAnother
        | UploadEnd::Ended(_)
        | UploadEnd::Moved(_)
        | UploadEnd::Vanished
        | UploadEnd::Unreadable
        | UploadEnd::OutOfReach(_)
        | UploadEnd::CopyLost => false,
    }
}

/// Whether the same bytes are already being sent under another name: one copy is enough.
fn twin_is_sending(shared: &Shared, id: FileId) -> bool {
    shared.catalog.digest_of(id).is_some_and(|digest| shared.jobs.is_sending(digest))
}

fn is_one_too_large(shared: &Shared, id: FileId) -> bool {
    let is_large = |id: FileId| shared.catalog.size_of(id) > LARGE_BYTES;
    let sending = || shared.jobs.sending().iter().filter(|job| is_large(job.file)).count();
    is_large(id) && sending() >= LARGE_AT_ONCE
}
