//! Watches the engine. It knows the truth about disk and server, and reports when the engine does something that it
//! must never do.

use std::collections::{BTreeMap, BTreeSet};

use protocol::Digest;

use super::Broken;
use crate::command::{AfterStored, Upload};
use crate::folder::FolderId;
use crate::row::{FileId, FileState, Row};
use crate::schedule::Effect;
use crate::settings::AccountId;
use crate::tally::Tally;
use crate::testing::World;

const PROVEN: &str = "I1: protected means proven";
const SAME_NUMBERS: &str = "I2: every file is in one state, and the numbers add up";
const NOTHING_VANISHES: &str = "I2: no row leaves while its folder is backed up";
const WRITTEN: &str = "I3: written before acted";
const STAYS: &str = "I3: what was protected stays protected";
const UNREACHABLE: &str = "I5: unreachable is not deleted";
const ASKED: &str = "I5: nothing is sent that the server was not asked about";
const GATES: &str = "nothing is read or sent behind a closed gate";
const SHIFT: &str = "a wake-up ends in time, and says how";
const BOUNDED: &str = "I8: bounded";

const MOST_READING: usize = 64;
const MOST_SENDING: usize = 5;
/// These, a question, and two checks of the server, because a pairing may overtake one. A listing of each folder
/// comes on top.
const MOST_FLIGHTS: usize = 64;
const MOST_EFFECTS: usize = 400;

type FilePath = (FolderId, String);

#[derive(Default)]
pub(super) struct Oracle {
    /// Everything that the server ever confirmed while it held the bytes.
    confirmed: BTreeSet<Digest>,
    /// Digests that the server told this engine it lacks, and that have not been sent since.
    lacking: BTreeSet<Digest>,
    removed: BTreeSet<FilePath>,
    /// Changed, touched or under new rules since it was last seen protected.
    moved: BTreeSet<FilePath>,
    /// Named by the watch to this engine, which reads such a file again, even if it looks the same.
    named: BTreeSet<FilePath>,
    /// Edited without a trace, and not named by the watch since. Nobody can know.
    unknown: BTreeSet<FilePath>,
    /// The same, but named by the watch to this engine.
    known: BTreeSet<FilePath>,
    removed_folders: BTreeSet<FolderId>,
    /// The account that confirmed each protected file.
    protected: BTreeMap<FileId, Option<AccountId>>,
    pub(super) contents: BTreeSet<Digest>,
    places: BTreeMap<FileId, FilePath>,
}

impl Oracle {
    pub(super) fn changed(&mut self, folder: FolderId, path: &str, digest: Digest) {
        self.contents.insert(digest);
        self.moved.insert((folder, path.into()));
    }

    pub(super) fn changed_without_trace(&mut self, folder: FolderId, path: &str, digest: Digest) {
        self.changed(folder, path, digest);
        self.known.remove(&(folder, path.into()));
        self.unknown.insert((folder, path.into()));
    }

    /// Whether the file looks unchanged to everybody although it was edited.
    pub(super) fn is_unknown_edit(&self, folder: FolderId, path: &str) -> bool {
        self.unknown.contains(&(folder, path.into()))
    }

    /// What the watch named may not have been read again.
    pub(super) fn forget_names(&mut self) {
        self.unknown.append(&mut self.known);
    }

    pub(super) fn touched(&mut self, folder: FolderId, path: &str) {
        self.moved.insert((folder, path.into()));
    }

    pub(super) fn named(&mut self, folder: FolderId, path: &str) {
        self.named.insert((folder, path.into()));
        if self.unknown.remove(&(folder, path.into())) {
            self.known.insert((folder, path.into()));
        }
    }

    pub(super) fn removed(&mut self, folder: FolderId, path: &str) {
        self.removed.insert((folder, path.into()));
        self.moved.insert((folder, path.into()));
    }

    pub(super) fn rules_changed(&mut self, folder: FolderId) {
        let theirs = self.places.values().filter(|(theirs, _)| *theirs == folder);
        self.moved.extend(theirs.cloned().collect::<Vec<_>>());
    }

    pub(super) fn folder_removed(&mut self, folder: FolderId) {
        self.removed_folders.insert(folder);
    }

