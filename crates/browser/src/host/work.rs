//! Runs each long command as one task that ends with one event.

use std::cell::Cell;
use std::rc::Rc;

use engine::{
    AfterStored, Barrier, Begin, Checked, Event, FolderEvent, FolderId, HashEnd, JobId, LinkEvent,
    ListingEnd, Look, Moment, Read, ReadingEvent, RequestEnd, Role, ScanId, Scope, SendingEvent, Upload,
    UploadEnd,
};
use futures::future::{AbortHandle, Abortable, LocalBoxFuture, join_all};
use gloo::timers::callback::Timeout;
use protocol::Digest;
use web_sys::File;

use super::Host;
use super::audience::Audience;
use crate::hash::ahead::{Ahead, Small};
use crate::hash::digest::SHORT_BYTES;
use crate::hash::{Checkpoint, ReadFault, ReaderSaid};
use crate::server::SERVER;
use crate::source::{OpenFault, Opened, first_bytes, kind_of, look_at, stamp_of};
use crate::upload::{BundleEnd, Cargo, Moved};
use crate::{now, spawn, walk};

/// The longest time that `setTimeout` can wait. The engine asks again after it.
const LONGEST_TIMEOUT_MS: u64 = i32::MAX as u64;

impl<A: Audience> Host<A> {
    pub(super) fn begin(self: &Rc<Host<A>>, command: Begin) {
        let host = Rc::clone(self);
        match command {
            Begin::WatchFolder(folder) => self.audience.watch(folder),
            Begin::ListFolder { folder, scan, scope, reads_ahead } => {
                let ahead = self.read_ahead(scan, reads_ahead);
                spawn(async move { host.list(folder, scan, scope, ahead).await });
            }
            Begin::StopReadingAhead(scan) => self.stop_reading_ahead(|theirs| theirs == scan),
            Begin::Hash(read) => self.begin_job(read.job, Box::pin(host.hash(read))),
            Begin::CheckServer { job } => spawn(async move {
                let checked = host.check_server().await;
                host.uploads.told(checked.abilities.pieces);
                host.tell(Event::Link(LinkEvent::Checked(job, checked)));
            }),
            Begin::WakeAt(at) => self.wake_at(at),
        }
    }

    pub(super) fn after_stored(self: &Rc<Host<A>>, command: AfterStored) {
        let host = Rc::clone(self);
        match command {
            AfterStored::Ask { job, digests } => spawn(async move {
                let end = SERVER.ask(&digests).await;
                host.tell(Event::AskEnded(job, end));
            }),
            AfterStored::Upload(upload) => self.begin_job(upload.read.job, Box::pin(host.upload(upload))),
            // A shift gives no such command, and its program has no code for it.
            AfterStored::UploadBundle(_) if !A::Role::IS_PAGE => {}
            AfterStored::UploadBundle(uploads) => {
                let jobs = uploads.iter().map(|upload| upload.read.job).collect();
                self.begin_jobs(jobs, Box::pin(host.upload_bundle(uploads)));
            }
            AfterStored::Abandon(job) => self.abandon(job),
            AfterStored::LimitRate(rate) => spawn(async move {
                // A failure is harmless: the limit is sent again after every check of the server.
                _ = SERVER.limit_rate(rate).await;
            }),
            AfterStored::RemoveCopies(copies) => {
                spawn(async move { host.store.remove_copies(&copies).await });
            }
            AfterStored::OfPage(command) => self.audience.carry_out(self, command),
        }
    }

    /// Runs a job that [`AfterStored::Abandon`] can stop; dropping its future stops it.
    fn begin_job(self: &Rc<Host<A>>, job: JobId, work: LocalBoxFuture<'static, Event>) {
        self.begin_jobs(vec![job], Box::pin(async move { vec![work.await] }));
    }

    /// The same for several jobs that are abandoned together, with one event for each.
    fn begin_jobs(self: &Rc<Host<A>>, jobs: Vec<JobId>, work: LocalBoxFuture<'static, Vec<Event>>) {
        let (handle, registration) = AbortHandle::new_pair();
        self.jobs.borrow_mut().extend(jobs.iter().map(|job| (*job, handle.clone())));
        let host = Rc::clone(self);
        spawn(async move {
            let ends = Abortable::new(work, registration).await;
            jobs.iter().for_each(|job| _ = host.jobs.borrow_mut().remove(job));
            ends.into_iter().flatten().for_each(|event| host.tell(event));
        });
    }

