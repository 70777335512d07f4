//! The server comes, goes, and asks who we are. While it cannot be asked nothing is sent, and no file's state
//! changes.

use super::{Engine, Pairing};
use crate::command::Command;
use crate::decision::{Trouble, success};
use crate::event::{Checked, PairEnd, RequestEnd};
use crate::folder::Listing;
use crate::link::{Halt, Link, wait_ms};
use crate::row::Failure;
use crate::time::Moment;

impl Engine {
    pub(super) fn server_checked(&mut self, now: Moment, checked: Checked) {
        if !matches!(self.link, Link::Checking(_)) {
            return;
        }
        let trouble = match checked.account {
            RequestEnd::Replied(reply) => success(reply).err(),
            RequestEnd::NoReply => Some(Trouble::Run { halt: Halt::Offline, retry_after_ms: None }),
            RequestEnd::Stalled => Some(Trouble::Run { halt: Halt::Busy, retry_after_ms: None }),
        };
        match trouble {
            None => self.link = Link::Ready(checked.trust),
            Some(Trouble::Run { halt, retry_after_ms }) => self.stop(now, halt, retry_after_ms),
            Some(Trouble::Request(Failure::ServerError(status)) | Trouble::Refusal(status, _)) => {
                self.stop(now, Halt::ServerError(status), None);
            }
            Some(Trouble::Request(_)) => self.stop(now, Halt::NotUnderstood, None),
        }
    }

    /// Nothing is asked or sent until the cause is gone.
    pub(super) fn stop(&mut self, now: Moment, halt: Halt, retry_after_ms: Option<u64>) {
        if halt == Halt::SignedOut {
            self.link = Link::SignedOut;
            return;
        }
        // Several uploads that fail together are one stop.
        if matches!(self.link, Link::Ready(_) | Link::Checking(_)) {
            let until = now + wait_ms(halt, self.failures, retry_after_ms);
            self.failures = self.failures.saturating_add(1);
            self.link = Link::Held { halt, until };
        }
    }

    pub(super) fn ask_server_again(&mut self) {
        if matches!(self.link, Link::Held { .. } | Link::SignedOut) {
            self.link = Link::Due(self.link.halt());
        }
    }

    /// The browser's word is a hint: back means look at once, gone means nothing until a request fails.
    pub(super) fn network_changed(&mut self, online: bool) {
        if online {
            self.failures = 0;
            self.ask_server_again();
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
        self.folders.values().all(|folder| matches!(folder.listing, Listing::Complete | Listing::Failed))
    }
}