    pub(super) fn engine_starts(&mut self, world: &World) {
        self.lacking.clear();
        self.named.clear();
        self.forget_names();
        // What the last engine knew but had not saved is lost.
        let saved = |id: &FileId| world.store.rows.get(id).map(|row| &row.state);
        self.protected.retain(|id, _| matches!(saved(id), Some(FileState::Protected { .. })));
    }

    /// Checks what must hold before an effect is carried out.
    pub(super) fn look_at_effect(&mut self, world: &World, effect: &Effect) -> Result<(), Broken> {
        match effect {
            Effect::AfterStored(AfterStored::Upload(upload)) => self.look_at_upload(world, upload),
            Effect::AfterStored(AfterStored::UploadBundle(uploads)) => {
                uploads.iter().try_for_each(|upload| self.look_at_upload(world, upload))
            }
            Effect::AfterStored(AfterStored::Ask { digests, .. }) => look_at_question(world, digests),
            Effect::AfterStored(_) | Effect::Begin(_) | Effect::Store(_) | Effect::Tell(_) => Ok(()),
        }
    }

    fn look_at_upload(&mut self, world: &World, Upload { read, digest }: &Upload) -> Result<(), Broken> {
        let saved = |row: &Row| {
            row.path == read.path
                && row.folder == read.folder
                && matches!(&row.state, FileState::Uploading { digest: saved } if saved == digest)
        };
        holds(world.store.rows.values().any(saved), WRITTEN, || {
            let here = |row: &&Row| row.path == read.path && row.folder == read.folder;
            format!("{:?} is sent, but saved is {:?}", read, world.store.rows.values().find(here))
        })?;
        // The upload is not a request yet. A question may be repeated, but a second upload must not happen.
        holds(self.lacking.contains(digest), ASKED, || format!("{} is sent unasked", read.path))
    }

    /// Checks that the numbers just shown to pages are those of the store.
    pub(super) fn look_at_shown(&self, world: &mut World) -> Result<(), Broken> {
        let Some(shown) = world.shown.take() else { return Ok(()) };
        let stored = Tally::of(world.store.rows.values());
        let catalog = &world.engine.shared().catalog;
        let counted = Tally::of(catalog.iter().map(|(_, row)| row));
        holds(shown == counted && catalog.counts_right(), SAME_NUMBERS, || {
            format!("shown: {shown:?}, counted: {counted:?}")
        })?;
        holds(shown == stored, WRITTEN, || format!("shown: {shown:?}, stored: {stored:?}"))
    }

    pub(super) fn look_on(&mut self, world: &mut World) -> Result<(), Broken> {
        self.confirmed.extend(world.server.confirmed.iter().copied());
        self.lacking.extend(std::mem::take(&mut world.log.lacking));
        for digest in std::mem::take(&mut world.log.sent) {
            self.lacking.remove(&digest);
        }
        let begun = &world.log.held_but_begun;
        holds(begun.is_empty(), GATES, || format!("{begun:?}"))?;
        for (id, row) in world.engine.shared().catalog.iter() {
            self.look_at_row(world, id, row)?;
        }
        for row in world.store.rows.values() {
            holds(self.is_proven(row), PROVEN, || format!("saved: {row:?}"))?;
        }
        // The id of a row whose folder was removed may be used again.
        self.places.retain(|_, (folder, _)| !self.removed_folders.contains(folder));
        for (id, row) in &world.store.rows {
            self.places.entry(*id).or_insert_with(|| (row.folder, row.path.to_string()));
        }
        self.look_for_lost_rows(world)?;
        self.look_at_numbers(world)?;
        let (reading, sending) = world.reading_and_sending();
        let late = world.engine.shift_ends_at().is_some_and(|end| end.is_due(world.now));
        let told = world.waiting() > 0 || !late || world.has_alarm();
        holds(told, SHIFT, || "nothing wakes it at its deadline".into())?;
        let few = reading <= MOST_READING && sending <= MOST_SENDING;
        holds(few, BOUNDED, || format!("{reading} files are read and {sending} sent at once"))?;
        let (flights, waiting) = (world.flights(), world.effects());
        let most = MOST_FLIGHTS + world.disks.len();
        holds(flights <= most && waiting < MOST_EFFECTS, BOUNDED, || {
            format!("{flights} flights, {waiting} effects")
        })
    }

