//! Folders come, go, and lose their permission. None of that touches a file, here or on the server.

use super::Engine;
use crate::command::Command;
use crate::folder::{Access, Barrier, Folder, FolderId, FolderRules, Lasting, Listing};
use crate::row::{FileId, FileState, Row};
use crate::tally::{Heap, heap_of};
use crate::time::Moment;

/// What files are called that were handed over without a folder that lasts, once their own name is gone.
const HANDED_OVER: &str = "Files chosen once";

impl Engine {
    pub(super) fn add_folder(&mut self, id: FolderId, name: String, lasting: Lasting) {
        self.folders.add(id, || Folder::new(name, lasting));
        self.access_changed(id, Access::Granted);
    }

    /// What was shared with us is ours alone, and of no use once the server holds it. What a kill kept from being removed is
    /// when the inbox was looked through again.
    pub(super) fn tidy_inbox(&mut self, now: Moment) {
        let is_inbox = |folder: &Folder| folder.lasting == Lasting::Inbox;
        let Some((inbox, folder)) = self.folders.iter().find(|(_, folder)| is_inbox(folder)) else { return };
        let files = if folder.listed_at == Some(now) {
            self.files_of(inbox)
        } else {
            self.catalog.unsaved().collect()
        };
        for row in files.into_iter().filter_map(|id| self.catalog.get(id)) {
            if row.folder == inbox && heap_of(&row.state) == Some(Heap::Protected) {
                self.outbox.push(Command::Discard { folder: inbox, path: row.path.clone() });
            }
        }
    }

    /// Access given back: the folder is looked through again. Access lost: its rows keep their states.
    pub(super) fn access_changed(&mut self, id: FolderId, access: Access) {
        let Some(folder) = self.folders.get_mut(id) else { return };
        let regained =
            access == Access::Granted && (folder.access != access || folder.listing == Listing::Failed);
        let given = folder.access == Access::Barred(Barrier::NeedsPermission) && access == Access::Granted;
        folder.access = access;
        if regained {
            folder.listing = Listing::Due;
        }
        if access != Access::Granted {
            folder.stop_looking();
            self.abandon_folder(id);
        }
        self.catalog.set_open(id, access == Access::Granted);
        // How far the person's leave goes now is to be seen.
        if given && self.settings.seen_closed.of(id).is_some() {
            self.change(|settings| settings.seen_closed.forget(id));
        }
    }

    pub(super) fn remove_folder(&mut self, id: FolderId) {
        let is_inbox = |folder: &Folder| folder.lasting == Lasting::Inbox;
        if self.folders.get(id).is_some_and(is_inbox) {
            return self.clear_inbox(id);
        }
        if !self.folders.remove(id) {
            return;
        }
        self.abandon_folder(id);
        self.files_of(id).into_iter().for_each(|file| self.catalog.remove(file));
        self.outbox.push(Command::ForgetFolder(id));
    }

    /// What was shared and cannot be backed up is removed; what waits stays.
    fn clear_inbox(&mut self, id: FolderId) {
        for file in self.files_of(id) {
            let Some(row) = self.catalog.get(file) else { continue };
            if matches!(heap_of(&row.state), Some(Heap::Skipped | Heap::Problems)) {
                self.outbox.push(Command::Discard { folder: id, path: row.path.clone() });
                self.catalog.remove(file);
            }
        }
    }

    /// What the rules say of later versions is judged anew.
    pub(super) fn set_rules(&mut self, id: FolderId, rules: FolderRules) {
        let Some(folder) = self.folders.get_mut(id) else { return };
        folder.rules = rules;
        self.outbox.push(Command::SaveRules { folder: id, rules });
        let later = |row: &Row| row.folder == id && row.before.is_some();
        let changed = |row: &Row| {
            later(row) && !matches!(row.state, FileState::Problem { .. } | FileState::Gone { .. })
        };
        let files: Vec<FileId> =
            self.catalog.iter().filter(|(_, row)| changed(row)).map(|(id, _)| id).collect();
        for file in files {
            self.abandon(file);
            self.catalog.set_state(file, FileState::Found);
        }
    }

    pub(super) fn list_again(&mut self, wanted: impl Fn(FolderId, &Folder) -> bool) {
        for (id, folder) in self.folders.iter_mut() {
            if !matches!(folder.listing, Listing::Running { .. }) && wanted(id, folder) {
                folder.list_again();
            }
        }
    }

    /// Rows of files that were handed over once, and did not outlive the last start. What was done with is
    /// forgotten; what was not stays in sight until it is chosen again or removed by the person.
    pub(super) fn take_in_strays(&mut self) {
        let stray = |row: &Row| self.folders.get(row.folder).is_none();
        let strays: Vec<_> = self.catalog.iter().filter(|(_, row)| stray(row)).collect();
        let open = |row: &Row| matches!(heap_of(&row.state), Some(Heap::Remaining | Heap::Problems));
        let mut unfinished: Vec<FolderId> = Vec::new();
        for (_, row) in strays.iter().filter(|(_, row)| open(row)) {
            if !unfinished.contains(&row.folder) {
                unfinished.push(row.folder);
            }
        }
        let done = strays.iter().filter(|(_, row)| !unfinished.contains(&row.folder)).map(|(id, _)| *id);
        done.collect::<Vec<_>>().into_iter().for_each(|id| self.catalog.remove(id));
        for id in unfinished {
            let mut folder = Folder::new(HANDED_OVER.into(), Lasting::Once);
            folder.listing = Listing::Failed;
            self.folders.add(id, || folder);
            self.access_changed(id, Access::Barred(Barrier::Unreachable));
        }
    }

    fn abandon_folder(&mut self, id: FolderId) {
        let busy = self.jobs.files();
        let theirs =
            busy.into_iter().filter(|file| self.catalog.get(*file).is_some_and(|row| row.folder == id));
        theirs.collect::<Vec<_>>().into_iter().for_each(|file| self.abandon(file));
    }

    pub(super) fn abandon_everything(&mut self) {
        self.jobs.files().into_iter().for_each(|file| self.abandon(file));
    }

    /// Stops what is done with a file; the row goes back to what is certain.
    pub(super) fn abandon(&mut self, file: FileId) {
        let Some(job) = self.jobs.abandon(file) else { return };
        self.outbox.push(Command::Abandon(job));
        let digest = self.catalog.get(file).and_then(|row| row.state.digest());
        self.catalog.set_state(file, FileState::begin_again(digest));
    }

    pub(super) fn files_of(&self, folder: FolderId) -> Vec<FileId> {
        self.catalog.iter().filter(|(_, row)| row.folder == folder).map(|(id, _)| id).collect()
    }
}
