//! Folders come, go, lose their permission, and are looked through. None of that touches a file, here or on the server.

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

/// What files are called that were handed over without a folder that lasts, once their own name is gone.
const HANDED_OVER: &str = "Files chosen once";

#[derive(Debug, Default)]
pub(crate) struct Folders {
    all: BTreeMap<FolderId, Folder>,
    last_scan: ScanId,
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

    /// A person must give a permission back.
    pub(crate) fn lack_permission(&self) -> bool {
        self.all().any(Folder::needs_permission)
    }

    /// A person must look at the rules of a folder.
    pub(crate) fn have_unreadable_rules(&self) -> bool {
        self.all().any(|folder| folder.rules == Loaded::Unreadable)
    }

    /// True once every folder was looked through to its end, or could not be.
    pub(crate) fn has_looked(&self) -> bool {
        self.all().all(Folder::is_looked_through)
    }

    pub(super) fn is_looking(&self) -> bool {
        self.all().any(Folder::is_being_looked_at)
    }

    /// What becomes of later versions of the files of a folder.
    pub(super) fn versions(&self, id: FolderId) -> Versions {
        self.get(id).and_then(|folder| folder.rules.known()).copied().unwrap_or_default().versions
    }

    pub(super) fn restore(&mut self, shared: &mut Shared, saved: Vec<SavedFolder>) {
        for SavedFolder { id, name, rules } in saved {
            let lasting = if name == INBOX { Lasting::Inbox } else { Lasting::Lasting };
            self.all.insert(id, Folder { rules, ..Folder::new(name, lasting) });
            if rules == Loaded::Unreadable {
                shared.catalog.set_barred(id, true);
            }
        }
        self.take_in_strays(shared);
    }

    pub(super) fn heard(&mut self, now: Moment, shared: &mut Shared, id: FolderId, event: FolderEvent) {
        match event {
            FolderEvent::Added { name, lasting } => self.add(shared, id, Folder::new(name, lasting)),
            FolderEvent::AccessChanged(access) => self.access_changed(shared, id, access),
            FolderEvent::FilesListed { scan, files } => self.files_listed(now, shared, id, scan, files),
            FolderEvent::ListingEnded { scan, end } => self.listing_ended(now, shared, id, scan, end),
            FolderEvent::PathsTouched(paths) => self.with(id, |folder| folder.touch(paths)),
            FolderEvent::WatchBeganLate => self.with(id, |folder| folder.watched_late = true),
            FolderEvent::WatchEnded => self.with(id, |folder| folder.end_watch(now)),
        }
    }

    fn with(&mut self, id: FolderId, change: impl FnOnce(&mut Folder)) {
        if let Some(folder) = self.get_mut(id) {
            change(folder);
        }
    }

    /// One that is known stays as it is.
    fn add(&mut self, shared: &mut Shared, id: FolderId, folder: Folder) {
        self.all.entry(id).or_insert(folder);
        self.access_changed(shared, id, Access::Granted);
    }

    /// Access given back: the folder is looked through again. Access lost: its rows keep their states.
    pub(super) fn access_changed(&mut self, shared: &mut Shared, id: FolderId, access: Access) {
        let Some(folder) = self.get_mut(id) else { return };
        let given = folder.needs_permission() && access == Access::Granted;
        folder.set_access(access);
        if access != Access::Granted {
            shared.abandon_folder(id);
        }
        shared.catalog.set_open(id, access == Access::Granted);
        // How far the permission goes now is to be seen.
        if given {
            shared.memory.change(|memory| memory.closed_access.forget(id));
        }
    }

    pub(super) fn lose_access(&mut self, now: Moment, shared: &mut Shared, id: FolderId, barrier: Barrier) {
        self.with(id, |folder| folder.note_out_of_reach(now));
        shared.note(now, Trouble::Barrier(id, barrier), None);
        self.access_changed(shared, id, Access::Barred(barrier));
    }

    /// The folder of this file is out of reach.
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
        shared.abandon_folder(id);
        shared.catalog.files_of(id).into_iter().for_each(|file| shared.catalog.remove(file));
        shared.catalog.set_barred(id, false);
        shared.out.store.forgotten.push(id);
    }

    /// What the rules say of later versions is judged again.
    pub(super) fn set_rules(&mut self, shared: &mut Shared, id: FolderId, rules: FolderRules) {
        let Some(folder) = self.get_mut(id) else { return };
        folder.rules = Loaded::Known(rules);
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

    /// A file that is ours alone is of no use once the server holds it. What a kill kept from being removed is found
    /// when the inbox was looked through again.
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

    /// Rows of files that were handed over once, and did not outlive the last start. What was done with is
    /// forgotten; what was not stays in sight until it is chosen again or removed by the person.
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

    /// Lists again what is due by itself. True if anything was.
    pub(super) fn look_when_due(&mut self, now: Moment) -> bool {
        let is_due = |folder: &Folder| folder.look_due().is_some_and(|due| due.is_due(now));
        let any = self.all().any(is_due);
        if any {
            self.list_again(|_, folder| is_due(folder));
        }
        any
    }

    pub(super) fn begin_listing(&mut self, now: Moment, shared: &mut Shared, watching: Watching) {
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
            folder.begin_look(self.last_scan, &scope);
            shared.out.begin.push(Begin::ListFolder { folder: *id, scan: self.last_scan, scope });
        }
    }

    /// A wake-up is over: no look goes on.
    pub(super) fn stop_looking(&mut self) {
        for folder in self.all.values_mut() {
            folder.stop_looking();
            folder.break_off_listing();
        }
    }

    /// When a folder is looked through again by itself.
    pub(super) fn next_look(&self, matters: impl Fn(&Folder) -> bool) -> Option<Moment> {
        let looks = self.all().filter(|folder| matters(folder)).filter_map(Folder::look_due).min();
        let doubts = self.all().filter_map(|folder| Some(folder.doubted.as_ref()?.until)).min();
        looks.into_iter().chain(doubts).min()
    }

    /// Which folders can be read without a page, as far as this run showed it. What cannot be read with one cannot without.
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

/// What was shared and cannot be backed up is removed; what waits stays.
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
