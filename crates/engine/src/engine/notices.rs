//! At the end of a run, decides what is worth a notice, and records which folders can be read without a page.

use super::{Engine, Role};
use crate::command::OfPage;
use crate::folder::{Access, Folder, FolderId};
use crate::link::{Halt, LinkState};
use crate::notice::{Needs, Outcome};
use crate::settings::Readable;
use crate::tally::Tally;
use crate::time::Moment;

impl<R: Role> Engine<R> {
    /// What only the person can do.
    pub(super) fn needs(&self) -> Option<Needs> {
        let halt = self.link.state.halt();
        if self.link.state == LinkState::SignedOut {
            Some(Needs::Pairing)
        } else if matches!(halt, Some(Halt::DiskFull | Halt::QuotaFull)) {
            Some(Needs::Space)
        } else if self.folders.lack_permission() {
            Some(Needs::Permission)
        } else {
            self.shared.catalog.tally().lack_of_room().map(|_| Needs::Space)
        }
    }

    /// Whether everything was listed and nothing is left to do for anybody.
    pub(super) fn is_all_protected(&self, tally: &Tally) -> bool {
        let open = self.folders.all().all(|folder| folder.access == Access::Granted);
        let well = open && self.folders.has_looked() && self.link.is_ready();
        well && !self.folders.is_empty() && tally.remaining + tally.problems == 0
    }

    pub(super) fn note_worth_telling(&mut self, now: Moment) {
        if self.folders.is_empty() {
            return;
        }
        let outcome = self.outcome();
        let (noticed, told) = self.shared.memory.noticed.after(now, &outcome);
        self.shared.memory.change(|memory| memory.noticed = noticed);
        self.folders.note_closed_access(&mut self.shared, !R::IS_PAGE);
        let told = told.filter(|_| self.shared.settings.notices);
        match self.role.shift_mut() {
            None => told.into_iter().for_each(|notice| self.shared.of_page(OfPage::Notify(notice))),
            // A shift may have several runs, but gives only one notice.
            Some(shift) => shift.notice = told.or(shift.notice),
        }
    }

    fn outcome(&self) -> Outcome {
        let tally = self.shared.catalog.tally();
        let done = self.history.current().map(|run| run.done).unwrap_or_default();
        // If the browser never lets us read the folder without a page, a missing permission is no news.
        let access = &self.shared.memory.closed_access;
        let is_lost = |(id, folder): (FolderId, &Folder)| {
            folder.needs_permission() && access.of(id) != Some(Readable::No)
        };
        let lost_any = self.folders.iter().any(is_lost);
        Outcome {
            needs: self.needs().filter(|needs| *needs != Needs::Permission || lost_any),
            answered: self.link.is_ready(),
            all_protected: tally.protected > 0 && self.is_all_protected(&tally),
            got_on: done.sent + done.already_there > 0,
            remaining: tally.remaining,
        }
    }
}