    fn abandon(&self, job: JobId) {
        if let Some(handle) = self.jobs.borrow().get(&job) {
            handle.abort();
        }
    }

    /// The first check was started while the store was being loaded.
    async fn check_server(&self) -> Checked {
        let first = self.first_check.take();
        let answer = match first {
            Some(first) => first.answer().await,
            None => None,
        };
        match answer {
            Some(answer) => answer,
            None => SERVER.check().await,
        }
    }

    fn wake_at(self: &Rc<Host<A>>, at: Moment) {
        let wait = at.since(now()).min(LONGEST_TIMEOUT_MS) as u32;
        let host = Rc::clone(self);
        self.alarm.replace(Some(Timeout::new(wait, move || host.tell(Event::Woke))));
    }

    /// A shift never reads ahead, and its program has no code for it.
    fn read_ahead(&self, scan: ScanId, reads_ahead: bool) -> Option<Rc<Small>> {
        let ahead = (A::Role::IS_PAGE && reads_ahead).then(|| Rc::new(Small { goes_on: Cell::new(true) }));
        self.reading_ahead.borrow_mut().extend(ahead.clone().map(|ahead| (scan, ahead)));
        ahead
    }

    pub(super) fn stop_reading_ahead(&self, concerned: impl Fn(ScanId) -> bool) {
        if A::Role::IS_PAGE {
            self.reading_ahead.borrow_mut().retain(|(scan, ahead)| {
                ahead.goes_on.set(ahead.goes_on.get() && !concerned(*scan));
                ahead.goes_on.get()
            });
        }
    }

    async fn list(
        self: &Rc<Host<A>>,
        folder: FolderId,
        scan: ScanId,
        scope: Scope,
        ahead: Option<Rc<Small>>,
    ) {
        self.audience.before_listing(self, folder).await;
        let Some(source) = self.source(folder) else {
            self.stop_reading_ahead(|theirs| theirs == scan);
            // Its record has no handle that can be used.
            let end = ListingEnd::OutOfReach(Barrier::Unreachable);
            return self.tell(Event::Folder(folder, FolderEvent::ListingEnded { scan, end }));
        };
        let tell = |files| self.tell(Event::Folder(folder, FolderEvent::FilesListed { scan, files }));
        let reading = ahead.as_deref().filter(|_| A::Role::IS_PAGE);
        let end = walk::list(&source, &scope, reading.map(|small| small as &dyn Ahead), tell).await;
        self.stop_reading_ahead(|theirs| theirs == scan);
        self.tell(Event::Folder(folder, FolderEvent::ListingEnded { scan, end }));
    }

    async fn hash(self: Rc<Host<A>>, read: Read) -> Event {
        let end = match self.open(&read).await {
            Err(closed) => closed.into(),
            Ok(opened) => match self.digest_of_media(&read, &opened.file).await {
                Err(ReadFault::ReaderStopped) => HashEnd::ReaderStopped,
                Ok(end @ (HashEnd::Digested(_) | HashEnd::NotMedia)) if read.stamp.size <= SHORT_BYTES => end,
                read_end => match self.open_again(&read, &opened).await {
                    // The size or the time changed in the meantime, so the digest belongs to no file.
                    Err(closed) => closed.into(),
                    Ok(_) => read_end.unwrap_or(HashEnd::Unreadable),
                },
            },
        };
        Event::Reading(read.job, ReadingEvent::Ended(end))
    }

    async fn digest_of_media(self: &Rc<Host<A>>, read: &Read, file: &File) -> Result<HashEnd, ReadFault> {
        match kind_of(&read.path, file).await {
            Ok(None) => Ok(HashEnd::NotMedia),
            Ok(Some(_)) => Ok(HashEnd::Digested(self.digest(read, file).await?)),
            Err(_) => Ok(HashEnd::Unreadable),
        }
    }

