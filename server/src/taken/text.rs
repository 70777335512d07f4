//! Dates as files write them.

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::Offset;

/// What a clock showed, and how far it was ahead of UTC if that is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Shown {
    pub local: DateTime,
    pub offset: Option<Offset>,
}

/// The largest distance from UTC that is in use, in minutes.
const MOST_OFFSET_MINUTES: i32 = 14 * 60;

/// `YYYY-MM-DDTHH:MM[:SS[.fff]][offset]`, or with `:` and ` ` instead. A day without a time is no time of capture.
pub(super) fn iso(text: &str) -> Option<Shown> {
    let text = text.trim();
    let (day, rest) = text.split_at_checked(10)?;
    let mut parts = day.split([':', '-', '/', '.']);
    let date =
        Date::new(number(parts.next()?, 4)?, number(parts.next()?, 2)?, number(parts.next()?, 2)?).ok()?;
    let rest = rest.strip_prefix(['T', 't', ' '])?.trim_start();
    let end = rest.find(['+', '-', 'Z', 'z']).unwrap_or(rest.len());
    let (clock, zone) = rest.split_at(end);
    let local = date.to_datetime(time(clock.trim_end())?);
    Some(Shown { local, offset: offset(zone) })
}

fn time(text: &str) -> Option<Time> {
    let (clock, fraction) =
        text.split_once(['.', ',']).map_or((text, None), |(clock, rest)| (clock, Some(rest)));
    let mut parts = clock.split(':');
    let (hour, minute) = (number(parts.next()?, 2)?, number(parts.next()?, 2)?);
    let second = parts.next().map_or(Some(0), |second| number(second, 2))?;
    Time::new(hour, minute, second, fraction.and_then(nanoseconds).unwrap_or(0)).ok()
}

/// Digits behind a decimal point.
fn nanoseconds(digits: &str) -> Option<i32> {
    let digits = digits.trim();
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<9}").get(..9)?.parse().ok()
}

/// `Z`, `+02:00`, `+0200` or `+2`.
pub(super) fn offset(text: &str) -> Option<Offset> {
    let text = text.trim();
    if text.eq_ignore_ascii_case("z") {
        return Some(Offset::UTC);
    }
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = match rest.split_once(':') {
        Some((hours, minutes)) => (hours, minutes),
        None if rest.len() == 4 => rest.split_at_checked(2)?,
        None => (rest, "0"),
    };
    let minutes: i32 = hours.parse::<u8>().ok().map(i32::from)? * 60 + i32::from(minutes.parse::<u8>().ok()?);
    (minutes <= MOST_OFFSET_MINUTES).then(|| Offset::from_seconds(sign * minutes * 60).ok())?
}

/// A number of at most this many digits, and nothing else.
fn number<T: std::str::FromStr>(text: &str, digits: usize) -> Option<T> {
    let text = text.trim();
    let plain = !text.is_empty() && text.len() <= digits && text.bytes().all(|digit| digit.is_ascii_digit());
    plain.then(|| text.parse().ok())?
}