    /// Checks how an engine without a page ended.
    pub(super) fn look_at_end(&self, world: &World) -> Result<(), Broken> {
        let run = world.engine.run();
        holds(run.is_none_or(|run| run.ended.is_some()), SHIFT, || format!("left open: {run:?}"))?;
        let left = world.engine.report();
        let said = !left.is_all_protected || (left.remaining + left.problems == 0 && left.needs.is_none());
        holds(said, SHIFT, || format!("{left:?}"))
    }

    fn look_at_row(&mut self, world: &World, id: FileId, row: &Row) -> Result<(), Broken> {
        holds(self.is_proven(row), PROVEN, || format!("{row:?}"))?;
        let place = (row.folder, row.path.to_string());
        if let FileState::Protected { .. } = row.state {
            self.protected.entry(id).or_insert_with(|| world.engine.shared().memory.account.clone());
            if is_as_on_disk(world, row) {
                self.moved.remove(&place);
            }
            return Ok(());
        }
        let before = self.protected.remove(&id);
        if let FileState::Gone { .. } = row.state {
            return holds(self.removed.contains(&place), UNREACHABLE, || format!("{place:?} is called gone"));
        }
        let same_account = before.is_some_and(|account| account == world.engine.shared().memory.account);
        let may_change = self.moved.contains(&place) || self.named.contains(&place);
        holds(!same_account || may_change, STAYS, || format!("{row:?}"))
    }

    fn is_proven(&self, row: &Row) -> bool {
        let FileState::Protected { digest, .. } = &row.state else { return true };
        self.confirmed.contains(digest)
    }

    fn look_for_lost_rows(&self, world: &World) -> Result<(), Broken> {
        for (id, (folder, path)) in &self.places {
            let row = world.store.rows.get(id).filter(|row| row.folder == *folder && *row.path == **path);
            holds(row.is_some() || self.removed_folders.contains(folder), NOTHING_VANISHES, || {
                format!("{id:?} {path}")
            })?;
        }
        Ok(())
    }

    fn look_at_numbers(&self, world: &World) -> Result<(), Broken> {
        let tally = world.engine.shared().catalog.tally();
        let sum = tally.protected + tally.remaining + tally.skipped + tally.problems;
        let skipped: u64 = tally.skipped_by_reason.values().sum();
        let problems: u64 = tally.problems_by_kind.values().sum();
        let adds_up = tally.total == sum && skipped == tally.skipped && problems == tally.problems;
        holds(adds_up, SAME_NUMBERS, || format!("{tally:?}"))?;
        let queued = world.engine.shared().catalog.unaccounted(&world.engine.shared().jobs.all_files());
        holds(queued.is_none(), SAME_NUMBERS, || format!("nobody works on {queued:?}"))
    }
}

/// Checks that the store also knows each digest asked about, if a row still has it.
fn look_at_question(world: &World, digests: &[Digest]) -> Result<(), Broken> {
    let saved: BTreeSet<Digest> = world.store.rows.values().filter_map(|row| row.state.digest()).collect();
    let is_known = |digest: &Digest| saved.contains(digest);
    let known: BTreeSet<Digest> =
        world.engine.shared().catalog.iter().filter_map(|(_, row)| row.state.digest()).collect();
    let unsaved = digests.iter().find(|digest| known.contains(digest) && !is_known(digest));
    holds(unsaved.is_none(), WRITTEN, || format!("asked about {unsaved:?}, which is not saved"))
}

fn is_as_on_disk(world: &World, row: &Row) -> bool {
    let file = world.disks.get(&row.folder).and_then(|disk| disk.files.get(&*row.path));
    file.is_some_and(|file| file.stamp() == row.stamp)
}

pub(super) fn holds(so: bool, rule: &'static str, detail: impl FnOnce() -> String) -> Result<(), Broken> {
    if so { Ok(()) } else { Err((rule, detail())) }
}
