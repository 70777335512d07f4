//! The assets of the vault by month. A list of the months alone stays small, however many photos there are.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{ToSpan, civil};
use rusqlite::Connection;

use super::Vault;
use super::assets::{self, Asset};
use crate::index::IndexError;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Month {
    /// The first day of the month, where the photos were taken.
    pub start: Date,
    pub count: u64,
}

impl Vault {
    /// The months that have photos, newest first.
    pub fn months(&self) -> Result<Vec<Month>, IndexError> {
        self.index.read(months)
    }

    /// The photos of the month that begins on this day, newest first.
    pub fn month(&self, start: Date) -> Result<Vec<Asset>, IndexError> {
        let start = start.first_of_month();
        let Ok(end) = start.checked_add(1.month()) else { return Ok(Vec::new()) };
        self.index.read(|index| assets::between(index, midnight(start), midnight(end)))
    }
}

fn months(index: &Connection) -> rusqlite::Result<Vec<Month>> {
    let sql =
        "SELECT strftime('%Y-%m-01', local_at / 1000, 'unixepoch') AS start, count(*) AS count FROM asset
        GROUP BY start ORDER BY min(local_at) DESC";
    let mut statement = index.prepare_cached(sql)?;
    let month = |row: &rusqlite::Row<'_>| {
        let start: Option<String> = row.get(0)?;
        Ok((start.and_then(|start| start.parse::<civil::Date>().ok()), row.get(1)?))
    };
    let months = statement.query_map([], month)?.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(months.into_iter().filter_map(|(start, count)| Some(Month { start: start?, count })).collect())
}

fn midnight(day: Date) -> Timestamp {
    day.to_zoned(TimeZone::UTC).map_or(Timestamp::MAX, |zoned| zoned.timestamp())
}
