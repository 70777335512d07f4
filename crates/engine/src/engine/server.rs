//! The server comes, goes, and asks who we are. While it cannot be asked nothing is sent, and no file's state
//! changes.

use super::{Engine, Pairing};
use crate::command::Command;
use crate::decision::{Trouble, success};
use crate::event::{Checked, JobId, KnownAccount, PairEnd, RequestEnd};
use crate::folder::Folder;
use crate::incident;
use crate::intent::AccountId;
use crate::link::{Halt, Link, wait_ms};
use crate::maybe::Digests;
use crate::row::{Failure, FileId, FileState};
use crate::time::Moment;

/// How often in a row a 401 is doubted before it holds the run: a server that knows us and refuses all the same
/// must not be asked in a circle.
const MOST_DOUBTS: u32 = 3;

impl Engine {
    pub(super) fn server_checked(&mut self, now: Moment, job: JobId, checked: Checked) {
        // An answer from before a pairing says nothing about what came of it.
        if !matches!(self.link, Link::Checking { job: ours, .. } if ours == job) {
            return;
        }
        let suspects = std::mem::take(&mut self.suspects);
        let account = match checked.account {
            RequestEnd::Replied(reply) => success(reply),
            RequestEnd::NoReply => Err(Trouble::Run { halt: Halt::Offline, retry_after_ms: None }),
            RequestEnd::Stalled => Err(Trouble::Run { halt: Halt::Offline, retry_after_ms: None }),
        };
        match account {
            Ok(KnownAccount(account)) => {
                self.link = Link::Ready(checked.trust);
                self.answered_at = now;
                // What it was told may not have arrived.
                self.told.is_old = true;
                self.meet(account);
                self.outbox.extend(self.settings.rate_limit.map(|rate| Command::LimitRate(Some(rate))));
                // Several that fell together fell with the server or the way to it, and none is at fault.
                if let [alone] = suspects[..] {
                    self.retry_later(now, alone, Failure::CutOff);
                }
            }
            Err(Trouble::Run { halt: Halt::SignedOut, .. }) => self.link = Link::SignedOut,
            Err(Trouble::Run { halt, retry_after_ms }) => self.hold(now, halt, retry_after_ms),
            Err(Trouble::Request(Failure::ServerError(status)) | Trouble::Refusal(status, _)) => {
                self.hold(now, Halt::ServerError(status), None);
            }
            Err(Trouble::Request(_)) => self.hold(now, Halt::NotUnderstood, None),
        }
    }

    /// What one account confirmed says nothing about another: an empty new vault at the same address holds nothing.
    fn meet(&mut self, account: AccountId) {
        if self.settings.account.as_ref() == Some(&account) {
            return;
        }
        if self.settings.account.is_some() {
            self.maybe_held = Digests::default();
            // An answer that is still on its way is the other one's.
            self.abandon_everything();
            self.drop_question();
            let its_word =
                |state: &FileState| matches!(state, FileState::Protected { .. } | FileState::Ready { .. });
            let theirs = self.catalog.iter().filter(|(_, row)| its_word(&row.state)).map(|(id, _)| id);
            theirs.collect::<Vec<_>>().into_iter().for_each(|id| self.ask_again(id));
        }
        self.change(|settings| settings.account = Some(account));
    }

    fn ask_again(&mut self, id: FileId) {
        let digest = self.catalog.get(id).and_then(|row| row.state.digest());
        self.catalog.set_state(id, FileState::begin_again(digest));
    }

    /// An upload or a question says that nothing more should be sent. Several that fail together are one stop.
    pub(super) fn stop(&mut self, now: Moment, halt: Halt, retry_after_ms: Option<u64>) {
        if !matches!(self.link, Link::Ready(_)) {
            return;
        }
        // It may have been sent before a pairing: only the answer to "who are we?" signs us out.
        if halt == Halt::SignedOut && self.failures < MOST_DOUBTS {
            self.failures += 1;
            self.link = Link::Due(None);
        } else {
            self.hold(now, halt, retry_after_ms);
        }
    }

    fn hold(&mut self, now: Moment, halt: Halt, retry_after_ms: Option<u64>) {
        let until = now + wait_ms(now, halt, self.failures, retry_after_ms);
        self.incidents.note(now, incident::Trouble::Halt(halt), None);
        self.failures = self.failures.saturating_add(1);
        self.link = Link::Held { halt, until };
    }

    /// Also one that answered before: it may be gone, or have lost what it confirmed.
    pub(super) fn ask_server_again(&mut self) {
        let talks_to_us = !self.jobs.sending().is_empty() || self.jobs.is_asking();
        match self.link {
            Link::Held { .. } | Link::SignedOut => self.link = Link::Due(self.link.halt()),
            Link::Ready(_) if !talks_to_us => self.link = Link::Due(None),
            Link::Ready(_) | Link::Due(_) | Link::Checking { .. } => {}
        }
    }

    /// The browser's word is a hint: back means look at once, at folders too, for a network drive may be back with
    /// it; gone means nothing until a request fails.
    pub(super) fn network_changed(&mut self, now: Moment, online: bool) {
        if online {
            self.failures = 0;
            self.look_again(now);
        }
    }

    pub(super) fn pair(&mut self, code: String) {
        self.pairing = Pairing::Running;
        self.outbox.push(Command::Pair { code });
    }

    pub(super) fn pairing_ended(&mut self, end: PairEnd) {
        self.pairing = match end {
            PairEnd::Paired => Pairing::Idle,
            PairEnd::CodeRefused | PairEnd::TooManyTries | PairEnd::NoReply => Pairing::Failed(end),
        };
        if end == PairEnd::Paired {
            self.link = Link::Due(None);
        }
    }

    /// True once every folder was looked through to its end, or could not be.
    pub(crate) fn has_looked(&self) -> bool {
        self.folders.all().all(Folder::is_looked_through)
    }
}
