//! Telling the server what the folders hold, so that one can be had again as it was.

use protocol::inventory::write_held;

use super::Engine;
use crate::command::Command;
use crate::folder::{Folder, FolderId, Lasting};
use crate::link::{Link, Trust};
use crate::row::FileState;
use crate::time::Moment;

/// A large library is several megabytes of names; photos that come one by one are told of together.
const TELL_EVERY_MS: u64 = 60_000;
/// While a run goes on, it is told what a lost disk would lose, and little more.
const TELL_AMID_A_RUN_MS: u64 = 15 * 60_000;

/// What the server was told.
#[derive(Debug, Default)]
pub(crate) struct Told {
    /// Something may be new since.
    pub(super) is_old: bool,
    at: Option<Moment>,
}

impl Engine {
    /// The folder's name, and the protected files in it as [`protocol::inventory`] has them.
    pub fn inventory(&self, id: FolderId) -> Option<(&str, String)> {
        let folder = self.folders.get(id)?;
        let mut text = String::new();
        for (_, row) in self.catalog.iter().filter(|(_, row)| row.folder == id) {
            if let FileState::Protected { digest, .. } = row.state {
                write_held(&mut text, digest, row.stamp.size, &row.path);
            }
        }
        Some((&folder.name, text))
    }

    pub(super) fn tell_inventories(&mut self, now: Moment) {
        self.told.is_old |= self.catalog.unsaved().next().is_some();
        if self.inventories_due(now).is_some_and(|due| due.is_due(now)) {
            let lasting = |folder: &Folder| folder.lasting == Lasting::Lasting;
            let theirs = self.folders.iter().filter(|(_, folder)| lasting(folder)).map(|(id, _)| id);
            self.outbox.extend(theirs.map(Command::TellInventory));
            self.told = Told { is_old: false, at: Some(now) };
        }
    }

    /// What the rows say is what the disk says, as far as anybody could tell.
    pub(super) fn is_settled(&self) -> bool {
        !self.is_busy() && self.has_looked() && !self.catalog.awaits(true)
    }

    /// Only a server of ours takes them.
    pub(super) fn inventories_due(&self, now: Moment) -> Option<Moment> {
        if !self.told.is_old || self.folders.is_empty() || self.link != Link::Ready(Trust::Verifies) {
            return None;
        }
        // A clock that was set back must not silence us.
        let told_at = self.told.at.filter(|at| *at <= now);
        Some(if self.is_settled() {
            told_at.map_or(now, |at| at + TELL_EVERY_MS)
        } else {
            let began = self.history.current().map(|run| run.began);
            told_at.max(began).unwrap_or(now) + TELL_AMID_A_RUN_MS
        })
    }
}
