//! A date in a file's name, if it is beyond doubt: `IMG_20240501_103000.jpg`, `2024-05-01 10.30.00.png`,
//! `IMG-20240501-WA0001.jpg`.

use jiff::civil::{Date, DateTime, Time};

/// Digital cameras are older than this, but names from before hold counters more often than dates.
const FIRST_YEAR: i16 = 1990;

/// A date, and the time if the name has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Named {
    pub date: Date,
    pub time: Option<Time>,
}

impl Named {
    /// Noon if there is no time: then the day stays the same in most of the world.
    pub(super) fn local(self) -> DateTime {
        self.date.to_datetime(self.time.unwrap_or_else(|| Time::constant(12, 0, 0, 0)))
    }
}

/// `latest` is a day that no photo can be later than.
pub(super) fn date(name: &str, latest: Date) -> Option<Named> {
    let digits: Vec<Run<'_>> = runs(name);
    let mut found = digits.iter().enumerate().filter_map(|(at, _)| date_at(&digits[at..], latest));
    let first = found.next()?;
    // Two different dates: nobody knows which one is meant.
    found.all(|other| other.date == first.date).then_some(first)
}

/// Digits, and the text before and after them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Run<'a> {
    gap: &'a str,
    digits: &'a str,
    after: &'a str,
}

fn runs(name: &str) -> Vec<Run<'_>> {
    let mut all = Vec::new();
    let mut rest = name;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_digit()) {
        let (gap, from) = rest.split_at(start);
        let end = from.find(|letter: char| !letter.is_ascii_digit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        all.push(Run { gap, digits, after });
        rest = after;
    }
    all
}

fn date_at(runs: &[Run<'_>], latest: Date) -> Option<Named> {
    let (date, rest) = match runs {
        // 20240501
        [first, rest @ ..] if first.digits.len() == 8 => (compact_date(first.digits)?, rest),
        // 20240501103000
        [first] if first.digits.len() == 14 => {
            let (day, clock) = first.digits.split_at(8);
            return Some(Named {
                date: plausible(compact_date(day)?, latest)?,
                time: Some(compact_time(clock)?),
            });
        }
        // 2024-05-01
        [year, month, day, rest @ ..]
            if [year, month, day].map(|run| run.digits.len()) == [4, 2, 2]
                && month.gap == day.gap
                && matches!(month.gap, "-" | "_" | ".") =>
        {
            let numbers = (year.digits.parse().ok()?, month.digits.parse().ok()?, day.digits.parse().ok()?);
            (Date::new(numbers.0, numbers.1, numbers.2).ok()?, rest)
        }
        _ => return None,
    };
    Some(Named { date: plausible(date, latest)?, time: time_after(rest) })
}

fn plausible(date: Date, latest: Date) -> Option<Date> {
    (date.year() >= FIRST_YEAR && date <= latest).then_some(date)
}

fn compact_date(digits: &str) -> Option<Date> {
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i16>().ok();
    Date::new(number(0, 4)?, i8::try_from(number(4, 6)?).ok()?, i8::try_from(number(6, 8)?).ok()?).ok()
}

fn compact_time(digits: &str) -> Option<Time> {
    let number = |from: usize, to: usize| digits.get(from..to)?.parse::<i8>().ok();
    Time::new(number(0, 2)?, number(2, 4)?, number(4, 6)?, 0).ok()
}

/// `_103000`, `-103000123`, ` 10.30.00` or ` at 10.30.00`.
fn time_after(runs: &[Run<'_>]) -> Option<Time> {
    let joins = |gap: &str| matches!(gap, "_" | "-" | " " | "T" | " at " | "_at_" | "." | ", ");
    match runs {
        [first, ..] if joins(first.gap) && matches!(first.digits.len(), 6 | 9) => compact_time(first.digits),
        [hour, minute, second, ..]
            if joins(hour.gap)
                && minute.gap == second.gap
                && matches!(minute.gap, "-" | "." | "_" | ":")
                && [hour, minute, second].map(|run| run.digits.len()) == [2, 2, 2] =>
        {
            let number = |run: &Run<'_>| run.digits.parse::<i8>().ok();
            let hour = of_the_day(number(hour)?, second.after)?;
            Time::new(hour, number(minute)?, number(second)?, 0).ok()
        }
        _ => None,
    }
}

/// The hour, if the text behind the time says which half of the day is meant.
fn of_the_day(hour: i8, after: &str) -> Option<i8> {
    // Some systems write a space that is not ASCII.
    let half = after.trim_start().get(..2).map(str::to_ascii_lowercase);
    match (half.as_deref(), hour) {
        (Some("am" | "pm"), 13..) => None,
        (Some("am"), 12) => Some(0),
        (Some("pm"), 1..=11) => Some(hour + 12),
        _ => Some(hour),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_in_a_name_counts_only_if_it_is_beyond_doubt() {
        let table = [
            ("IMG_20240501_103000.jpg", Some("2024-05-01T10:30:00")),
            ("PXL_20240501_103000123.MP.jpg", Some("2024-05-01T10:30:00")),
            ("20240501_103000.jpg", Some("2024-05-01T10:30:00")),
            ("20240501103000.jpg", Some("2024-05-01T10:30:00")),
            ("2024-05-01 10.30.00.png", Some("2024-05-01T10:30:00")),
            ("Screenshot_2024-05-01-10-30-00.png", Some("2024-05-01T10:30:00")),
            ("WhatsApp Image 2024-05-01 at 10.30.00.jpeg", Some("2024-05-01T10:30:00")),
            ("WhatsApp Image 2024-05-01 at 10.30.00 PM.jpeg", Some("2024-05-01T22:30:00")),
            ("Screenshot 2024-05-01 at 12.30.00\u{202f}AM.png", Some("2024-05-01T00:30:00")),
            ("IMG-20240501-WA0001.jpg", Some("2024-05-01T12:00:00")),
            ("dji_fly_20230207_photo", Some("2023-02-07T12:00:00")),
            ("20240501_103000 (2024-05-01).jpg", Some("2024-05-01T10:30:00")),
            ("DSC_20240531.jpg", Some("2024-05-31T12:00:00")),
            ("IMG_20241301_103000.jpg", None),
            ("IMG_20240501_20240502.jpg", None),
            ("IMG_20990101.jpg", None),
            ("IMG_19010101.jpg", None),
            ("DSC_1234.jpg", None),
            ("123456789.jpg", None),
            ("photo 2024.jpg", None),
            ("", None),
        ];
        for (name, expected) in table {
            let found = date(name, Date::constant(2026, 12, 31)).map(|named| named.local().to_string());
            assert_eq!(found.as_deref(), expected, "{name}");
        }
    }
}
