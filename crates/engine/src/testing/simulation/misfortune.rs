//! What can happen to folders, browsers, networks and servers.

use super::{Event, FolderId, Intent, Life, MOST_FOLDERS};
use crate::Wake;
use crate::event::FolderEvent;
use crate::folder::{Access, Barrier, FolderRules, Lasting, Versions};
use crate::testing::digest_of;
use crate::time::Moment;

/// Names that a file can get: media, equal names in different folders, and files that are skipped.
const PATHS: [&str; 16] = [
    ".cloud.jpg.icloud",
    "a.jpg",
    "b.jpg",
    "c.mov",
    "d.heic",
    "sub/a.jpg",
    "sub/e.png",
    "sub/deep/f.jpg",
    "other/g.jpg",
    "notes.txt",
    ".hidden.jpg",
    "@eaDir/a.jpg",
    "a.jpg.xmp",
    "hidden: 1.jpg",
    "hidden: 2/h.jpg",
    "without ending",
];
/// Contents that several files share.
const SHARED: [&str; 3] = ["shared one", "shared two", ""];
pub(super) const SECOND_MS: u64 = 1_000;
pub(super) const HOUR_MS: u64 = 3_600 * SECOND_MS;

type Misfortune = fn(&mut Life) -> String;

/// Each is as likely as the number of times it is listed.
const MISFORTUNES: &[Misfortune] = &[
    Life::edit,
    Life::edit,
    Life::edit,
    Life::edit,
    Life::edit_without_trace,
    Life::edit_without_trace,
    Life::look_for_hidden,
    Life::look_for_hidden,
    Life::remove,
    Life::rename,
    Life::rename,
    Life::touch,
    Life::make_unreadable,
    Life::watch_tells,
    Life::watch_tells,
    Life::watch_tells,
    Life::watch_ends,
    Life::lose_folder,
    Life::lose_folder,
    Life::give_folders_back,
    Life::give_folders_back,
    Life::offline,
    Life::hang,
    Life::network_told,
    Life::server_says,
    Life::server_says,
    Life::fill,
    Life::fill,
    Life::sign_in_in_front,
    Life::corrupt,
    Life::sign_out,
    Life::pair_again,
    Life::new_vault,
    Life::throw_away,
    Life::curse,
    Life::kill_tab,
    Life::kill_tab,
    Life::kill_tab,
    Life::open_another_tab,
    Life::open_another_tab,
    Life::open_another_tab,
    Life::wake_without_tab,
    Life::wake_without_tab,
    Life::wake_without_tab,
    Life::wake_without_permission,
    Life::wake_without_permission,
    Life::time_passes,
    Life::time_passes,
    Life::time_passes,
    Life::clock_jumps,
    Life::pause,
    Life::resume,
    Life::back_up_now,
    Life::look_in,
    Life::device_changes,
    Life::change_gates,
    Life::back_up_anyway,
    Life::retry_all,
    Life::change_rules,
    Life::remove_folder,
    Life::add_folder,
];

impl Life {
    pub(super) fn befall(&mut self) {
        let misfortune = self.choose(MISFORTUNES);
        let line = misfortune(self);
        self.story.push(format!("{:>5} {} {line}", self.turns, self.world.now.0 % 1_000_000_000));
    }

    fn any_folder(&mut self) -> FolderId {
        let known: Vec<FolderId> = self.world.disks.keys().copied().collect();
        self.choose(&known)
    }

    /// A modification time that no other file has.
    fn written(&mut self) -> Moment {
        self.edits += 1;
        let ago = self.choose(&[0, SECOND_MS, 10 * SECOND_MS, 30 * HOUR_MS]);
        Moment(self.world.now.0 - ago + self.edits)
    }

    pub(super) fn write_somewhere(&mut self, folder: FolderId) -> String {
        let path = self.choose(&PATHS);
        let modified = self.written();
        let shared = self.choose(&SHARED);
        // If the name decides nothing, half of the contents are photos.
        let start = if self.random.bool() { "GIF89a" } else { "content" };
        let bytes = if self.random.u8(..3) == 0 { shared.into() } else { format!("{start} {}", self.edits) };
        let replace = self.random.bool();
        let disk = self.world.disk_of(folder);
        if replace {
            disk.replace(path, &bytes, modified);
        } else {
            disk.write(path, &bytes, modified);
        }
        self.oracle.changed(folder, path, digest_of(bytes.as_bytes()));
        format!("{folder:?} {path} holds {bytes:?}")
    }

