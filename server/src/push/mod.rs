//! Web Push (RFC 8030): wakes the app of a device that was silent for a day, or at the time of day that its user chose.
//! The browser's push service learns that a push came, and when. Only the device can read the content.

mod message;
mod public;
mod schedule;
mod subscription;
mod vapid;

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use protocol::safelight::PushReason;
use tokio::time::Instant;
use ureq::unversioned::transport::DefaultConnector;

use crate::error::{AppError, causes};
use crate::index::{Index, IndexError};
use crate::state::{State, TRY_AFTER, blocking};
use public::PublicOnly;
use schedule::due;
pub(crate) use subscription::{Keys, Malformed, Subscription};
use vapid::Vapid;

/// Often enough for a time of day, and rare enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const FIRST_LOOK_AFTER: Duration = Duration::from_mins(10);
/// A longer gap between two looks means that the machine was asleep. It must exceed `FIRST_LOOK_AFTER`, the gap before
/// the first look.
const LONGEST_GAP: SignedDuration = SignedDuration::from_mins(15);
/// A slower push service counts as down.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The first backoff after a failure; it doubles up to a day.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(15);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);
/// A service that asks for a longer wait has a wrong clock.
const LONGEST_ASKED: SignedDuration = SignedDuration::from_hours(7 * 24);

/// Which push services may be contacted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// The push services of browsers, over TLS.
    #[default]
    Secure,
    /// Also without TLS, for your own service on the same machine.
    Plain,
}

/// The result of a push.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service accepted it.
    Taken,
    /// The subscription has ended.
    Gone,
    /// Retry later, and not before this time has passed if the service gave one.
    Later(Option<SignedDuration>),
    /// The service rejects the push as it is.
    Refused(u16),
}

pub(crate) struct Pushes {
    index: Index,
    agent: ureq::Agent,
    reach: Reach,
}

impl Pushes {
    pub(crate) fn new(index: Index, reach: Reach) -> Self {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            // Only the subscription's own endpoint is contacted.
            .max_redirects(0)
            .https_only(reach == Reach::Secure)
            .timeout_global(Some(ANSWER_TIMEOUT));
        let agent = match reach {
            Reach::Secure => {
                ureq::Agent::with_parts(config.build(), DefaultConnector::new(), PublicOnly::default())
            }
            Reach::Plain => config.build().into(),
        };
        Self { index, agent, reach }
    }

    /// The public key by which a browser recognises our pushes.
    pub(crate) fn public_key(&self) -> Result<String, IndexError> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(Vapid::of(&self.index)?.public_key()))
    }

    /// Sends all pushes that are due, and returns their number.
    fn push_due(&self, state: &State, now: Timestamp) -> Result<usize, IndexError> {
        let mut pushed = 0;
        for (one, last_used) in self.all()? {
            let Some(reason) = due(&one, last_used, now) else { continue };
            if state.stopping.is_cancelled() {
                break;
            }
            match self.push(&one, reason, &contact(state), now) {
                Ok(_) => pushed += 1,
                // An error with one device must not stop the others.
                Err(error) => tracing::error!(?error, "could not send a push to a device"),
            }
        }
        Ok(pushed)
    }

    /// Pushes to one device and stores the outcome.
    pub(crate) fn push(
        &self,
        to: &Subscription,
        reason: PushReason,
        contact: &str,
        now: Timestamp,
    ) -> Result<Outcome, IndexError> {
        let request = message::request(to, reason, &Vapid::of(&self.index)?, contact, now);
        let outcome = match request.map(|request| self.agent.run(request)) {
            Ok(Ok(answer)) => judge(answer.status(), answer.headers(), now),
            Ok(Err(error)) => {
                tracing::info!(error = causes(&error), "a push service could not be reached");
                Outcome::Later(None)
            }
            Err(malformed) => {
                tracing::error!(error = causes(&malformed), "a push could not be created");
                Outcome::Refused(0)
            }
        };
        tracing::info!(?reason, ?outcome, "sent a push to a device");
        self.remember(to, outcome, now)?;
        Ok(outcome)
    }
}

/// RFC 8030, 5 and 7.3.
fn judge(status: StatusCode, headers: &HeaderMap, now: Timestamp) -> Outcome {
    match status.as_u16() {
        200..=299 => Outcome::Taken,
        404 | 410 => Outcome::Gone,
        408 | 429 | 500..=599 => Outcome::Later(
            headers.get(header::RETRY_AFTER).and_then(|value| asked(value.to_str().ok()?, now)),
        ),
        status => Outcome::Refused(status),
    }
}