    /// Hashing of a large file resumes where an earlier attempt was interrupted.
    async fn digest(self: &Rc<Host<A>>, read: &Read, file: &File) -> Result<Digest, ReadFault> {
        if !Checkpoint::is_for(read.stamp) {
            return self.readers.digest(file, None, &|said| self.hear_reader(read, said)).await;
        }
        let key = Checkpoint::key(read);
        // A failing store stops the host elsewhere. Here it only means hashing from the beginning.
        let kept = self.store.checkpoint(&key).await.ok().flatten();
        let from = kept.filter(|checkpoint| checkpoint.stamp == read.stamp);
        let digest = self.readers.digest(file, from.as_ref(), &|said| self.hear_reader(read, said)).await;
        if !matches!(digest, Err(ReadFault::ReaderStopped)) {
            _ = self.store.forget_checkpoint(&key).await;
        }
        digest
    }

    fn hear_reader(self: &Rc<Host<A>>, read: &Read, said: ReaderSaid) {
        match said {
            ReaderSaid::Read(bytes) => {
                self.tell(Event::Reading(read.job, ReadingEvent::Progressed(bytes)));
            }
            ReaderSaid::Reached(bytes, state) => {
                self.tell(Event::Reading(read.job, ReadingEvent::Progressed(bytes)));
                let (host, key) = (Rc::clone(self), Checkpoint::key(read));
                let checkpoint = Checkpoint { stamp: read.stamp, read: bytes, state };
                spawn(async move { _ = host.store.save_checkpoint(&key, &checkpoint).await });
            }
            ReaderSaid::Digested(_) | ReaderSaid::Failed(_) => {}
        }
    }

    async fn upload(self: Rc<Host<A>>, upload: Upload) -> Event {
        let job = upload.read.job;
        let tell = |moved| {
            let event = match moved {
                Moved::From(at) => SendingEvent::Resumed(at),
                Moved::To(sent) => SendingEvent::Progressed(sent),
            };
            self.tell(Event::Sending(job, event));
        };
        let end = match self.open(&upload.read).await {
            Err(closed) => closed.into(),
            Ok(opened) => match self.uploads.send(Cargo::new(&opened.file, &upload), &tell).await {
                Ok(RequestEnd::NoReply) => self.explain_no_reply(&upload.read, &opened).await,
                Ok(end) => UploadEnd::Ended(end),
                Err(_) => UploadEnd::Ended(RequestEnd::NoReply),
            },
        };
        Event::Sending(job, SendingEvent::Ended(end))
    }

    /// One event for each upload, in their order.
    async fn upload_bundle(self: Rc<Host<A>>, uploads: Vec<Upload>) -> Vec<Event> {
        let opened = join_all(uploads.iter().map(|upload| self.open(&upload.read))).await;
        let there = || {
            uploads.iter().zip(&opened).filter_map(|(upload, opened)| Some((upload, opened.as_ref().ok()?)))
        };
        let cargos: Vec<Cargo> = there().map(|(upload, opened)| Cargo::new(&opened.file, upload)).collect();
        let Some(first) = uploads.first().map(|upload| upload.read.job) else { return Vec::new() };
        let tell = |sent| self.tell(Event::Sending(first, SendingEvent::Progressed(sent)));
        let sent = match cargos.is_empty() {
            true => BundleEnd::Each(Vec::new()),
            false => {
                let end = self.uploads.send_bundle(&cargos, &tell).await;
                end.unwrap_or(BundleEnd::All(RequestEnd::NoReply))
            }
        };
        let ends: Vec<UploadEnd> = match sent {
            BundleEnd::Each(ends) => ends.into_iter().map(UploadEnd::Ended).collect(),
            BundleEnd::All(RequestEnd::NoReply) => {
                let broken =
                    join_all(there().map(|(upload, opened)| self.broken(&upload.read, opened))).await;
                let is_by_file = broken.iter().any(Option::is_some);
                let other = match is_by_file {
                    true => UploadEnd::BrokenByAnother,
                    false => UploadEnd::BundleEnded(RequestEnd::NoReply),
                };
                broken.into_iter().map(|end| end.unwrap_or_else(|| other.clone())).collect()
            }
            BundleEnd::All(end) => cargos.iter().map(|_| UploadEnd::BundleEnded(end.clone())).collect(),
        };
        let mut ends = ends.into_iter();
        let event = |(upload, opened): (&Upload, Result<Opened, Closed>)| {
            let end = match opened {
                Err(closed) => closed.into(),
                Ok(_) => ends.next().unwrap_or(UploadEnd::BrokenByAnother),
            };
            Event::Sending(upload.read.job, SendingEvent::Ended(end))
        };
        uploads.iter().zip(opened).map(event).collect()
    }