    fn edit(&mut self) -> String {
        let folder = self.any_folder();
        self.write_somewhere(folder)
    }

    /// Some programs keep size and time when they edit a file. Only the watch can tell.
    fn edit_without_trace(&mut self) -> String {
        let Some((folder, path)) = self.any_file() else { return "nothing to edit".into() };
        self.edits += 1;
        let disk = self.world.disk_of(folder);
        let Some(file) = disk.files.get(&path) else { return "nothing to edit".into() };
        let bytes = format!("{:>width$}", self.edits, width = file.bytes.len());
        let (modified, same) = (file.modified, bytes.len() == file.bytes.len());
        if !same || path.contains(':') {
            return "no edit without a trace".into();
        }
        disk.write(&path, &bytes, modified);
        self.oracle.changed_without_trace(folder, &path, digest_of(bytes.as_bytes()));
        format!("{folder:?} {path} holds {bytes:?}, looks the same")
    }

    /// The person shows a folder to the listing that hides nothing, and may agree to what follows.
    fn look_for_hidden(&mut self) -> String {
        let folder = self.any_folder();
        if !self.engine_runs {
            return "nobody looks for hidden names".into();
        }
        self.world.look_for_hidden(folder);
        let agrees = self.random.bool();
        if agrees {
            self.ask(Intent::BackUpHidden(folder));
        }
        format!("{folder:?} is compared with a listing that hides nothing; agrees: {agrees}")
    }

    pub(super) fn any_file(&mut self) -> Option<(FolderId, String)> {
        let folder = self.any_folder();
        let files: Vec<String> = self.world.disk_of(folder).files.keys().cloned().collect();
        (!files.is_empty()).then(|| (folder, files[self.random.usize(..files.len())].clone()))
    }

    fn remove(&mut self) -> String {
        let Some((folder, path)) = self.any_file() else { return "nothing to remove".into() };
        self.world.disk_of(folder).remove(&path);
        self.oracle.removed(folder, &path);
        format!("{folder:?} {path} removed")
    }

    fn rename(&mut self) -> String {
        let Some((folder, path)) = self.any_file() else { return "nothing to rename".into() };
        self.edits += 1;
        let whole_folder = path.split_once('/').filter(|_| self.random.bool());
        let (from, to) = match whole_folder {
            Some((top, _)) => (top.to_string(), format!("moved {}", self.edits)),
            None if self.random.u8(..4) == 0 => (path.clone(), format!("hidden: {}.jpg", self.edits)),
            None => (path.clone(), format!("renamed {}.jpg", self.edits)),
        };
        let before: Vec<String> = self.world.disk_of(folder).files.keys().cloned().collect();
        self.world.disk_of(folder).rename(&from, &to);
        let after: Vec<_> = self
            .world
            .disk_of(folder)
            .files
            .iter()
            .map(|(path, file)| (path.clone(), digest_of(&file.bytes)))
            .collect();
        before
            .iter()
            .filter(|path| after.iter().all(|(now, _)| now != *path))
            .for_each(|path| self.oracle.removed(folder, path));
        after
            .iter()
            .filter(|(path, _)| !before.contains(path))
            .for_each(|(path, digest)| self.oracle.changed(folder, path, *digest));
        format!("{folder:?} {from} is now {to}")
    }

    fn touch(&mut self) -> String {
        let Some((folder, path)) = self.any_file() else { return "nothing to touch".into() };
        let modified = self.written();
        self.world.disk_of(folder).touch(&path, modified);
        self.oracle.touched(folder, &path);
        format!("{folder:?} {path} touched")
    }

    fn make_unreadable(&mut self) -> String {
        let Some((folder, path)) = self.any_file() else { return "nothing to lock".into() };
        let readable = self.random.bool();
        self.world.disk_of(folder).set_readable(&path, readable);
        format!("{folder:?} {path} readable: {readable}")
    }

    fn watch_tells(&mut self) -> String {
        if self.engine_runs {
            for folder in &self.world.watched {
                let touched = self.world.disks.get(folder).into_iter().flat_map(|disk| &disk.touched);
                touched.for_each(|path| self.oracle.named(*folder, path));
            }
            self.world.tell_touched();
        }
        "the watch tells".into()
    }

