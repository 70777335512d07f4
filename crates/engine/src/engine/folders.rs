//! Folders are added and removed, lose their permission, and are listed. None of that touches a file, here or on the
//! server.

use std::collections::{BTreeMap, HashSet};

use rustc_hash::FxBuildHasher;

use super::INBOX;
use super::shared::Shared;
use crate::command::{Begin, OfPage};
use crate::event::{FolderEvent, SavedFolder};
use crate::folder::{
    Access, Barrier, Folder, FolderId, FolderRules, Lasting, Listing, ScanId, Scope, Versions, Watch,
};
use crate::incident::Trouble;
use crate::record::Loaded;
use crate::row::{FileId, FileState, Row};
use crate::settings::Readable;
use crate::tally::{Heap, heap_of};
use crate::time::Moment;

/// The folder name for files that were chosen once, when the original name is gone.
const HANDED_OVER: &str = "Files chosen once";

#[derive(Debug, Default)]
pub(crate) struct Folders {
    all: BTreeMap<FolderId, Folder>,
    last_scan: ScanId,
    /// Listings under way that may read small files.
    pub(super) reading_ahead: Vec<(FolderId, ScanId)>,
}

impl Folders {
    pub(crate) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (FolderId, &Folder)> {
        self.all.iter().map(|(id, folder)| (*id, folder))
    }

    pub(crate) fn all(&self) -> impl Iterator<Item = &Folder> {
        self.all.values()
    }

    pub(crate) fn get(&self, id: FolderId) -> Option<&Folder> {
        self.all.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: FolderId) -> Option<&mut Folder> {
        self.all.get_mut(&id)
    }

    pub(crate) fn is_granted(&self, id: FolderId) -> bool {
        self.get(id).is_some_and(|folder| folder.access == Access::Granted)
    }

    /// Whether a person must grant a permission again.
    pub(crate) fn lack_permission(&self) -> bool {
        self.all().any(Folder::needs_permission)
    }

    /// Whether a person must set the rules of a folder again.
    pub(crate) fn have_unreadable_rules(&self) -> bool {
        self.all().any(|folder| folder.rules == Loaded::Unreadable)
    }

    /// True once every folder was listed completely, or could not be listed.
    pub(crate) fn has_looked(&self) -> bool {
        self.all().all(Folder::is_looked_through)
    }

    pub(super) fn is_looking(&self) -> bool {
        self.all().any(Folder::is_being_looked_at)
    }

    /// What to do with later versions of a folder's files.
    pub(super) fn versions(&self, id: FolderId) -> Versions {
        self.get(id).and_then(|folder| folder.rules.known()).map(|rules| rules.versions).unwrap_or_default()
    }

    pub(super) fn restore(&mut self, shared: &mut Shared, saved: Vec<SavedFolder>) {
        for SavedFolder { id, name, rules } in saved {
            let lasting = if name == INBOX { Lasting::Inbox } else { Lasting::Lasting };
            if rules == Loaded::Unreadable {
                shared.catalog.set_barred(id, true);
            }
            self.all.insert(id, Folder { rules, ..Folder::new(name, lasting) });
        }
        self.take_in_strays(shared);
    }

    /// What a page and a shift both hear.
    pub(super) fn heard(&mut self, now: Moment, shared: &mut Shared, id: FolderId, event: FolderEvent) {
        match event {
            FolderEvent::AccessChanged(access) => self.access_changed(shared, id, access),
            FolderEvent::FilesListed { scan, files } => self.files_listed(now, shared, id, scan, files),
            FolderEvent::ListingEnded { scan, end } => self.listing_ended(now, shared, id, scan, end),
            FolderEvent::Added { .. }
            | FolderEvent::HiddenFound { .. }
            | FolderEvent::PathsTouched(_)
            | FolderEvent::WatchBeganLate
            | FolderEvent::WatchEnded => {}
        }
    }

    pub(super) fn heard_with_page(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        id: FolderId,
        event: FolderEvent,
    ) {
        match event {
            FolderEvent::Added { name, lasting } => self.add(shared, id, Folder::new(name, lasting)),
            FolderEvent::HiddenFound { within, files, unread } => {
                if self.get(id).is_some() {
                    shared.hidden_found(now, id, &within, files, &unread);
                }
            }
            FolderEvent::PathsTouched(paths) => self.with(id, |folder| folder.touch(paths)),
            FolderEvent::WatchBeganLate => self.with(id, |folder| folder.watched_late = true),
            FolderEvent::WatchEnded => self.with(id, |folder| folder.end_watch(now)),
            FolderEvent::AccessChanged(_)
            | FolderEvent::FilesListed { .. }
            | FolderEvent::ListingEnded { .. } => self.heard(now, shared, id, event),
        }
    }

    fn with(&mut self, id: FolderId, change: impl FnOnce(&mut Folder)) {
        if let Some(folder) = self.get_mut(id) {
            change(folder);
        }
    }

