//! Tracks whether the server is available and knows us. While it cannot be asked, nothing is sent, and no file's
//! state changes.

use super::Stop;
use super::shared::Shared;
use crate::abilities::Abilities;
use crate::command::{Begin, OfPage};
use crate::decision::{Trouble, success};
use crate::event::{Checked, JobId, PairEnd, RequestEnd};
use crate::incident;
use crate::link::{Halt, LinkState, wait_ms};
use crate::row::Failure;
use crate::settings::AccountId;
use crate::time::Moment;

/// How many 401s or refusals in HTML in a row are checked before the run is held. A server that knows us and still
/// refuses must not be asked in an endless loop.
const MOST_DOUBTS: u32 = 3;
/// If so many uploads in a row are refused by something in front of the server, it refuses all of them.
const MOST_REFUSALS: u32 = 10;

pub(crate) struct Link {
    pub(crate) state: LinkState,
    pub(crate) pairing: Pairing,
    /// Stops in a row without a success in between.
    pub(super) failures: u32,
    /// Uploads in a row that something in front of the server refused.
    pub(super) refusals: u32,
    /// When the server last confirmed our account.
    pub(super) answered_at: Option<Moment>,
}

/// The state of exchanging a pairing code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pairing {
    Idle,
    Running,
    Failed(PairEnd),
}

impl Default for Link {
    fn default() -> Link {
        Link {
            state: LinkState::Due(None),
            pairing: Pairing::Idle,
            failures: 0,
            refusals: 0,
            answered_at: None,
        }
    }
}

impl Link {
    pub(crate) fn abilities(&self) -> Option<Abilities> {
        self.state.ready()
    }

    pub(crate) fn is_ready(&self) -> bool {
        self.abilities().is_some()
    }

    pub(super) fn begin_checking(&mut self, now: Moment, shared: &mut Shared) {
        if let LinkState::Held { halt, until } = self.state
            && until.is_due(now)
        {
            self.state = LinkState::Due(Some(halt));
        }
        if let LinkState::Due(halt) = self.state {
            let job = shared.jobs.number();
            self.state = LinkState::Checking { job, after: halt };
            shared.out.begin.push(Begin::CheckServer { job });
        }
    }

    /// When the server is checked again by itself.
    pub(super) fn due(&self) -> Option<Moment> {
        match self.state {
            LinkState::Held { until, .. } => Some(until),
            LinkState::Due(_) | LinkState::Checking { .. } | LinkState::Ready(_) | LinkState::SignedOut => {
                None
            }
        }
    }

    /// Whether this answer is awaited. An answer from before a pairing says nothing about the result of the pairing.
    pub(super) fn waits_for(&self, job: JobId) -> bool {
        matches!(self.state, LinkState::Checking { job: ours, .. } if ours == job)
    }

    /// Handles the end of a check. Returns the account if the server answers and knows us.
    pub(super) fn checked(
        &mut self,
        now: Moment,
        shared: &mut Shared,
        checked: Checked,
    ) -> Option<AccountId> {
        let account = match checked.account {
            RequestEnd::Replied(reply) => success(reply),
            RequestEnd::NoReply | RequestEnd::Stalled => {
                Err(Trouble::Run { halt: Halt::Offline, retry_after_ms: None })
            }
        };
        match account {
            Ok(account) => {
                self.state = LinkState::Ready(checked.abilities);
                self.answered_at = Some(now);
                return Some(account);
            }
            Err(Trouble::Run { halt: Halt::SignedOut, .. }) => self.state = LinkState::SignedOut,
            Err(Trouble::Run { halt, retry_after_ms }) => {
                self.hold(now, shared, Stop { halt, retry_after_ms });
            }
            Err(Trouble::Request(Failure::ServerError(status)) | Trouble::Refusal(status, _)) => {
                self.hold(now, shared, Stop { halt: Halt::ServerError(status), retry_after_ms: None });
            }
            Err(Trouble::Request(_)) => {
                self.hold(now, shared, Stop { halt: Halt::NotUnderstood, retry_after_ms: None });
            }
        }
        None
    }

    /// An upload or a question failed in a way that means nothing more should be sent. Several that fail together are
    /// one stop.
    pub(super) fn stop(&mut self, now: Moment, shared: &mut Shared, stop: Stop) {
        if !self.is_ready() {
            return;
        }
        // The request may be older than a pairing, and a firewall may refuse one file. Only the answer to "who are we?"
        // counts for everything.
        if matches!(stop.halt, Halt::SignedOut | Halt::SignInInFront) && self.failures < MOST_DOUBTS {
            self.failures += 1;
            self.state = LinkState::Due(None);
        } else {
            self.hold(now, shared, stop);
        }
    }

    /// The server answers, so it was a single file that was refused in front of it, unless that happens to all.
    pub(super) fn note_refusal(&mut self, now: Moment, shared: &mut Shared) {
        self.refusals += 1;
        if self.refusals < MOST_REFUSALS {
            self.failures = 0;
        } else {
            self.stop(now, shared, Stop { halt: Halt::Forbidden, retry_after_ms: None });
        }
    }

    /// Nothing has been heard of the server for long.
    pub(super) fn doubt(&mut self) {
        if self.is_ready() {
            self.state = LinkState::Due(None);
        }
    }

    fn hold(&mut self, now: Moment, shared: &mut Shared, Stop { halt, retry_after_ms }: Stop) {
        let until = now + wait_ms(now, halt, self.failures, retry_after_ms);
        shared.note(now, incident::Trouble::Halt(halt), None);
        self.failures = self.failures.saturating_add(1);
        self.state = LinkState::Held { halt, until };
    }

    /// Checks the server again, even one that answered before: it may be gone, or have lost what it confirmed.
    pub(super) fn ask_again(&mut self, shared: &Shared) {
        let talks_to_us = !shared.jobs.sending().is_empty() || shared.jobs.is_asking();
        match self.state {
            LinkState::Held { .. } | LinkState::SignedOut => {
                self.state = LinkState::Due(self.state.halt());
            }
            LinkState::Ready(_) if !talks_to_us => self.state = LinkState::Due(None),
            LinkState::Ready(_) | LinkState::Due(_) | LinkState::Checking { .. } => {}
        }
    }

    pub(super) fn pair(&mut self, shared: &mut Shared, code: String) {
        self.pairing = Pairing::Running;
        shared.of_page(OfPage::Pair { code });
    }

    pub(super) fn pairing_ended(&mut self, end: PairEnd) {
        self.pairing = match end {
            PairEnd::Paired => Pairing::Idle,
            PairEnd::CodeRefused | PairEnd::TooManyTries | PairEnd::NoReply => Pairing::Failed(end),
        };
        if end == PairEnd::Paired {
            self.state = LinkState::Due(None);
        }
    }
}