    async fn explain_no_reply(&self, read: &Read, opened: &Opened) -> UploadEnd {
        self.broken(read, opened).await.unwrap_or(UploadEnd::Ended(RequestEnd::NoReply))
    }

    /// What happened to the file, if it cannot be read any more. A changed file makes an upload fail in the same way as
    /// a network error (measured); reading one byte tells them apart.
    async fn broken(&self, read: &Read, opened: &Opened) -> Option<UploadEnd> {
        if first_bytes(&opened.file, 1).await.is_ok() {
            return None;
        }
        Some(self.open_again(read, opened).await.map_or_else(UploadEnd::from, |_| UploadEnd::Unreadable))
    }

    /// Opens the file if its size and time are still as listed.
    pub(super) async fn open(&self, read: &Read) -> Result<Opened, Closed> {
        if let Some(file) = read.copy {
            let copy = self.store.copy(file, read.stamp).await;
            return copy.map(Opened::snapshot).ok_or(Closed::CopyLost);
        }
        if let Some(file) = self.handed(read) {
            return unmoved(read, Ok(Opened::snapshot(file)));
        }
        let source = self.source(read.folder).ok_or(Closed::Fault(OpenFault::Vanished))?;
        unmoved(read, source.open(&read.path).await)
    }

    fn handed(&self, read: &Read) -> Option<File> {
        if read.hidden { self.audience.handed(read) } else { None }
    }

    async fn open_again(&self, read: &Read, opened: &Opened) -> Result<Opened, Closed> {
        if read.copy.is_some() {
            return Ok(Opened::snapshot(opened.file.clone()));
        }
        if let Some(file) = self.handed(read) {
            // If it was changed, it cannot be read any more, and no handle can open it again.
            let readable = first_bytes(&file, 1).await;
            return readable.map(|_| Opened::snapshot(file)).map_err(|_| Closed::Fault(OpenFault::Vanished));
        }
        let source = self.source(read.folder).ok_or(Closed::Fault(OpenFault::Vanished))?;
        unmoved(read, source.open_again(opened).await)
    }
}

fn unmoved(read: &Read, opened: Result<Opened, OpenFault>) -> Result<Opened, Closed> {
    let opened = opened.map_err(Closed::Fault)?;
    if stamp_of(&opened.file) == read.stamp { Ok(opened) } else { Err(Closed::Moved(look_at(&opened.file))) }
}

/// Why a file cannot be read as it was listed.
pub(super) enum Closed {
    Moved(Look),
    Fault(OpenFault),
    CopyLost,
}

impl From<Closed> for HashEnd {
    fn from(closed: Closed) -> HashEnd {
        match closed {
            Closed::Moved(look) => HashEnd::Moved(look),
            Closed::CopyLost => HashEnd::CopyLost,
            Closed::Fault(OpenFault::Vanished) => HashEnd::Vanished,
            Closed::Fault(OpenFault::Unreadable) => HashEnd::Unreadable,
            Closed::Fault(OpenFault::OutOfReach(barrier)) => HashEnd::OutOfReach(barrier),
        }
    }
}

impl From<Closed> for UploadEnd {
    fn from(closed: Closed) -> UploadEnd {
        match closed {
            Closed::Moved(look) => UploadEnd::Moved(look),
            Closed::CopyLost => UploadEnd::CopyLost,
            Closed::Fault(OpenFault::Vanished) => UploadEnd::Vanished,
            Closed::Fault(OpenFault::Unreadable) => UploadEnd::Unreadable,
            Closed::Fault(OpenFault::OutOfReach(barrier)) => UploadEnd::OutOfReach(barrier),
        }
    }
}
