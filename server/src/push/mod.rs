//! Web Push (RFC 8030): wakes the app of a device that has not been heard of for a day, or at the time of day that its
//! person chose. The browser's push service learns that something came, and when; what, only the device can read.

mod message;
mod schedule;
mod subscription;
mod vapid;

use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use jiff::{SignedDuration, Timestamp};
use tokio::time::Instant;

use crate::error::{AppError, causes};
use crate::index::{Index, IndexError};
use crate::state::{State, blocking};
pub(crate) use schedule::Reason;
use schedule::due;
pub(crate) use subscription::{Keys, Malformed, Subscription};
use vapid::Vapid;

/// Often enough for a time of day, rarely enough to cost nothing.
const LOOK_EVERY: Duration = Duration::from_secs(60);
const FIRST_LOOK_AFTER: Duration = Duration::from_mins(10);
/// A push service that is slower is down.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);
/// The first wait after a failure; it doubles up to a day.
const FIRST_WAIT: SignedDuration = SignedDuration::from_mins(15);
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24);

/// Which push services may be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Those of browsers: over TLS.
    #[default]
    Secure,
    /// Also without TLS, for a service of one's own on the same machine.
    Plain,
}

/// How a push ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// The service took it.
    Taken,
    /// The subscription has ended.
    Gone,
    /// Not now; after so long at the earliest, if the service said so.
    Later(Option<SignedDuration>),
    /// It will not take it as it is.
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
            // Where a subscription says, and nowhere else.
            .max_redirects(0)
            .https_only(reach == Reach::Secure)
            .timeout_global(Some(ANSWER_TIMEOUT));
        Self { index, agent: config.build().into(), reach }
    }

    /// The key by which a browser knows that a push is ours.
    pub(crate) fn public_key(&self) -> Result<String, IndexError> {
        Ok(BASE64_URL_SAFE_NO_PAD.encode(Vapid::of(&self.index)?.public_key()))
    }

    /// Pushes what is due. Says how many went out.
    fn push_due(&self, state: &State, now: Timestamp) -> Result<usize, IndexError> {
        let mut pushed = 0;
        for (one, last_used) in self.all()? {
            let Some(reason) = due(&one, last_used, now) else { continue };
            if state.stopping.is_cancelled() {
                break;
            }
            match self.push(&one, reason, &contact(state), now) {
                Ok(_) => pushed += 1,
                // The others have nothing to do with it.
                Err(error) => tracing::error!(?error, "could not push to a device"),
            }
        }
        Ok(pushed)
    }

    /// Pushes to one, and remembers how that ended.
    pub(crate) fn push(
        &self,
        to: &Subscription,
        reason: Reason,
        contact: &str,
        now: Timestamp,
    ) -> Result<Outcome, IndexError> {
        let request = message::request(to, reason, &Vapid::of(&self.index)?, contact, now);
        let outcome = match request.map(|request| self.agent.run(request)) {
            Ok(Ok(answer)) => judge(answer.status(), answer.headers()),
            Ok(Err(error)) => {
                tracing::info!(error = causes(&error), "a push service could not be reached");
                Outcome::Later(None)
            }
            Err(malformed) => {
                tracing::error!(error = causes(&malformed), "a push could not be written");
                Outcome::Refused(0)
            }
        };
        tracing::info!(?reason, ?outcome, "pushed to a device");
        self.remember(to, outcome, now)?;
        Ok(outcome)
    }
}

/// RFC 8030, 5 and 7.3.
fn judge(status: StatusCode, headers: &HeaderMap) -> Outcome {
    match status.as_u16() {
        200..=299 => Outcome::Taken,
        404 | 410 => Outcome::Gone,
        408 | 429 | 500..=599 => {
            let seconds =
                headers.get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
            Outcome::Later(seconds.map(SignedDuration::from_secs))
        }
        status => Outcome::Refused(status),
    }
}

/// The wait after so many failures in a row, and at least what the service asked for.
fn wait(failures: u32, asked: Option<SignedDuration>) -> SignedDuration {
    let backoff = FIRST_WAIT * 2_i32.pow(failures.min(7));
    asked.unwrap_or_default().max(backoff).min(LONGEST_WAIT)
}

impl State {
    /// Pushes to every device for which it is time. Says to how many.
    pub fn push_due(&self, now: Timestamp) -> Result<usize, IndexError> {
        self.pushes.push_due(self, now)
    }
}

/// As long as the server runs.
pub(crate) async fn keep(state: State) {
    // Devices whose server was away for a day get the time to say that they are there.
    let mut look = tokio::time::interval_at(Instant::now() + FIRST_LOOK_AFTER, LOOK_EVERY);
    loop {
        look.tick().await;
        let pushing = state.clone();
        if let Err(error) = blocking(move || pushing.push_due(Timestamp::now())).await {
            tracing::error!(?error, "could not push to the devices");
        }
    }
}

/// Pushes to one device after a while, so that its person can close the app meanwhile.
pub(crate) async fn try_one(state: &State, session: String, after: Duration) -> Result<Outcome, AppError> {
    tokio::time::sleep(after).await;
    let contact = contact(state);
    let outcome = state.blocking(move |parts| {
        let now = Timestamp::now();
        let one = parts.pushes.of(&session)?;
        one.map_or(Ok(Outcome::Gone), |one| parts.pushes.push(&one, Reason::Asked, &contact, now))
    });
    outcome.await
}

/// Whom the push service may write to about us (RFC 8292, 2.1).
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
            assert_eq!(judge(StatusCode::from_u16(status).unwrap(), &HeaderMap::new()), outcome, "{status}");
        }
        let headers = HeaderMap::from_iter([(header::RETRY_AFTER, "120".parse().unwrap())]);
        let later = Outcome::Later(Some(SignedDuration::from_secs(120)));
        assert_eq!(judge(StatusCode::TOO_MANY_REQUESTS, &headers), later);
    }

    #[test]
    fn waits_grow_to_a_day_and_heed_what_the_service_asks_for() {
        let minutes = |failures, asked| wait(failures, asked).as_mins();
        assert_eq!(
            [0, 1, 2, 6, 7, 99].map(|failures| minutes(failures, None)),
            [15, 30, 60, 960, 1440, 1440]
        );
        assert_eq!(minutes(0, Some(SignedDuration::from_hours(3))), 180);
        assert_eq!(minutes(0, Some(SignedDuration::from_hours(900))), 1440);
    }
}
