//! The world as a host: events in, effects out, in the order of [`crate::effects`].

use super::bundle::Bundle;
use super::flight::{Flight, Stage};
use super::{AnyEngine, CODE, World};
use crate::command::{AfterStored, Begin, Commands, OfPage, Tell};
use crate::event::{Event, LinkEvent, PairEnd};
use crate::folder::FolderId;
use crate::gate::Gate;
use crate::kind::Kind;
use crate::schedule::{Effect, Turn, effects};
use crate::time::Moment;

impl World {
    /// Reports an event. Everything before it is over by then, unless the world gathers events.
    pub fn tell(&mut self, event: Event) {
        self.tell_numbered(None, event);
    }

    /// Reports an event that a page sent in the message with this number.
    pub fn tell_numbered(&mut self, message: Option<u32>, event: Event) {
        self.inbox.push_back((event, message));
        while !self.gathers && !self.inbox.is_empty() {
            while self.step_effect() {}
            self.take_turn(1);
        }
    }

    /// Reports the end of something in flight, which may come in the middle of anything else.
    pub(super) fn hear(&mut self, event: Event) {
        self.inbox.push_back((event, None));
        if !self.gathers {
            self.take_turn(1);
        }
    }

    /// Handles at most this many of the waiting events, in one turn. False if there are none, or if the last turn is
    /// not over.
    pub fn take_turn(&mut self, most: usize) -> bool {
        if self.inbox.is_empty() || !self.effects.is_empty() {
            return false;
        }
        let mut turns = Vec::new();
        for (event, message) in self.inbox.drain(..most.min(self.inbox.len())) {
            let commands = self.engine.handle(self.now, event);
            self.log.held_but_begun.extend(held_but_begun(&self.engine, self.now, &commands));
            turns.push(Turn { commands, message });
        }
        self.effects = effects(turns);
        true
    }

    /// Carries out the next effect. False if there was none.
    pub fn step_effect(&mut self) -> bool {
        let Some(effect) = self.effects.pop_front() else { return false };
        match effect {
            Effect::Begin(command) => self.begin(command),
            Effect::Store(changes) => self.store.save(changes),
            Effect::AfterStored(command) => self.carry_out(command),
            Effect::Tell(Tell::Confirm(message)) => self.confirmed.push(message),
            Effect::Tell(Tell::View) => self.shown = Some(self.engine.shared().catalog.tally()),
        }
        true
    }

    fn begin(&mut self, command: Begin) {
        match command {
            Begin::WatchFolder(folder) => self.watch(folder),
            Begin::ListFolder { folder, scan, scope, reads_ahead } => {
                self.flights.push(Flight::Listing { folder, scan, scope, reads_ahead, rest: None });
            }
            Begin::StopReadingAhead(stopped) => {
                for flight in &mut self.flights {
                    if let Flight::Listing { scan, reads_ahead, .. } = flight {
                        *reads_ahead &= *scan != stopped;
                    }
                }
            }
            Begin::Hash(read) => self.flights.push(Flight::Reading { read, opened: false }),
            Begin::CheckServer { job } => self.flights.push(Flight::Checking { job, answer: None }),
            Begin::WakeAt(at) => self.alarm = Some(at),
        }
    }

    fn carry_out(&mut self, command: AfterStored) {
        match command {
            AfterStored::Ask { job, digests } => {
                self.flights.push(Flight::Asking { job, digests, answer: None });
            }
            AfterStored::Upload(upload) => {
                self.flights.push(Flight::Uploading { upload, stage: Stage::Begun });
            }
            AfterStored::UploadBundle(uploads) => {
                let paths = uploads.iter().map(|upload| upload.read.path.to_string());
                self.log.bundles.push(paths.collect());
                self.flights.push(Flight::UploadingBundle(Bundle::of(uploads)));
            }
            AfterStored::Abandon(job) => self.flights.retain(|flight| !flight.is_for(job)),
            AfterStored::LimitRate(rate) => self.rate_limit = rate,
            AfterStored::RemoveCopies(copies) => self.store.copies.retain(|id, _| !copies.contains(id)),
            AfterStored::OfPage(command) => self.carry_out_for_page(command),
        }
    }

    fn carry_out_for_page(&mut self, command: OfPage) {
        match command {
            OfPage::TellInventory(folder) => self.tell_inventory(folder),
            OfPage::Pair { code } => self.pair(&code),
            OfPage::Copy { read, file } => {
                self.flights.push(Flight::Copying { read, copy: file, file: None });
            }
            OfPage::Discard { folder, path } => self.disk_of(folder).remove(&path),
            OfPage::DropUpload(digest) => self.log.dropped.push(digest),
            OfPage::Notify(notice) => self.notices.push(notice),
        }
    }

    fn tell_inventory(&mut self, folder: FolderId) {
        let told = self.engine.inventory(folder).map(|(_, text)| (folder, text));
        self.inventories.extend(told);
    }

    /// Watches a folder from now on. Earlier changes are not reported.
    fn watch(&mut self, folder: FolderId) {
        self.watched.insert(folder);
        self.disk_of(folder).touched.clear();
    }

    fn pair(&mut self, code: &str) {
        self.server.paired |= code == CODE;
        let end = if code == CODE { PairEnd::Paired } else { PairEnd::CodeRefused };
        self.hear(Event::Link(LinkEvent::PairingEnded(end)));
    }
}

/// What the engine begins although a gate is closed for it.
fn held_but_begun(engine: &AnyEngine, now: Moment, commands: &Commands) -> Vec<(String, Gate)> {
    let for_all = |path: &str| Some((path.to_owned(), engine.closed_for_all(now)?));
    let for_one = |path: &str| Some((path.to_owned(), engine.closed_for(now, Kind::of_path(path))?));
    let begun = commands.begin.iter().filter_map(|command| match command {
        Begin::Hash(read) => for_all(&read.path),
        Begin::ListFolder { reads_ahead: true, .. } => for_all("a listing that reads ahead"),
        Begin::WatchFolder(_)
        | Begin::ListFolder { .. }
        | Begin::StopReadingAhead(_)
        | Begin::CheckServer { .. }
        | Begin::WakeAt(_) => None,
    });
    let after = commands.after_stored.iter().filter_map(|command| match command {
        AfterStored::Upload(upload) => for_one(&upload.read.path),
        AfterStored::UploadBundle(uploads) => uploads.iter().find_map(|upload| for_one(&upload.read.path)),
        AfterStored::OfPage(OfPage::Copy { read, .. }) => for_all(&read.path),
        AfterStored::Ask { .. }
        | AfterStored::Abandon(_)
        | AfterStored::LimitRate(_)
        | AfterStored::RemoveCopies(_)
        | AfterStored::OfPage(_) => None,
    });
    begun.chain(after).collect()
}