/// In seconds, or as a date (RFC 9110, 10.2.3).
fn asked(retry_after: &str, now: Timestamp) -> Option<SignedDuration> {
    let seconds = || retry_after.parse().ok().map(SignedDuration::from_secs);
    let date =
        || jiff::fmt::rfc2822::parse(retry_after).ok().map(|date| date.timestamp().duration_since(now));
    seconds().or_else(date)
}

/// The backoff after this many failures in a row. It is longer if the service asked for that, within a limit.
fn wait(failures: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let backoff = (FIRST_WAIT * 2_i32.pow(failures.min(7))).min(LONGEST_WAIT);
    asked.unwrap_or_default().clamp(backoff, LONGEST_ASKED)
}

impl State {
    /// Sends all pushes that are due, and returns their number.
    pub fn push_due(&self, now: Timestamp) -> Result<usize, IndexError> {
        self.pushes.push_due(self, now)
    }
}

/// Runs as long as the server does.
pub(crate) async fn keep(state: State) {
    // If the server was away for a day, its devices first get time to report back.
    let mut look = tokio::time::interval_at(Instant::now() + FIRST_LOOK_AFTER, LOOK_EVERY);
    let mut looked = Timestamp::now();
    loop {
        look.tick().await;
        // A machine that was asleep was away, too; its timers did not run meanwhile.
        let now = Timestamp::now();
        if now.duration_since(std::mem::replace(&mut looked, now)) > LONGEST_GAP {
            look.reset_after(FIRST_LOOK_AFTER);
            continue;
        }
        let pushing = state.clone();
        if let Err(error) = blocking(move || pushing.push_due(Timestamp::now())).await {
            tracing::error!(?error, "could not send pushes to the devices");
        }
    }
}

/// Pushes to one device after a delay, so that the user can close the app first.
pub(crate) async fn try_one(state: &State, session: String) -> Result<Outcome, AppError> {
    tokio::time::sleep(state.settings.push_asked_after.unwrap_or(TRY_AFTER)).await;
    let contact = contact(state);
    let outcome = state.blocking(move |parts| {
        let now = Timestamp::now();
        let one = parts.pushes.of(&session)?;
        let one = one.filter(|one| !one.is_gone() && now >= one.not_before);
        one.map_or(Ok(Outcome::Gone), |one| parts.pushes.push(&one, PushReason::Asked, &contact, now))
    });
    outcome.await
}

/// The contact address for the push service (RFC 8292, 2.1).
fn contact(state: &State) -> String {
    match &state.settings.public_url {
        Some(url) if url.to_string().starts_with("https:") => url.to_string(),
        Some(_) | None => "mailto:owner@localhost".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_answer_has_its_outcome() {
        let now = "2026-05-03T12:00:00Z".parse().unwrap();
        let table = [
            (200, Outcome::Taken),
            (201, Outcome::Taken),
            (400, Outcome::Refused(400)),
            (403, Outcome::Refused(403)),
            (404, Outcome::Gone),
            (410, Outcome::Gone),
            (413, Outcome::Refused(413)),
            (301, Outcome::Refused(301)),
            (500, Outcome::Later(None)),
            (503, Outcome::Later(None)),
        ];
        for (status, outcome) in table {
            assert_eq!(
                judge(StatusCode::from_u16(status).unwrap(), &HeaderMap::new(), now),
                outcome,
                "{status}"
            );
        }
        let later = Outcome::Later(Some(SignedDuration::from_secs(120)));
        for retry_after in ["120", "Sun, 03 May 2026 12:02:00 GMT"] {
            let headers = HeaderMap::from_iter([(header::RETRY_AFTER, retry_after.parse().unwrap())]);
            assert_eq!(judge(StatusCode::TOO_MANY_REQUESTS, &headers, now), later, "{retry_after}");
        }
    }

    #[test]
    fn waits_grow_to_a_day_and_respect_retry_after() {
        let minutes = |failures, asked| wait(failures, asked).as_mins();
        assert_eq!(
            [0, 1, 2, 6, 7, 99].map(|failures| minutes(failures, None)),
            [15, 30, 60, 960, 1440, 1440]
        );
        assert_eq!(minutes(0, Some(SignedDuration::from_hours(3))), 180);
        assert_eq!(minutes(0, Some(SignedDuration::from_hours(48))), 48 * 60);
        assert_eq!(minutes(0, Some(SignedDuration::from_hours(900))), 7 * 1440);
        assert_eq!(minutes(0, Some(SignedDuration::from_hours(-1))), 15, "a date that is over");
    }
}
