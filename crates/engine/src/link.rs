//! What is known of the server, and what stops a whole run rather than one file.

use serde::{Deserialize, Serialize};

use crate::abilities::Abilities;
use crate::event::JobId;
use crate::time::{LONGEST_SANE_WAIT_MS, Moment};

/// Why no file can be sent at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Halt {
    Offline,
    SignedOut,
    /// The sign-in lacks a permission.
    Forbidden,
    /// The server asked us to come back later.
    Busy,
    /// It answers with faults, whatever is asked.
    ServerError(u16),
    /// Something that is not the API answers.
    NotUnderstood,
    DiskFull,
    QuotaFull,
}

impl Halt {
    /// Trying again is of no use before a person did something, here or at the server.
    pub(crate) fn needs_person(self) -> bool {
        match self {
            Halt::SignedOut | Halt::Forbidden | Halt::DiskFull | Halt::QuotaFull => true,
            Halt::Offline | Halt::Busy | Halt::ServerError(_) | Halt::NotUnderstood => false,
        }
    }
}

/// Where we stand with the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// To be checked as soon as possible; what was last known to be wrong, if anything.
    Due(Option<Halt>),
    /// The answer to this job counts, and no earlier one's.
    Checking {
        job: JobId,
        after: Option<Halt>,
    },
    Ready(Abilities),
    /// Nobody is signed in; only the person can change that.
    SignedOut,
    /// Checked again at `until`.
    Held {
        halt: Halt,
        until: Moment,
    },
}

impl LinkState {
    /// Nobody knows yet, or again, whether the server is there.
    pub(crate) fn is_open(self) -> bool {
        match self {
            LinkState::Due(_) | LinkState::Checking { .. } => true,
            LinkState::Ready(_) | LinkState::SignedOut | LinkState::Held { .. } => false,
        }
    }

    /// What the server can do; `None` while it cannot be asked.
    pub(crate) fn ready(self) -> Option<Abilities> {
        match self {
            LinkState::Ready(abilities) => Some(abilities),
            LinkState::Due(_)
            | LinkState::Checking { .. }
            | LinkState::SignedOut
            | LinkState::Held { .. } => None,
        }
    }

    /// What keeps the server from taking anything, as far as is known.
    pub(crate) fn halt(self) -> Option<Halt> {
        match self {
            LinkState::Due(halt) | LinkState::Checking { after: halt, .. } => halt,
            LinkState::Ready(_) => None,
            LinkState::SignedOut => Some(Halt::SignedOut),
            LinkState::Held { halt, .. } => Some(halt),
        }
    }
}

/// The first wait after a run was stopped; it doubles each time, up to [`LONGEST_WAIT_MS`].
const FIRST_WAIT_MS: u64 = 2_000;
/// A minute: long enough to be gentle, short enough that nobody waits for it in vain.
const LONGEST_WAIT_MS: u64 = 60_000;
/// A person needs a while; asking each minute is enough.
const PERSON_WAIT_MS: u64 = 60_000;

/// How long to leave the server alone after the `failures`-th stop in a row. Spread by up to a quarter, so that
/// devices that lost it together do not all come back together.
pub(crate) fn wait_ms(now: Moment, halt: Halt, failures: u32, retry_after_ms: Option<u64>) -> u64 {
    let backoff = (FIRST_WAIT_MS << failures.min(5)).min(LONGEST_WAIT_MS);
    let backoff = backoff + now.0.wrapping_mul(2_654_435_761) % (backoff / 4);
    let least = if halt.needs_person() { PERSON_WAIT_MS } else { backoff };
    // What the server asks for is kept to, within reason: a proxy's hour must not become a day.
    retry_after_ms.unwrap_or(0).clamp(least, LONGEST_SANE_WAIT_MS)
}
