//! At the end of a run: what is worth telling, and whether folders can be read without a page.

use super::Engine;
use super::shift::Shift;
use crate::command::Command;
use crate::folder::{Access, Barrier, Folder, Lasting};
use crate::intent::Settings;
use crate::link::{Halt, Link};
use crate::notice::{Needs, Outcome};
use crate::tally::Tally;
use crate::time::Moment;

impl Engine {
    /// What only the person can do.
    pub(super) fn needs(&self) -> Option<Needs> {
        let halt = self.link.halt();
        if self.link == Link::SignedOut {
            Some(Needs::Pairing)
        } else if matches!(halt, Some(Halt::DiskFull | Halt::QuotaFull)) {
            Some(Needs::Space)
        } else {
            self.lacks_permission().then_some(Needs::Permission)
        }
    }

    pub(super) fn lacks_permission(&self) -> bool {
        let barred = |folder: &Folder| folder.access == Access::Barred(Barrier::NeedsPermission);
        self.folders.all().any(barred)
    }

    /// Everything was looked at, and nothing is left to do for anybody.
    pub(super) fn is_all_protected(&self, tally: &Tally) -> bool {
        let open = self.folders.all().all(|folder| folder.access == Access::Granted);
        let well = open && self.has_looked() && matches!(self.link, Link::Ready(_));
        well && tally.remaining + tally.problems == 0
    }

    pub(super) fn note_worth_telling(&mut self, now: Moment) {
        if self.folders.is_empty() {
            return;
        }
        let tally = Tally::of(self.catalog.iter().map(|(_, row)| row));
        let done = self.history.current().map(|run| run.done).unwrap_or_default();
        let Settings { reads_closed, noticed, .. } = self.settings;
        // Where the browser never lets us read without a page, that is no news.
        let is_news = |needs: &Needs| *needs != Needs::Permission || reads_closed != Some(false);
        let outcome = Outcome {
            needs: self.needs().filter(is_news),
            all_protected: tally.protected > 0 && self.is_all_protected(&tally),
            got_on: done.sent + done.already_there > 0,
            remaining: tally.remaining,
        };
        let (noticed, told) = noticed.after(now, &outcome);
        let reads_closed = self.sees_closed().or(reads_closed);
        if (noticed, reads_closed) != (self.settings.noticed, self.settings.reads_closed) {
            self.change(|settings| (settings.noticed, settings.reads_closed) = (noticed, reads_closed));
        }
        self.notice = told.filter(|_| self.settings.notices);
        if self.shift == Shift::Open {
            self.outbox.extend(self.notice.map(Command::Notify));
        }
    }

    /// Whether folders can be read without a page, if this run showed it.
    fn sees_closed(&self) -> Option<bool> {
        let mut theirs = self.folders.all().filter(|folder| folder.lasting == Lasting::Lasting).peekable();
        let any = theirs.peek().is_some();
        let open = theirs.all(|folder| folder.access == Access::Granted);
        if self.lacks_permission() {
            Some(false)
        } else {
            (any && open && self.shift != Shift::Open && self.has_looked()).then_some(true)
        }
    }
}
