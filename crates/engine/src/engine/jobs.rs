//! The jobs in flight. Not saved: after a crash, each starts again from its row.

use protocol::Digest;

use crate::event::JobId;
use crate::row::FileId;
use crate::time::Moment;

#[derive(Debug, Default)]
pub(crate) struct Jobs {
    last: u32,
    /// In the order in which they began; a handful at a time.
    reading: Vec<Reading>,
    sending: Vec<Sending>,
    asking: Option<Question>,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Reading {
    job: JobId,
    pub(crate) file: FileId,
    /// Bytes.
    pub(crate) read: u64,
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct Sending {
    job: JobId,
    /// The first job of the request that carries it.
    request: JobId,
    pub(crate) file: FileId,
    pub(crate) digest: Digest,
    /// Bytes.
    pub(crate) size: u64,
    /// Bytes.
    pub(crate) sent: u64,
    /// Bytes that the server already had, if it keeps the received part of an interrupted upload.
    resumed_at: Option<u64>,
    began: Moment,
}

/// What a file must contain.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Bytes {
    pub(crate) digest: Digest,
    pub(crate) size: u64,
}

/// An interrupted upload that sent at least this much has made progress. It resumes from there and will end
/// eventually.
const GOT_ON_BYTES: u64 = 8 << 20;

/// Longer than a server takes to process a request that has arrived.
const STANDS_STILL_MS: u64 = 60_000;

impl Sending {
    /// The first job of the request that carries it.
    pub(crate) fn request(&self) -> JobId {
        self.request
    }

    /// Whether nothing moved for long. A stuck file that every shift takes up again keeps others from being sent.
    pub(crate) fn stands_still(&self, now: Moment) -> bool {
        now.since(self.began) >= STANDS_STILL_MS && self.sent <= self.resumed_at.unwrap_or(0)
    }

    pub(crate) fn got_on(&self) -> bool {
        self.resumed_at.is_some_and(|at| self.sent.saturating_sub(at) >= GOT_ON_BYTES)
    }
}

/// One batch of questions; at most one is under way.
#[derive(Debug)]
pub(crate) struct Question {
    job: JobId,
    pub(crate) batch: Vec<(FileId, Digest)>,
    /// What was being sent while the server was asked. Its answer "I lack it" may be older than those bytes.
    pub(crate) meanwhile: Vec<Digest>,
}

impl Jobs {
    fn next(&mut self) -> JobId {
        self.last = self.last.wrapping_add(1);
        JobId(self.last)
    }

    pub(crate) fn begin_reading(&mut self, file: FileId) -> JobId {
        let job = self.next();
        self.reading.push(Reading { job, file, read: 0 });
        job
    }

    /// `request` is the first job of the request that will carry it; none if this is the first.
    pub(crate) fn begin_sending(
        &mut self,
        file: FileId,
        Bytes { digest, size }: Bytes,
        began: Moment,
        request: Option<JobId>,
    ) -> JobId {
        let job = self.next();
        let request = request.unwrap_or(job);
        self.sending.push(Sending { job, request, file, digest, size, sent: 0, resumed_at: None, began });
        if let Some(asking) = &mut self.asking {
            asking.meanwhile.push(digest);
        }
        job
    }

    pub(crate) fn begin_asking(&mut self, batch: Vec<(FileId, Digest)>) -> JobId {
        let job = self.next();
        let meanwhile = self.sending.iter().map(|sending| sending.digest).collect();
        self.asking = Some(Question { job, batch, meanwhile });
        job
    }

    /// Only assigns a number. The caller keeps track of the job.
    pub(crate) fn number(&mut self) -> JobId {
        self.next()
    }

    pub(crate) fn end_reading(&mut self, job: JobId) -> Option<FileId> {
        let at = self.reading.iter().position(|reading| reading.job == job)?;
        Some(self.reading.remove(at).file)
    }

    /// The file that this job reads.
    pub(crate) fn reader_of(&self, job: JobId) -> Option<FileId> {
        self.reading.iter().find(|reading| reading.job == job).map(|reading| reading.file)
    }

