//! What is known about the server, and what stops a whole run rather than one file.

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
    /// It answers every request with an error.
    ServerError(u16),
    /// Something that is not the API answers.
    NotUnderstood,
    DiskFull,
    QuotaFull,
    /// Something in front of the server wants the person to sign in there.
    SignInInFront,
}

impl Halt {
    /// Whether retrying is useless until a person does something, here or on the server.
    pub(crate) fn needs_person(self) -> bool {
        match self {
            Halt::SignedOut | Halt::Forbidden | Halt::DiskFull | Halt::QuotaFull | Halt::SignInInFront => {
                true
            }
            Halt::Offline | Halt::Busy | Halt::ServerError(_) | Halt::NotUnderstood => false,
        }
    }
}

/// The state of our link to the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LinkState {
    /// To be checked as soon as possible. Holds what was last known to be wrong, if anything.
    Due(Option<Halt>),
    /// Only the answer to this job counts, not an earlier answer.
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
    /// Whether it is not known yet, or not known any longer, if the server is available.
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

    /// Why the server accepts nothing, as far as is known.
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
/// A minute: long enough to spare the server, short enough that nobody waits long for a retry.
const LONGEST_WAIT_MS: u64 = 60_000;
/// A person needs a while. Checking once a minute is enough.
const PERSON_WAIT_MS: u64 = 60_000;

/// How long to wait before the next check, after the `failures`-th stop in a row. The wait is spread by up to a
/// quarter, so that devices that lost the server together do not all return together.
pub(crate) fn wait_ms(now: Moment, halt: Halt, failures: u32, retry_after_ms: Option<u64>) -> u64 {
    let backoff = (FIRST_WAIT_MS << failures.min(5)).min(LONGEST_WAIT_MS);
    let backoff = backoff + now.0.wrapping_mul(2_654_435_761) % (backoff / 4);
    let least = if halt.needs_person() { PERSON_WAIT_MS } else { backoff };
    // The server's request to wait is respected, but for an hour at most: a proxy must not stop us for a day.
    retry_after_ms.unwrap_or(0).clamp(least, LONGEST_SANE_WAIT_MS)
}
