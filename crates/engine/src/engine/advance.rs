//! What begins next. Called after every event; begins everything that may begin, and nothing twice.

use super::Engine;
use super::shift::Shift;
use crate::catalog::Work;
use crate::command::{Command, Read, Send};
use crate::event::JobId;
use crate::folder::{Folder, Lasting, Listing, ScanId, Scope, Watch};
use crate::link::Link;
use crate::row::{FileId, FileState, Row};
use crate::time::Moment;

/// More than the host's readers, so that each has its next file opened and found unchanged while it still reads.
const READING_AT_ONCE: usize = 16;
/// Without readers of its own a host reads where it runs: one file is digested while the next is opened.
const READING_ALONE: usize = 2;
/// Several large files at once only compete, and each kill costs more.
const LARGE_BYTES: u64 = 64 << 20;
const LARGE_AT_ONCE: usize = 2;
/// Reading runs this far ahead of sending: enough to keep every lane busy, and what is read is read while fresh.
const READY_AHEAD: usize = 1_000;
/// Files looked at to find a small one behind large ones.
const LOOK_BEHIND: usize = 64;
/// Immich takes 65,000; a thousand is answered in about 20 ms and keeps a kill cheap.
const ASKED_AT_ONCE: usize = 1_000;
/// While files are read, questions are collected up to this number: fewer of them leave more to the reading and the
/// uploads.
const WORTH_ASKING: usize = 64;
/// While so many wait to be sent, nobody waits for an answer.
const SENT_MEANWHILE: usize = 16;
/// Otherwise no question waits longer than this after the one before.
const COLLECT_MS: u64 = 100;

impl Engine {
    pub(super) fn advance(&mut self, now: Moment) -> Vec<Command> {
        self.catalog.end_waits(now);
        self.end_shift_in_time(now);
        let mut begun = Vec::new();
        self.mind_gates(now);
        self.look_when_due(now);
        self.begin_checking(now, &mut begun);
        if self.may_work() {
            self.begin_listing(now, &mut begun);
            self.begin_reading(now, &mut begun);
            if matches!(self.link, Link::Ready(_)) && self.around.is_some() {
                self.begin_sending(now, &mut begun);
            }
            if matches!(self.link, Link::Ready(_)) {
                self.begin_asking(now, &mut begun);
            }
        }
        self.pace.turn(now, self.jobs.sending().len() >= self.pace.lanes());
        self.end_asked_run();
        (self.begin_for_page)(self, now, &mut begun);
        self.keep_history(now);
        self.in_order(now, begun)
    }

    /// At folders, and whether the server is still there.
    fn look_when_due(&mut self, now: Moment) {
        let is_due = |folder: &Folder| folder.look_due().is_some_and(|due| due.is_due(now));
        if self.may_work() && self.folders.all().any(is_due) {
            self.list_again(|_, folder| is_due(folder));
            self.ask_server_again();
        }
    }

    fn begin_checking(&mut self, now: Moment, begun: &mut Vec<Command>) {
        if let Link::Held { halt, until } = self.link
            && until.is_due(now)
        {
            self.link = Link::Due(Some(halt));
        }
        if let Link::Due(halt) = self.link {
            let job = self.jobs.number();
            self.link = Link::Checking { job, after: halt };
            begun.push(Command::CheckServer { job });
        }
    }

    /// What rests on a row stands behind its being saved.
    fn in_order(&mut self, now: Moment, begun: Vec<Command>) -> Vec<Command> {
        let unsaved = self.catalog.take_unsaved();
        let save = (!unsaved.is_empty()).then_some(Command::Save(unsaved));
        let stale = self.catalog.take_stale_copies();
        if !stale.is_empty() {
            self.outbox.push(Command::Unstage(stale));
        }
        let wake = self.next_wake(now);
        let outbox = std::mem::take(&mut self.outbox);
        save.into_iter().chain(outbox).chain(begun).chain(wake).collect()
    }

    fn begin_listing(&mut self, now: Moment, begun: &mut Vec<Command>) {
        for (id, folder) in self.folders.iter_mut() {
            folder.end_doubt(now);
            let scope = match folder.listing {
                Listing::Due => Scope::Everything,
                Listing::Complete if folder.glance.is_none() && !folder.touched.is_empty() => {
                    Scope::Paths(std::mem::take(&mut folder.touched))
                }
                Listing::Complete | Listing::Running { .. } | Listing::Failed => continue,
            };
            if folder.watch == Watch::Off && folder.lasting == Lasting::Lasting {
                folder.watch = Watch::Asked { at: now };
                begun.push(Command::WatchFolder(id));
            }
            self.last_scan = ScanId(self.last_scan.0.wrapping_add(1));
            folder.begin_look(self.last_scan, &scope);
            begun.push(Command::ListFolder { folder: id, scan: self.last_scan, scope });
        }
    }

    fn begin_reading(&mut self, now: Moment, begun: &mut Vec<Command>) {
        if self.around.is_none() || self.whole_gate(now).is_some() {
            return;
        }
        while self.jobs.reading().len() < self.reading_at_once()
            && self.catalog.count(Work::Send) < READY_AHEAD
            && let Some(id) = self.catalog.claim(Work::Hash)
        {
            let job = self.jobs.begin_reading(id);
            begun.extend(self.read(job, id).map(Command::Hash));
        }
    }

