//! At the end of a run: what is worth telling, and whether folders can be read without a page.

use super::Engine;
use super::shift::Shift;
use crate::closed::SeenClosed;
use crate::command::Command;
use crate::folder::{Access, Barrier, Folder, Lasting};
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
        self.folders.all().any(is_barred)
    }

    /// Everything was looked at, and nothing is left to do for anybody.
    pub(super) fn is_all_protected(&self, tally: &Tally) -> bool {
        let open = self.folders.all().all(|folder| folder.access == Access::Granted);
        let well = open && self.has_looked() && matches!(self.link, Link::Ready(_));
        well && !self.folders.is_empty() && tally.remaining + tally.problems == 0
    }

    pub(super) fn note_worth_telling(&mut self, now: Moment) {
        if self.folders.is_empty() {
            return;
        }
        let tally = Tally::of(self.catalog.iter().map(|(_, row)| row));
        let done = self.history.current().map(|run| run.done).unwrap_or_default();
        // Where the browser never lets us read without a page, that is no news.
        let is_lost =
            |(id, folder): (_, &Folder)| is_barred(folder) && self.settings.seen_closed.of(id) != Some(false);
        let lost_any = self.folders.iter().any(is_lost);
        let outcome = Outcome {
            needs: self.needs().filter(|needs| *needs != Needs::Permission || lost_any),
            answered: matches!(self.link, Link::Ready(_)),
            all_protected: tally.protected > 0 && self.is_all_protected(&tally),
            got_on: done.sent + done.already_there > 0,
            remaining: tally.remaining,
        };
        let (noticed, told) = self.settings.noticed.after(now, &outcome);
        let seen_closed = self.seen_closed();
        if noticed != self.settings.noticed || seen_closed != self.settings.seen_closed {
            self.change(|settings| (settings.noticed, settings.seen_closed) = (noticed, seen_closed));
        }
        let told = told.filter(|_| self.settings.notices);
        if self.shift == Shift::Open {
            self.outbox.extend(told.map(Command::Notify));
        } else {
            // A shift may have several runs, and is told of once.
            self.notice = told.or(self.notice);
        }
    }

    /// Which folders can be read without a page, as far as this run showed it. What cannot be read with one cannot without.
    fn seen_closed(&self) -> SeenClosed {
        let mut seen = self.settings.seen_closed.clone();
        let theirs = self.folders.iter().filter(|(_, folder)| folder.lasting == Lasting::Lasting);
        for (id, folder) in theirs {
            let readable = !is_barred(folder);
            let is_shown = folder.access == Access::Granted && folder.listed_at.is_some();
            if seen.of(id) != Some(readable) && (!readable || (is_shown && self.shift != Shift::Open)) {
                seen.see(id, readable);
            }
        }
        seen
    }
}

fn is_barred(folder: &Folder) -> bool {
    folder.access == Access::Barred(Barrier::NeedsPermission)
}
