//! The calm at the end of a life, and what must be true of every file after it.

use protocol::Digest;
use protocol::media::kind_of;

use super::oracle::holds;
use super::{Broken, Life};
use crate::event::{Event, FolderEvent, Look};
use crate::folder::{Access, FolderId, Versions};
use crate::intent::Intent;
use crate::row::{FileState, Problem, SkipReason};
use crate::rules;
use crate::testing::disk::is_hidden;
use crate::testing::{DiskFile, digest_of};
use crate::{Filter, Headline};

const ALL_WELL: &str = "after a calm everything is protected, left out or a problem with its reason";
const RIGHT_BYTES: &str = "the server holds exactly the right bytes";
const NO_COPIES: &str = "a copy is kept no longer than its file waits";
const COMES_TO_REST: &str = "the engine comes to rest";

/// Just over two hours: longer than every wait, and not a multiple of anything.
const CALM_MS: u64 = 7_211_117;
const CALMS: usize = 4;
const MOST_TURNS: usize = 20_000;

impl Life {
    /// Repairs everything that can be repaired, then lets enough time pass.
    pub(super) fn come_to_rest(&mut self) -> Result<(), Broken> {
        self.world.server.is_well_again();
        self.world.disks.values_mut().for_each(|disk| disk.access = Access::Granted);
        self.open_tab();
        for calm in 0..CALMS {
            for folder in self.world.disks.keys().copied().collect::<Vec<_>>() {
                self.tell(Event::Folder(folder, FolderEvent::AccessChanged(Access::Granted)));
            }
            self.pair();
            self.open_gates();
            self.ask(Intent::BackUpNow);
            if calm < 2 {
                self.ask(Intent::RetryAll);
                self.show_all_hidden();
            }
            self.rest()?;
            self.world.wait(CALM_MS);
        }
        self.rest()?;
        self.judge()
    }

    fn show_all_hidden(&mut self) {
        for folder in self.world.disks.keys().copied().collect::<Vec<_>>() {
            self.world.look_for_hidden(folder);
            self.ask(Intent::BackUpHidden(folder));
        }
    }

    fn rest(&mut self) -> Result<(), Broken> {
        let end = self.world.now + CALM_MS;
        for _ in 0..MOST_TURNS {
            if self.world.flights() + self.world.waiting() == 0 && !self.world.wake_before(end) {
                return Ok(());
            }
            self.turn()?;
        }
        Err((COMES_TO_REST, format!("{:?}", self.world.view().tally)))
    }

    fn judge(&mut self) -> Result<(), Broken> {
        let view = self.world.view();
        let rested = matches!(view.headline, Headline::Done | Headline::NeedsYou | Headline::Empty);
        let left = || self.world.engine.rows(Filter::Remaining, 0, 9).rows;
        holds(rested && view.tally.remaining == 0, ALL_WELL, || {
            format!("at {:?}: {:?} {:?} {:?}", self.world.now, view.headline, view.tally, left())
        })?;
        for folder in &view.folders {
            for (path, file) in &self.world.disks[&folder.id].files {
                self.judge_file(folder.id, path, file)?;
            }
            let files = self.world.disks[&folder.id].files.len() as u64;
            holds(folder.tally.total == files, ALL_WELL, || {
                format!("{files} files, but {:?}", folder.tally)
            })?;
        }
        let left: Vec<_> = self.world.store.copies.keys().collect();
        holds(left.is_empty(), NO_COPIES, || format!("{left:?}"))?;
        let strange = self.world.server.assets.keys().find(|digest| !self.oracle.contents.contains(digest));
        holds(strange.is_none() || !self.world.server.verifies, RIGHT_BYTES, || format!("{strange:?}"))
    }

    fn judge_file(&self, folder: FolderId, path: &str, file: &DiskFile) -> Result<(), Broken> {
        let state = self.world.state_of(folder, path);
        let digest = digest_of(&file.bytes);
        let well = state.is_some_and(|state| self.is_well(folder, path, file, digest, state));
        holds(well, ALL_WELL, || format!("{folder:?} {path} {file:?} is {state:?}"))
    }

    fn is_well(
        &self,
        folder: FolderId,
        path: &str,
        file: &DiskFile,
        digest: Digest,
        state: &FileState,
    ) -> bool {
        let folders = &self.world.store.folders;
        let rules = folders.get(&folder).and_then(|folder| folder.rules.known()).cloned().unwrap_or_default();
        match state {
            FileState::Protected { .. }
            | FileState::InTrash { .. }
            | FileState::Skipped(SkipReason::NotMedia)
                if self.oracle.is_unknown_edit(folder, path) =>
            {
                true
            }
            FileState::Protected { digest: proven, .. } => {
                let held = self.world.server.assets.get(proven).is_some_and(|bytes| *bytes == file.bytes);
                *proven == digest && held
            }
            FileState::Skipped(SkipReason::Empty) => file.bytes.is_empty(),
            FileState::Skipped(SkipReason::LaterVersion) => rules.versions == Versions::KeepFirst,
            FileState::Skipped(SkipReason::NotMedia) if kind_of(path, &file.bytes).is_none() => true,
            FileState::Skipped(reason) => rules::judged(path) == Some(Look::LeftOut(*reason)),
            FileState::Problem { problem: Problem::OnlyInCloud, .. } => {
                rules::judged(path) == Some(Look::OnlyInCloud)
            }
            FileState::Problem { problem: Problem::Unreadable, .. } => !file.readable,
            FileState::Problem { problem: Problem::HiddenName, .. } => is_hidden(path) && !file.readable,
            FileState::InTrash { digest: trashed, asset } => {
                let named = asset.is_some() && *trashed == digest;
                named && self.world.server.trash.contains(&digest)
            }
            FileState::Problem { problem: Problem::GaveUp(_), .. } => self.is_cursed(file),
            FileState::Problem { .. }
            | FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Waiting { .. }
            | FileState::Gone { .. } => false,
        }
    }

    fn is_cursed(&self, file: &DiskFile) -> bool {
        self.curses.iter().any(|curse| curse.concerns(&file.bytes))
    }
}