    /// A folder that is already known stays as it is.
    fn add(&mut self, shared: &mut Shared, id: FolderId, folder: Folder) {
        self.all.entry(id).or_insert(folder);
        self.access_changed(shared, id, Access::Granted);
    }

    /// If access is regained, the folder is listed again. If access is lost, its rows keep their states.
    pub(super) fn access_changed(&mut self, shared: &mut Shared, id: FolderId, access: Access) {
        let Some(folder) = self.get_mut(id) else { return };
        let given = folder.needs_permission() && access == Access::Granted;
        folder.set_access(access);
        if access != Access::Granted {
            shared.abandon_folder(id);
            self.stop_reading_ahead_in(shared, |folder| folder == id);
        }
        shared.catalog.set_open(id, access == Access::Granted);
        // It is not known yet whether the new permission works without a page.
        if given {
            shared.memory.change(|memory| memory.closed_access.forget(id));
        }
    }

    pub(super) fn lose_access(&mut self, now: Moment, shared: &mut Shared, id: FolderId, barrier: Barrier) {
        self.with(id, |folder| folder.note_out_of_reach(now));
        shared.note(now, Trouble::Barrier(id, barrier), None);
        self.access_changed(shared, id, Access::Barred(barrier));
    }

    /// Handles a file whose folder is unreachable.
    pub(super) fn lose_folder_of(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        file: FileId,
        barrier: Barrier,
    ) {
        shared.catalog.begin_again(file);
        if let Some(folder) = shared.catalog.get(file).map(|row| row.folder) {
            self.lose_access(now, shared, folder, barrier);
        }
    }

    pub(super) fn remove(&mut self, shared: &mut Shared, id: FolderId) {
        if self.get(id).is_some_and(|folder| folder.lasting == Lasting::Inbox) {
            return clear_inbox(shared, id);
        }
        if self.all.remove(&id).is_none() {
            return;
        }
        self.stop_reading_ahead_in(shared, |folder| folder == id);
        for file in shared.catalog.files_of(id) {
            shared.drop_upload(file);
            shared.catalog.remove(file);
        }
        shared.catalog.set_barred(id, false);
        shared.memory.change(|memory| memory.hidden_looks.forget(id));
        shared.out.store.forgotten.push(id);
    }

    /// Sets the rules. Later versions of files are judged again.
    pub(super) fn set_rules(&mut self, shared: &mut Shared, id: FolderId, rules: FolderRules) {
        let Some(folder) = self.get_mut(id) else { return };
        folder.rules = Loaded::Known(rules.clone());
        shared.out.store.rules.push((id, rules));
        shared.catalog.set_barred(id, false);
        let is_later = |row: &Row| row.folder == id && row.before.is_some();
        let is_open = |row: &Row| {
            let settled = matches!(
                row.state,
                FileState::Problem { .. } | FileState::InTrash { .. } | FileState::Gone { .. }
            );
            !settled
        };
        for file in shared.catalog.select(|_, row| is_later(row) && is_open(row)) {
            shared.abandon(file);
            shared.catalog.set_state(file, FileState::Found);
        }
    }

    /// Deletes files in the inbox that the server holds: they are ours alone and no longer needed. If a kill
    /// prevented a deletion, the file is found when the inbox has been listed again.
    pub(super) fn tidy_inbox(&self, now: Moment, shared: &mut Shared) {
        let is_inbox = |(_, folder): &(FolderId, &Folder)| folder.lasting == Lasting::Inbox;
        let Some((inbox, folder)) = self.iter().find(is_inbox) else { return };
        let files = if folder.listed_at == Some(now) {
            shared.catalog.files_of(inbox)
        } else {
            shared.catalog.unsaved().collect()
        };
        for file in files {
            let Some(row) = shared.catalog.get(file).filter(|row| row.folder == inbox) else { continue };
            if heap_of(&row.state) == Some(Heap::Protected) {
                let path = row.path.clone();
                shared.of_page(OfPage::Discard { folder: inbox, path });
            }
        }
    }

    /// Rows of files that were chosen once, whose folders did not survive the last start. If all files of a folder
    /// are done, they are forgotten. Otherwise they stay visible until the person chooses them again or removes them.
    fn take_in_strays(&mut self, shared: &mut Shared) {
        let strays = shared.catalog.select(|_, row| !self.all.contains_key(&row.folder));
        let folder_of = |file: &FileId| shared.catalog.get(*file).map(|row| row.folder);
        let is_open = |file: &&FileId| {
            let heap = shared.catalog.get(**file).and_then(|row| heap_of(&row.state));
            matches!(heap, Some(Heap::Remaining | Heap::Problems))
        };
        let unfinished: HashSet<FolderId, FxBuildHasher> =
            strays.iter().filter(is_open).filter_map(folder_of).collect();
        let is_done = |file: &FileId| folder_of(file).is_some_and(|folder| !unfinished.contains(&folder));
        let done: Vec<FileId> = strays.iter().copied().filter(is_done).collect();
        done.into_iter().for_each(|id| shared.catalog.remove(id));
        for id in unfinished {
            let mut folder = Folder::new(HANDED_OVER.into(), Lasting::Once);
            folder.listing = Listing::Failed;
            self.all.insert(id, folder);
            self.access_changed(shared, id, Access::Barred(Barrier::Unreachable));
        }
    }

