//! Reading: which files are digested next, and the end of a reading.

use super::shared::Shared;
use crate::catalog::Work;
use crate::command::Begin;
use crate::event::{HashEnd, JobId};
use crate::folder::{Barrier, Versions};
use crate::row::{Failure, FileId, FileState, Problem, SkipReason};
use crate::time::Moment;

/// Reading runs this far ahead of sending: enough to keep every lane busy, while files are still read shortly before
/// they are sent.
const READY_AHEAD: usize = 1_000;

pub(super) struct Reading {
    pub(super) at_once: usize,
}

impl Reading {
    pub(super) fn begin(&self, shared: &mut Shared) {
        while shared.jobs.reading().len() < self.at_once
            && shared.catalog.count(Work::Send) < READY_AHEAD
            && let Some(id) = shared.catalog.claim(Work::Hash)
        {
            let job = shared.jobs.begin_reading(id);
            let read = shared.read(job, id).map(Begin::Hash);
            shared.out.begin.extend(read);
        }
    }

    /// Returns the file and the barrier if its whole folder is unreachable.
    pub(super) fn ended(
        &self,
        now: Moment,
        shared: &mut Shared,
        versions: Versions,
        job: JobId,
        end: HashEnd,
    ) -> Option<(FileId, Barrier)> {
        let id = shared.jobs.end_reading(job)?;
        match end {
            HashEnd::Digested(digest) => {
                let state = state_with(shared, id, versions, digest)?;
                shared.catalog.set_state(id, state);
            }
            HashEnd::Moved(look) => shared.wait_until_quiet(now, id, look),
            HashEnd::Vanished => shared.call_gone(id),
            HashEnd::NotMedia => shared.catalog.set_state(id, FileState::Skipped(SkipReason::NotMedia)),
            HashEnd::Unreadable => shared.give_up(now, id, Problem::Unreadable),
            HashEnd::OutOfReach(barrier) => return Some((id, barrier)),
            HashEnd::ReaderStopped => shared.retry_later(now, id, Failure::ReaderStopped),
            HashEnd::CopyLost => shared.lose_copy(id),
        }
        None
    }
}

fn state_with(
    shared: &Shared,
    id: FileId,
    versions: Versions,
    digest: protocol::Digest,
) -> Option<FileState> {
    let row = shared.catalog.get(id)?;
    let is_later = row.before.as_deref().is_some_and(|before| *before != digest);
    Some(if row.stamp.size == 0 {
        // The file was just created when it was listed, and stayed empty.
        FileState::Skipped(SkipReason::Empty)
    } else if is_later && versions == Versions::KeepFirst {
        FileState::Skipped(SkipReason::LaterVersion)
    } else {
        FileState::Hashed { digest }
    })
}
