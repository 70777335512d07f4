//! The work in flight. Not saved: what was in flight at a crash begins again from its row.

use std::collections::BTreeMap;

use protocol::Digest;

use crate::event::JobId;
use crate::row::FileId;

#[derive(Debug, Default)]
pub(crate) struct Jobs {
    last: u32,
    reading: BTreeMap<JobId, Reading>,
    sending: BTreeMap<JobId, Sending>,
    asking: Option<Asking>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    pub(crate) file: FileId,
    /// Bytes.
    pub(crate) read: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    pub(crate) file: FileId,
    pub(crate) digest: Digest,
    /// Bytes.
    pub(crate) sent: u64,
}

/// One batch of questions; at most one is under way.
#[derive(Debug)]
pub(crate) struct Asking {
    pub(crate) job: JobId,
    pub(crate) batch: Vec<(FileId, Digest)>,
}

impl Jobs {
    fn next(&mut self) -> JobId {
        self.last = self.last.wrapping_add(1);
        JobId(self.last)
    }

    pub(crate) fn begin_reading(&mut self, file: FileId) -> JobId {
        let job = self.next();
        self.reading.insert(job, Reading { file, read: 0 });
        job
    }

    pub(crate) fn begin_sending(&mut self, file: FileId, digest: Digest) -> JobId {
        let job = self.next();
        self.sending.insert(job, Sending { file, digest, sent: 0 });
        job
    }

    pub(crate) fn begin_asking(&mut self, batch: Vec<(FileId, Digest)>) -> JobId {
        let job = self.next();
        self.asking = Some(Asking { job, batch });
        job
    }

    pub(crate) fn end_reading(&mut self, job: JobId) -> Option<FileId> {
        self.reading.remove(&job).map(|reading| reading.file)
    }

    pub(crate) fn end_sending(&mut self, job: JobId) -> Option<Sending> {
        self.sending.remove(&job)
    }

    pub(crate) fn end_asking(&mut self, job: JobId) -> Option<Vec<(FileId, Digest)>> {
        self.asking.take_if(|asking| asking.job == job).map(|asking| asking.batch)
    }

    /// Ends whatever is done with this file, and tells what that was.
    pub(crate) fn abandon(&mut self, file: FileId) -> Option<JobId> {
        let reading = self.reading.iter().find(|(_, job)| job.file == file).map(|(id, _)| *id);
        let sending = self.sending.iter().find(|(_, job)| job.file == file).map(|(id, _)| *id);
        let job = reading.or(sending)?;
        self.reading.remove(&job);
        self.sending.remove(&job);
        Some(job)
    }

    pub(crate) fn note_read(&mut self, job: JobId, read: u64) {
        if let Some(reading) = self.reading.get_mut(&job) {
            reading.read = read;
        }
    }

    /// Bytes that moved since the last note.
    pub(crate) fn note_sent(&mut self, job: JobId, sent: u64) -> u64 {
        let Some(sending) = self.sending.get_mut(&job) else { return 0 };
        let moved = sent.saturating_sub(sending.sent);
        sending.sent = sent;
        moved
    }

    pub(crate) fn files(&self) -> Vec<FileId> {
        let reading = self.reading.values().map(|job| job.file);
        reading.chain(self.sending.values().map(|job| job.file)).collect()
    }

    pub(crate) fn reading(&self) -> impl ExactSizeIterator<Item = &Reading> {
        self.reading.values()
    }

    pub(crate) fn sending(&self) -> impl ExactSizeIterator<Item = &Sending> {
        self.sending.values()
    }

    pub(crate) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.reading.is_empty() && self.sending.is_empty() && self.asking.is_none()
    }
}
