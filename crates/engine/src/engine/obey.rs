//! Carries out what the person asks for.

use super::{Engine, Role};
use crate::command::AfterStored;
use crate::folder::Folder;
use crate::intent::Intent;
use crate::row::{FileId, FileState, Problem, SkipReason};
use crate::settings::Settings;
use crate::time::Moment;

/// A folder or the server is not checked again just because the page came back, if it was checked more recently than
/// this.
const FRESH_MS: u64 = 20_000;

impl<R: Role> Engine<R> {
    pub(super) fn obey(&mut self, now: Moment, intent: Intent) {
        match intent {
            Intent::Pair { code } => self.link.pair(&mut self.shared, code),
            Intent::BackUpNow => self.back_up_now(),
            Intent::Look => self.look_again(now),
            Intent::Pause => self.pause(),
            Intent::Resume => self.set(|settings| settings.paused = false),
            Intent::SetForeground(on) => {
                self.set(|settings| settings.foreground = on);
                self.stop_if_forbidden();
            }
            Intent::SetBackground(on) => self.set(|settings| settings.background = on),
            Intent::Retry(chosen) => {
                self.chosen(chosen).into_iter().for_each(|file| self.retry(file));
                self.link.ask_again(&self.shared);
            }
            Intent::Skip(chosen) => self.chosen(chosen).into_iter().for_each(|file| self.leave_out(file)),
            Intent::Include(chosen) => self.chosen(chosen).into_iter().for_each(|file| self.include(file)),
            Intent::RetryAll => {
                self.retry_problems(|_| true);
                self.end_all_waits();
                self.link.ask_again(&self.shared);
            }
            Intent::RemoveFolder(folder) => self.folders.remove(&mut self.shared, folder),
            Intent::BackUpHidden(folder) => self.shared.back_up_hidden(folder),
            Intent::SetRules(folder, rules) => self.folders.set_rules(&mut self.shared, folder, rules),
            Intent::BackUpAnyway => self.back_up_anyway(now),
            Intent::SetCopiesLimit(limit) => self.set(|settings| settings.copies_limit = limit),
            Intent::SetNotices(on) => self.set(|settings| settings.notices = on),
            Intent::SetGates(gates) => self.set(|settings| settings.gates = gates),
            Intent::SetKeepAwake(on) => self.set(|settings| settings.keep_awake = on),
            Intent::LimitRate(limit) => {
                self.set(|settings| settings.rate_limit = limit);
                self.shared.after_stored(AfterStored::LimitRate(limit));
            }
            Intent::ResetSettings => {
                if self.shared.settings.is_unreadable() {
                    self.shared.settings.reset(Settings::default());
                }
            }
        }
    }

    fn set(&mut self, change: impl FnOnce(&mut Settings)) {
        self.shared.settings.change(change);
    }

    fn back_up_now(&mut self) {
        self.gates.run_asked = true;
        self.set(|settings| settings.paused = false);
        self.folders.list_again(|_, _| true);
        self.retry_problems(|problem| matches!(problem, Problem::GaveUp(_)));
        self.end_all_waits();
        self.link.ask_again(&self.shared);
    }

    fn end_all_waits(&mut self) {
        self.sending.forget_lack_of_room();
        self.shared.catalog.end_all_waits();
    }

    fn back_up_anyway(&mut self, now: Moment) {
        let conditions = self.conditions(now);
        self.gates.pass(&self.shared, conditions);
        self.set(|settings| settings.paused = false);
    }

    pub(super) fn look_again(&mut self, now: Moment) {
        let is_stale = |at: Option<Moment>| at.is_none_or(|at| at > now || now.since(at) > FRESH_MS);
        self.folders.list_again(|_, folder: &Folder| is_stale(folder.listed_at));
        if is_stale(self.link.answered_at) || !self.link.is_ready() {
            self.link.ask_again(&self.shared);
        }
    }

    fn pause(&mut self) {
        self.gates.end_asked_run();
        self.set(|settings| settings.paused = true);
        self.shared.abandon_all();
    }

    fn stop_if_forbidden(&mut self) {
        if !self.may_work() {
            self.shared.abandon_all();
        }
    }

    fn retry(&mut self, id: FileId) {
        let Some(row) = self.shared.catalog.get(id) else { return };
        match row.state {
            FileState::Problem { digest, problem } => match problem {
                // Only a new listing of the folder can show whether it was fixed.
                Problem::Nameless | Problem::UnreadableFolder | Problem::OnlyInCloud => {
                    let theirs = row.folder;
                    self.folders.list_again(|id, _| id == theirs);
                }
                // Only another look at the folder, or the person's agreement, can help.
                Problem::HiddenName => {}
                Problem::Unreadable => self.try_again(id, FileState::Found),
                Problem::TooLargeForServer
                | Problem::Refused(_)
                | Problem::GaveUp(_)
                | Problem::UnsupportedByServer
                | Problem::InServerTrash => self.try_again(id, FileState::begin_again(digest)),
            },
            FileState::InTrash { digest, .. } => self.try_again(id, FileState::Hashed { digest }),
            FileState::Waiting { digest, .. } => {
                self.shared.catalog.set_state(id, FileState::begin_again(digest));
            }
            FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Protected { .. }
            | FileState::Skipped(_)
            | FileState::Gone { .. } => {}
        }
    }

    /// What is protected stays so, and what the browser itself is uploading is not stopped.
    fn leave_out(&mut self, id: FileId) {
        let Some(row) = self.shared.catalog.get(id).filter(|_| !self.shared.catalog.is_fetching(id)) else {
            return;
        };
        match row.state {
            FileState::Found
            | FileState::Hashed { .. }
            | FileState::Ready { .. }
            | FileState::Uploading { .. }
            | FileState::Sent { .. }
            | FileState::Waiting { .. }
            | FileState::Problem { .. }
            | FileState::InTrash { .. } => {
                self.shared.drop_upload(id);
                self.shared.catalog.set_state(id, FileState::Skipped(SkipReason::Chosen));
            }
            FileState::Protected { .. } | FileState::Skipped(_) | FileState::Gone { .. } => {}
        }
    }

    /// A new listing shows how the file looks now.
    fn include(&mut self, id: FileId) {
        let Some(row) = self.shared.catalog.get(id) else { return };
        if row.state == FileState::Skipped(SkipReason::Chosen) {
            let theirs = row.folder;
            self.try_again(id, FileState::Found);
            self.folders.list_again(|id, _| id == theirs);
        }
    }

    fn try_again(&mut self, id: FileId, state: FileState) {
        self.shared.catalog.forget_attempts(id);
        self.shared.catalog.set_state(id, state);
    }

    fn retry_problems(&mut self, wanted: impl Fn(Problem) -> bool) {
        let problems = self.shared.catalog.select(|_, row| row.state.problem().is_some_and(&wanted));
        problems.into_iter().for_each(|id| self.retry(id));
    }
}