    fn reading_at_once(&self) -> usize {
        match self.shift {
            Shift::Open => READING_AT_ONCE,
            Shift::Until(_) | Shift::Over(_) => READING_ALONE,
        }
    }

    /// In order; what cannot go yet lets the next one by.
    fn begin_sending(&mut self, now: Moment, begun: &mut Vec<Command>) {
        let mut held_back = Vec::new();
        while self.jobs.sending().len() < self.pace.lanes()
            && held_back.len() < LOOK_BEHIND
            && let Some(id) = self.catalog.claim(Work::Send)
        {
            if self.twin_is_sending(id) || self.is_one_too_large(id) || !self.fits_the_shift(now, id) {
                held_back.push(id);
            } else {
                begun.extend(self.begin_sending_one(now, id));
            }
        }
        held_back.into_iter().for_each(|id| self.catalog.release(id));
    }

    fn is_one_too_large(&self, id: FileId) -> bool {
        let is_large = |id: FileId| self.catalog.get(id).is_some_and(|row| row.stamp.size > LARGE_BYTES);
        is_large(id) && self.jobs.sending().iter().filter(|job| is_large(job.file)).count() >= LARGE_AT_ONCE
    }

    fn begin_sending_one(&mut self, now: Moment, id: FileId) -> Option<Command> {
        let digest = self.catalog.get(id)?.state.digest()?;
        if self.maybe_held.contains(digest) {
            self.catalog.set_state(id, FileState::Hashed { digest });
            return None;
        }
        self.maybe_held.insert(digest);
        self.catalog.set_state(id, FileState::Uploading { digest });
        let job = self.jobs.begin_sending(id, digest, now);
        Some(Command::Upload(Send { read: self.read(job, id)?, digest }))
    }

    fn read(&self, job: JobId, id: FileId) -> Option<Read> {
        let Row { folder, path, stamp, .. } = self.catalog.get(id)?;
        let copy = self.catalog.copy_instead(id);
        Some(Read { job, folder: *folder, path: path.clone(), stamp: *stamp, copy })
    }

    /// The same bytes under another name are on their way: one copy is enough.
    fn twin_is_sending(&self, id: FileId) -> bool {
        let digest = self.catalog.get(id).and_then(|row| row.state.digest());
        digest.is_some_and(|digest| self.jobs.is_sending(digest))
    }

    fn begin_asking(&mut self, now: Moment, begun: &mut Vec<Command>) {
        if self.jobs.is_asking() || self.is_collecting(now) {
            return;
        }
        let mut batch = Vec::new();
        while batch.len() < ASKED_AT_ONCE
            && let Some(id) = self.catalog.claim(Work::Ask)
        {
            batch.extend(self.catalog.get(id).and_then(|row| row.state.digest()).map(|digest| (id, digest)));
        }
        if !batch.is_empty() {
            self.asked_at = now;
            let digests = batch.iter().map(|(_, digest)| *digest).collect();
            begun.push(Command::Ask { job: self.jobs.begin_asking(batch), digests });
        }
    }

    /// Whether more digests are soon to come that can be asked about together.
    fn is_collecting(&self, now: Moment) -> bool {
        !self.jobs.reading().is_empty()
            && self.catalog.count(Work::Ask) < WORTH_ASKING
            && (self.catalog.count(Work::Send) > SENT_MEANWHILE || now.since(self.asked_at) < COLLECT_MS)
    }

    /// When the digests that were collected so far are asked about at the latest.
    fn collected_at(&self, now: Moment) -> Option<Moment> {
        let collecting = self.catalog.has(Work::Ask) && !self.jobs.is_asking() && self.is_collecting(now);
        let next = self.asked_at + COLLECT_MS;
        (collecting && next > now).then_some(next)
    }

    /// A run that the person asked for ends when nothing is left that it could do.
    fn end_asked_run(&mut self) {
        let signed_out = self.link == Link::SignedOut;
        let left =
            self.catalog.has(Work::Hash) || self.catalog.has(Work::Ask) || self.catalog.has(Work::Send);
        // What failed for now was asked for as well.
        let waits = self.passed != 0 && self.catalog.awaits(false);
        if self.run_asked && !self.is_busy() && (signed_out || !(left || waits)) {
            self.end_what_was_asked();
        }
    }

    fn next_wake(&mut self, now: Moment) -> Option<Command> {
        let held = match self.link {
            Link::Held { until, .. } => Some(until),
            Link::Due(_) | Link::Checking { .. } | Link::Ready(_) | Link::SignedOut => None,
        };
        let doubts = self.folders.all().filter_map(|folder| Some(folder.doubted.as_ref()?.until));
        let looks = self.next_look().into_iter().chain(doubts.filter(|_| self.may_work()));
        let questions = self.collected_at(now);
        let held = held.into_iter().chain((self.due_for_page)(self, now)).chain(self.shift_ends_at());
        let held = held.chain(self.gates_change_at(now));
        let next = held.chain(questions).chain(self.catalog.next_wait_end()).chain(looks).min();
        if next == self.wake_at {
            return None;
        }
        self.wake_at = next;
        next.map(Command::WakeAt)
    }
}
