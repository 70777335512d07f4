//! What begins next. Called after every event; begins everything that may begin, and nothing twice.

use super::Engine;
use crate::catalog::Work;
use crate::command::{Command, Read, Send};
use crate::event::JobId;
use crate::folder::{Folder, Listing, ScanId};
use crate::link::Link;
use crate::row::{FileId, FileState, Row};
use crate::time::Moment;

/// As many readers as the host keeps; more would only compete for one disk.
const READING_AT_ONCE: usize = 3;
/// A browser opens six connections to a server; two are left for questions and for the page.
const SENDING_AT_ONCE: usize = 4;
/// Immich takes 65,000; a thousand is answered in about 20 ms and keeps a kill cheap.
const ASKED_AT_ONCE: usize = 1_000;

impl Engine {
    pub(super) fn advance(&mut self, now: Moment) -> Vec<Command> {
        self.catalog.end_waits(now);
        let mut begun = Vec::new();
        self.begin_checking(now, &mut begun);
        if self.may_work() {
            self.list_again(|_, folder| folder.look_due().is_some_and(|due| due.is_due(now)));
            self.begin_listing(&mut begun);
            self.begin_reading(&mut begun);
            if matches!(self.link, Link::Ready(_)) {
                self.begin_sending(&mut begun);
                self.begin_asking(&mut begun);
            }
        }
        self.end_asked_run();
        self.in_order(begun)
    }

    fn begin_checking(&mut self, now: Moment, begun: &mut Vec<Command>) {
        if let Link::Held { halt, until } = self.link
            && until.is_due(now)
        {
            self.link = Link::Due(Some(halt));
        }
        if let Link::Due(halt) = self.link {
            let job = self.jobs.begin_checking();
            self.link = Link::Checking { job, after: halt };
            begun.push(Command::CheckServer { job });
        }
    }

    /// What rests on a row stands behind its being saved.
    fn in_order(&mut self, begun: Vec<Command>) -> Vec<Command> {
        let unsaved = self.catalog.take_unsaved();
        let save = (!unsaved.is_empty()).then_some(Command::Save(unsaved));
        let wake = self.next_wake();
        let outbox = std::mem::take(&mut self.outbox);
        save.into_iter().chain(outbox).chain(begun).chain(wake).collect()
    }

    fn begin_listing(&mut self, begun: &mut Vec<Command>) {
        for (id, folder) in &mut self.folders {
            if folder.listing == Listing::Due {
                self.last_scan = ScanId(self.last_scan.0.wrapping_add(1));
                folder.listing = Listing::Running(self.last_scan);
                begun.push(Command::ListFolder { folder: *id, scan: self.last_scan });
            }
        }
    }

    fn begin_reading(&mut self, begun: &mut Vec<Command>) {
        while self.jobs.reading().len() < READING_AT_ONCE
            && let Some(id) = self.catalog.claim(Work::Hash)
        {
            let job = self.jobs.begin_reading(id);
            begun.extend(self.catalog.get(id).map(|row| Command::Hash(read(job, row))));
        }
    }

    fn begin_sending(&mut self, begun: &mut Vec<Command>) {
        let mut twins = Vec::new();
        while self.jobs.sending().len() < SENDING_AT_ONCE
            && let Some(id) = self.catalog.claim(Work::Send)
        {
            if self.twin_is_sending(id) {
                twins.push(id);
            } else {
                begun.extend(self.begin_sending_one(id));
            }
        }
        twins.into_iter().for_each(|id| self.catalog.release(id));
    }

    fn begin_sending_one(&mut self, id: FileId) -> Option<Command> {
        let digest = self.catalog.get(id)?.state.digest()?;
        if self.proven.contains(&digest) {
            self.catalog.set_state(id, FileState::Hashed { digest });
            return None;
        }
        self.catalog.set_state(id, FileState::Uploading { digest });
        let job = self.jobs.begin_sending(id, digest);
        Some(Command::Upload(Send { read: read(job, self.catalog.get(id)?), digest }))
    }

    /// The same bytes under another name are on their way: one copy is enough.
    fn twin_is_sending(&self, id: FileId) -> bool {
        let digest = self.catalog.get(id).and_then(|row| row.state.digest());
        self.jobs.sending().iter().any(|job| Some(job.digest) == digest)
    }

    fn begin_asking(&mut self, begun: &mut Vec<Command>) {
        if self.jobs.is_asking() {
            return;
        }
        let mut batch = Vec::new();
        while batch.len() < ASKED_AT_ONCE
            && let Some(id) = self.catalog.claim(Work::Ask)
        {
            batch.extend(self.catalog.get(id).and_then(|row| row.state.digest()).map(|digest| (id, digest)));
        }
        if !batch.is_empty() {
            let digests = batch.iter().map(|(_, digest)| *digest).collect();
            begun.push(Command::Ask { job: self.jobs.begin_asking(batch), digests });
        }
    }

    /// A run that the person asked for ends when nothing is left that it could do.
    fn end_asked_run(&mut self) {
        let listing = self.folders.values().any(|folder| matches!(folder.listing, Listing::Running(_)));
        let signed_out = self.link == Link::SignedOut;
        let left =
            self.catalog.has(Work::Hash) || self.catalog.has(Work::Ask) || self.catalog.has(Work::Send);
        if self.run_asked && self.jobs.is_idle() && !listing && (signed_out || !left) {
            self.run_asked = false;
        }
    }

    fn next_wake(&mut self) -> Option<Command> {
        let held = match self.link {
            Link::Held { until, .. } => Some(until),
            Link::Due(_) | Link::Checking { .. } | Link::Ready(_) | Link::SignedOut => None,
        };
        let looks = self.folders.values().filter_map(Folder::look_due).filter(|_| self.may_work());
        let next = held.into_iter().chain(self.catalog.next_wait_end()).chain(looks).min();
        if next == self.wake_at {
            return None;
        }
        self.wake_at = next;
        next.map(Command::WakeAt)
    }
}

fn read(job: JobId, row: &Row) -> Read {
    Read { job, folder: row.folder, path: row.path.clone(), stamp: row.stamp }
}
