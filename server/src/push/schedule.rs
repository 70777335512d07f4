//! When to push to a device. Each push must show a notification, so there are few.

use jiff::{SignedDuration, Timestamp};
use protocol::safelight::PushReason;

use super::Subscription;

const DAY: SignedDuration = SignedDuration::from_hours(24);
/// If a time of day was missed by more than this, for example because the server was off, the push waits for
/// the next day.
const LATE: SignedDuration = SignedDuration::from_hours(2);

/// Whether a push is due, and why.
pub(super) fn due(one: &Subscription, last_used: Timestamp, now: Timestamp) -> Option<PushReason> {
    if one.held || now < one.not_before {
        return None;
    }
    let quiet_since =
        |at: Option<Timestamp>, time: SignedDuration| at.is_none_or(|at| now.duration_since(at) >= time);
    let missed = one.daily_at.map(|minute| time_since(minute, now));
    let is_time = |missed| {
        let chosen_before = now.duration_since(one.daily_since) >= missed;
        missed < LATE && chosen_before && quiet_since(one.pushed, missed + SignedDuration::from_secs(1))
    };
    if missed.is_some_and(is_time) {
        return Some(PushReason::Daily);
    }
    // A daily push that is due soon is enough.
    let is_soon = missed.is_some_and(|missed| DAY - missed < LATE);
    let is_silent = quiet_since(Some(last_used), DAY) && quiet_since(one.pushed, DAY);
    (is_silent && !is_soon).then_some(PushReason::Silent)
}

/// The time since it was last this minute of the day (UTC).
fn time_since(minute: u16, now: Timestamp) -> SignedDuration {
    let of_day = SignedDuration::from_secs(now.as_second().rem_euclid(DAY.as_secs()));
    let since = of_day - SignedDuration::from_mins(i64::from(minute));
    if since.is_negative() { since + DAY } else { since }
}

#[cfg(test)]
mod tests {
    use super::super::subscription::tests::subscription;
    use super::*;

    #[test]
    fn a_silent_device_gets_one_push_a_day() {
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        let now = at("2026-05-03T12:00:00Z");
        let one = |pushed: Option<&str>| Subscription { pushed: pushed.map(at), ..subscription() };
        let table = [
            (one(None), "2026-05-02T12:00:01Z", None),
            (one(None), "2026-05-02T11:59:59Z", Some(PushReason::Silent)),
            (one(Some("2026-05-02T12:00:01Z")), "2026-04-01T00:00:00Z", None),
            (one(Some("2026-05-02T11:59:59Z")), "2026-04-01T00:00:00Z", Some(PushReason::Silent)),
        ];
        for (one, last_used, reason) in table {
            assert_eq!(due(&one, at(last_used), now), reason, "{last_used}, {:?}", one.pushed);
        }
        let held = Subscription { held: true, ..one(None) };
        assert_eq!(due(&held, at("2026-04-01T00:00:00Z"), now), None);
        let daily_soon = Subscription { daily_at: Some(13 * 60), ..one(None) };
        assert_eq!(due(&daily_soon, at("2026-04-01T00:00:00Z"), now), None);
        let waits = Subscription { not_before: at("2026-05-03T12:00:01Z"), ..one(None) };
        assert_eq!(due(&waits, at("2026-04-01T00:00:00Z"), now), None);
    }

    #[test]
    fn the_chosen_time_of_day_comes_once_and_not_hours_late() {
        let at = |time: &str| time.parse::<Timestamp>().unwrap();
        let at_nine = |pushed: Option<&str>| Subscription {
            daily_at: Some(9 * 60),
            pushed: pushed.map(at),
            ..subscription()
        };
        let table = [
            (None, "2026-05-03T08:59:00Z", None),
            (None, "2026-05-03T09:00:00Z", Some(PushReason::Daily)),
            (None, "2026-05-03T10:59:00Z", Some(PushReason::Daily)),
            (None, "2026-05-03T11:01:00Z", None),
            (Some("2026-05-03T09:00:00Z"), "2026-05-03T09:01:00Z", None),
            (Some("2026-05-02T09:00:00Z"), "2026-05-03T09:00:00Z", Some(PushReason::Daily)),
        ];
        for (pushed, now, reason) in table {
            assert_eq!(due(&at_nine(pushed), at(now), at(now)), reason, "{now}, {pushed:?}");
        }
        let chosen = |at_time: &str| Subscription { daily_since: at(at_time), ..at_nine(None) };
        let now = at("2026-05-03T09:40:00Z");
        assert_eq!(due(&chosen("2026-05-03T09:30:00Z"), now, now), None, "it was over when it was chosen");
        assert_eq!(due(&chosen("2026-05-03T08:30:00Z"), now, now), Some(PushReason::Daily));
    }
}