    fn watch_ends(&mut self) -> String {
        let folder = self.any_folder();
        if self.world.watched.remove(&folder) {
            self.tell(Event::Folder(folder, FolderEvent::WatchEnded));
        }
        format!("the watch of {folder:?} ends")
    }

    fn lose_folder(&mut self) -> String {
        let folder = self.any_folder();
        let barrier = self.choose(&[Barrier::NeedsPermission, Barrier::Unreachable]);
        self.world.disk_of(folder).access = Access::Barred(barrier);
        format!("{folder:?} is barred: {barrier:?}")
    }

    fn give_folders_back(&mut self) -> String {
        for folder in self.world.disks.keys().copied().collect::<Vec<_>>() {
            self.world.disk_of(folder).access = Access::Granted;
            if self.random.bool() {
                self.tell(Event::Folder(folder, FolderEvent::AccessChanged(Access::Granted)));
            }
        }
        "all folders can be read".into()
    }

    fn kill_tab(&mut self) -> String {
        self.kill();
        "killed".into()
    }

    fn open_another_tab(&mut self) -> String {
        self.open_tab();
        "a tab opens".into()
    }

    fn wake_without_tab(&mut self) -> String {
        let by = self.choose(&[
            Wake::Sync,
            Wake::PeriodicSync,
            Wake::Push,
            Wake::Tested,
            Wake::Fetched,
            Wake::Left,
        ]);
        let ms = self.choose(&[SECOND_MS, 25 * SECOND_MS, 150 * SECOND_MS]);
        self.wake(by, ms);
        format!("{by:?} for {ms} ms")
    }

    /// Like a browser that keeps no permission: the folders are closed with the last tab.
    fn wake_without_permission(&mut self) -> String {
        self.waiting_tabs = 0;
        if self.engine_runs {
            self.kill();
        }
        for disk in self.world.disks.values_mut() {
            disk.access = Access::Barred(Barrier::NeedsPermission);
        }
        self.world.wait(300 * SECOND_MS);
        self.wake(Wake::Sync, 150 * SECOND_MS);
        "woken without permission".into()
    }

    fn time_passes(&mut self) -> String {
        let ms = self.choose(&[SECOND_MS, 4 * SECOND_MS, 60 * SECOND_MS, HOUR_MS]);
        self.world.wait(ms);
        format!("{ms} ms pass")
    }

    fn clock_jumps(&mut self) -> String {
        let ms = self.choose(&[5 * SECOND_MS, 2 * HOUR_MS, 50 * HOUR_MS]);
        let ahead = self.random.bool();
        self.world.jump_clock(ms, ahead);
        format!("the clock jumps {ms} ms, ahead: {ahead}")
    }

    fn pause(&mut self) -> String {
        self.ask(Intent::Pause);
        "paused".into()
    }

    fn resume(&mut self) -> String {
        self.ask(Intent::Resume);
        "resumed".into()
    }

    fn back_up_now(&mut self) -> String {
        self.ask(Intent::BackUpNow);
        "back up now".into()
    }

    fn look_in(&mut self) -> String {
        self.ask(Intent::Look);
        "the page comes back into view".into()
    }

    fn retry_all(&mut self) -> String {
        self.ask(Intent::RetryAll);
        "retry all".into()
    }

    fn change_rules(&mut self) -> String {
        let folder = self.any_folder();
        let versions = self.choose(&[Versions::KeepAll, Versions::KeepFirst]);
        self.ask(Intent::SetRules(folder, FolderRules { versions }));
        self.oracle.rules_changed(folder);
        format!("{folder:?} {versions:?}")
    }

    fn remove_folder(&mut self) -> String {
        let folder = self.any_folder();
        if self.random.u8(..4) > 0 {
            return "no folder removed".into();
        }
        self.ask(Intent::RemoveFolder(folder));
        self.oracle.folder_removed(folder);
        format!("{folder:?} is backed up no longer")
    }

    fn add_folder(&mut self) -> String {
        if self.last_folder > 2 * MOST_FOLDERS || !self.engine_runs {
            return "no folder added".into();
        }
        self.add_disk();
        let folder = FolderId(self.last_folder);
        self.tell(Event::Folder(
            folder,
            FolderEvent::Added { name: "Folder".into(), lasting: Lasting::Lasting },
        ));
        format!("{folder:?} added")
    }
}