    pub(super) fn list_again(&mut self, wanted: impl Fn(FolderId, &Folder) -> bool) {
        for (id, folder) in &mut self.all {
            if !matches!(folder.listing, Listing::Running { .. }) && wanted(*id, folder) {
                folder.list_again();
            }
        }
    }

    /// Lists folders again whose listing is due. True if any was.
    pub(super) fn look_when_due(&mut self, now: Moment) -> bool {
        let is_due = |folder: &Folder| folder.look_due().is_some_and(|due| due.is_due(now));
        let any = self.all().any(is_due);
        if any {
            self.list_again(|_, folder| is_due(folder));
        }
        any
    }

    /// `may_read` if files may be read now. A folder of which nothing is known is full of files to be read, and a small
    /// file costs less to read while the listing has it open.
    pub(super) fn begin_listing(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        watching: Watching,
        may_read: bool,
    ) {
        for (id, folder) in &mut self.all {
            folder.end_doubt(now);
            let scope = match folder.listing {
                Listing::Due => Scope::Everything,
                Listing::Complete if folder.glance.is_none() && !folder.touched.is_empty() => {
                    Scope::Paths(std::mem::take(&mut folder.touched).into_iter().collect())
                }
                Listing::Complete | Listing::Running { .. } | Listing::Failed => continue,
            };
            let is_unwatched = folder.watch == Watch::Off && folder.lasting == Lasting::Lasting;
            if watching == Watching::On && is_unwatched {
                folder.watch = Watch::Asked { at: now };
                shared.out.begin.push(Begin::WatchFolder(*id));
            }
            self.last_scan = ScanId(self.last_scan.0.wrapping_add(1));
            let scan = self.last_scan;
            folder.begin_look(scan, &scope);
            let is_unknown = shared.catalog.census_of(*id).is_none_or(|census| census.tally.total == 0);
            let reads_ahead = may_read && is_unknown && scope == Scope::Everything;
            self.reading_ahead.extend(reads_ahead.then_some((*id, scan)));
            shared.out.begin.push(Begin::ListFolder { folder: *id, scan, scope, reads_ahead });
        }
    }

    /// Nothing may be read now.
    pub(super) fn stop_reading_ahead(&mut self, shared: &mut Shared) {
        self.stop_reading_ahead_in(shared, |_| true);
    }

    fn stop_reading_ahead_in(&mut self, shared: &mut Shared, concerned: impl Fn(FolderId) -> bool) {
        for (folder, scan) in std::mem::take(&mut self.reading_ahead) {
            match concerned(folder) {
                true => shared.out.begin.push(Begin::StopReadingAhead(scan)),
                false => self.reading_ahead.push((folder, scan)),
            }
        }
    }

    /// A wake-up is over: ends every listing.
    pub(super) fn stop_looking(&mut self) {
        for folder in self.all.values_mut() {
            folder.stop_looking();
            folder.break_off_listing();
        }
    }

    /// When the next folder is listed again by itself.
    pub(super) fn next_look(&self, matters: impl Fn(&Folder) -> bool) -> Option<Moment> {
        let looks = self.all().filter(|folder| matters(folder)).filter_map(Folder::look_due).min();
        let doubts = self.all().filter_map(|folder| Some(folder.doubted.as_ref()?.until)).min();
        looks.into_iter().chain(doubts).min()
    }

    /// Records which folders can be read without a page, as far as this run has shown. A folder that cannot be read
    /// with a page cannot be read without one.
    pub(super) fn note_closed_access(&self, shared: &mut Shared, without_page: bool) {
        let lasting = self.iter().filter(|(_, folder)| folder.lasting == Lasting::Lasting);
        for (id, folder) in lasting {
            let was_read = folder.access == Access::Granted && folder.listed_at.is_some();
            if folder.needs_permission() {
                shared.memory.change(|memory| memory.closed_access.set(id, Readable::No));
            } else if was_read && without_page {
                shared.memory.change(|memory| memory.closed_access.set(id, Readable::Yes));
            }
        }
    }
}

/// Whether folders are watched. A wake-up is too short for that.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Watching {
    On,
    Off,
}

/// Deletes shared files that cannot be backed up. Waiting files stay.
fn clear_inbox(shared: &mut Shared, id: FolderId) {
    for file in shared.catalog.files_of(id) {
        let Some(row) = shared.catalog.get(file) else { continue };
        if matches!(heap_of(&row.state), Some(Heap::Skipped | Heap::Problems)) {
            let path = row.path.clone();
            shared.of_page(OfPage::Discard { folder: id, path });
            shared.catalog.remove(file);
        }
    }
}