    pub(crate) fn end_sending(&mut self, job: JobId) -> Option<Sending> {
        let at = self.sending.iter().position(|sending| sending.job == job)?;
        Some(self.sending.remove(at))
    }

    pub(crate) fn end_asking(&mut self, job: JobId) -> Option<Question> {
        self.asking.take_if(|asking| asking.job == job)
    }

    pub(crate) fn drop_asking(&mut self) -> Option<Question> {
        self.asking.take()
    }

    /// Ends the job for this file, if any. Files that are sent in one request end together, because only the whole
    /// request can be cut off.
    pub(crate) fn abandon(&mut self, file: FileId) -> Vec<(JobId, FileId)> {
        if let Some(at) = self.reading.iter().position(|reading| reading.file == file) {
            let Reading { job, file, .. } = self.reading.remove(at);
            return vec![(job, file)];
        }
        let sending = self.sending.iter().find(|sending| sending.file == file);
        let Some(request) = sending.map(Sending::request) else { return Vec::new() };
        let together = |sending: &&Sending| sending.request == request;
        let ended = self.sending.iter().filter(together).map(|sending| (sending.job, sending.file)).collect();
        self.sending.retain(|sending| sending.request != request);
        ended
    }

    pub(crate) fn note_read(&mut self, job: JobId, read: u64) {
        if let Some(reading) = self.reading.iter_mut().find(|reading| reading.job == job) {
            reading.read = read;
        }
    }

    /// The server already has this many bytes of it.
    pub(crate) fn note_resumed(&mut self, job: JobId, at: u64) {
        if let Some(sending) = self.sending.iter_mut().find(|sending| sending.job == job) {
            (sending.sent, sending.resumed_at) = (at, Some(at));
        }
    }

    /// The request has sent this many bytes of its files, which it sends one after the other. Returns the bytes sent
    /// since the last call.
    pub(crate) fn note_sent(&mut self, request: JobId, sent: u64) -> u64 {
        let (mut left, mut moved) = (sent, 0);
        let mut files = self.sending.iter_mut().filter(|sending| sending.request == request).peekable();
        while let Some(sending) = files.next() {
            // The last one has also what the form adds.
            let theirs = if files.peek().is_some() { left.min(sending.size) } else { left };
            left -= theirs;
            moved += theirs.saturating_sub(sending.sent);
            sending.sent = theirs;
        }
        moved
    }

    pub(crate) fn files(&self) -> Vec<FileId> {
        let reading = self.reading.iter().map(|reading| reading.file);
        reading.chain(self.sending.iter().map(|sending| sending.file)).collect()
    }

    /// Includes those that the server is being asked about.
    #[cfg(feature = "testing")]
    pub(crate) fn all_files(&self) -> std::collections::BTreeSet<FileId> {
        let asked = self.asking.iter().flat_map(|asking| asking.batch.iter().map(|(file, _)| *file));
        self.files().into_iter().chain(asked).collect()
    }

    pub(crate) fn reading(&self) -> &[Reading] {
        &self.reading
    }

    pub(crate) fn sending(&self) -> &[Sending] {
        &self.sending
    }

    /// How many requests are under way.
    pub(crate) fn requests(&self) -> usize {
        self.by_request().count()
    }

    /// Of each request, the file whose bytes are being sent.
    pub(crate) fn sending_now(&self) -> impl Iterator<Item = &Sending> {
        let unsent = |files: &'_ [Sending]| files.iter().position(|file| file.sent < file.size).unwrap_or(0);
        self.by_request().filter_map(move |files| files.get(unsent(files)))
    }

    /// The files of a request are next to each other.
    fn by_request(&self) -> impl Iterator<Item = &[Sending]> {
        self.sending.chunk_by(|one, next| one.request == next.request)
    }

    pub(crate) fn is_sending(&self, digest: Digest) -> bool {
        self.sending.iter().any(|job| job.digest == digest)
    }

    pub(crate) fn is_asking(&self) -> bool {
        self.asking.is_some()
    }

    pub(crate) fn is_idle(&self) -> bool {
        self.reading.is_empty() && self.sending.is_empty() && self.asking.is_none()
    }
}
