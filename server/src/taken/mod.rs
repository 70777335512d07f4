//! When a photo or video was taken: the date that its own metadata give, else a date in its name.
//!
//! The bytes are untrusted: what one file can cost is limited, and nothing that they say is believed without a check. A
//! date that cannot be is as if it were not there.

mod file;
mod limited;
mod name;
mod text;
mod tiff;
mod xmp;

use std::io::{Read, Seek};

use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};
use jiff::{SignedDuration, Timestamp, ToSpan};

use file::Dates;
use name::Named;
use text::Shown;
use xmp::Xmp;

/// When it was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub instant: Timestamp,
    /// What a clock showed where it was taken. Without a known offset from UTC, `instant` is this time in UTC.
    pub local: DateTime,
    pub from: Origin,
    /// The clock of the camera was probably never set.
    pub is_doubtful: bool,
}

/// Where a date comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Sidecar,
    Exif,
    Xmp,
    QuickTime,
    Name,
    /// No date in the file or its name: what the client said, which is the time of its last change.
    Client,
}

/// Raised whenever the rules change, so that what is kept is dated anew.
pub const RULES: u32 = 1;

/// The first photograph was taken in 1826. Scans of old ones are often dated by hand.
const FIRST_YEAR: i16 = 1826;
/// Clocks may be a little ahead, and the far side of the world is a day ahead.
const AHEAD_DAYS: i64 = 2;
/// Video began to be recorded to files later than this. A header without a date says 1904.
const FIRST_FILM_YEAR: i16 = 1985;
/// QuickTime counts from 1904. Some cameras count from 1970 instead.
const FROM_1904_TO_1970: SignedDuration = SignedDuration::from_secs(2_082_844_800);
/// The largest distance from UTC that is in use.
const FARTHEST: SignedDuration = SignedDuration::from_hours(14);

impl Taken {
    /// Judged by the file's bytes, its name and its sidecar. `None` if none of them has a date.
    pub fn of<R: Read + Seek>(
        file: R,
        sidecar: Option<impl Read>,
        name: &str,
        now: Timestamp,
    ) -> Option<Taken> {
        let latest = (now + (24 * AHEAD_DAYS).hours()).to_zoned(TimeZone::UTC).date();
        let inside = file::dates(file);
        let sidecar = sidecar.map(file::sidecar).unwrap_or_default();
        let named = name::date(name, latest);
        let dates = candidates(&inside, &sidecar, named);
        dates.into_iter().find_map(|(from, shown)| taken(from, shown?, latest))
    }

    /// How far the clock of the place was ahead of UTC.
    pub fn offset_hours(&self) -> f64 {
        let utc = Offset::UTC.to_datetime(self.instant);
        self.local.duration_since(utc).as_secs_f64() / 3600.0
    }

    /// Whether `local` is what a clock showed there. A film in UTC, or a file's time of change, does not tell.
    pub fn is_local_known(&self) -> bool {
        match self.from {
            Origin::Client => false,
            Origin::QuickTime => self.offset_hours() != 0.0,
            Origin::Sidecar | Origin::Exif | Origin::Xmp | Origin::Name => true,
        }
    }

    /// The same day with the client's time, if only a name told the day and the client's date is on it.
    #[must_use]
    pub fn at_time_of(self, said: Timestamp) -> Taken {
        let local = said.to_zoned(TimeZone::UTC).datetime();
        let is_noon = self.local.time() == Time::constant(12, 0, 0, 0);
        if self.from == Origin::Name && is_noon && local.date() == self.local.date() {
            return Taken { instant: said, local, ..self };
        }
        self
    }

    /// Whether the file's own metadata give the date.
    pub fn is_from_file(&self) -> bool {
        match self.from {
            Origin::Sidecar | Origin::Exif | Origin::Xmp | Origin::QuickTime => true,
            Origin::Name | Origin::Client => false,
        }
    }

    /// The date that the client sent, for want of a better one.
    pub fn said_by_client(instant: Timestamp) -> Taken {
        let local = instant.to_zoned(TimeZone::UTC).datetime();
        Taken { instant, local, from: Origin::Client, is_doubtful: false }
    }
}

impl Origin {
    /// As the index has it.
    pub(crate) fn text(self) -> &'static str {
        match self {
            Origin::Sidecar => "sidecar",
            Origin::Exif => "exif",
            Origin::Xmp => "xmp",
            Origin::QuickTime => "quicktime",
            Origin::Name => "name",
            Origin::Client => "client",
        }
    }

    pub(crate) fn from_text(text: &str) -> Origin {
        let all = [Origin::Sidecar, Origin::Exif, Origin::Xmp, Origin::QuickTime, Origin::Name];
        all.into_iter().find(|origin| origin.text() == text).unwrap_or(Origin::Client)
    }
}

/// The dates, the most trustworthy first.
fn candidates(inside: &Dates, sidecar: &Xmp, named: Option<Named>) -> [(Origin, Option<Shown>); 10] {
    let iso = |text: &Option<String>| text.as_deref().and_then(text::iso);
    let clock = named.filter(|named| named.time.is_some()).map(Named::local);
    [
        (Origin::Sidecar, iso(&sidecar.original)),
        (Origin::Sidecar, iso(&sidecar.created)),
        (Origin::Exif, inside.original),
        (Origin::QuickTime, inside.film.and_then(|film| film_date(film, clock))),
        (Origin::Xmp, iso(&inside.xmp.original)),
        (Origin::Xmp, iso(&inside.xmp.created)),
        (Origin::Exif, inside.digitized),
        (Origin::Xmp, iso(&inside.xmp.digitized)),
        (Origin::Sidecar, iso(&sidecar.digitized)),
        (Origin::Name, named.map(|named| Shown { local: named.local(), offset: None })),
    ]
}

/// Most films have their date in UTC. Phones name a film by the clock of the place, which tells the local time.
fn film_date(film: Shown, clock: Option<DateTime>) -> Option<Shown> {
    if film.offset != Some(Offset::UTC) {
        return Some(film).filter(|film| film.local.year() >= FIRST_FILM_YEAR);
    }
    let early = film.local.year() < FIRST_FILM_YEAR;
    let utc = if early { film.local.checked_add(FROM_1904_TO_1970).ok()? } else { film.local };
    // A header without a date counts from neither year.
    if utc.year() < FIRST_FILM_YEAR {
        return None;
    }
    let ahead = |local: DateTime| local.duration_since(utc);
    let local = clock.filter(|local| ahead(*local).abs() <= FARTHEST).unwrap_or(utc);
    // Names are a few seconds off, offsets are not.
    let quarters = (ahead(local).as_secs() + 450).div_euclid(900);
    let offset = Offset::from_seconds(i32::try_from(quarters * 900).ok()?).ok()?;
    let local = offset.to_datetime(Offset::UTC.to_timestamp(utc).ok()?);
    Some(Shown { local, offset: Some(offset) })
}

fn taken(from: Origin, Shown { local, offset }: Shown, latest: Date) -> Option<Taken> {
    if local.year() < FIRST_YEAR || local.date() > latest {
        return None;
    }
    let instant = offset.unwrap_or(Offset::UTC).to_timestamp(local).ok()?;
    Some(Taken { instant, local, from, is_doubtful: is_clock_at_its_start(local) })
}

/// Whether a camera whose clock was never set shows this time.
fn is_clock_at_its_start(local: DateTime) -> bool {
    let date = local.date();
    let starts = [Date::constant(1904, 1, 1), Date::constant(1970, 1, 1), Date::constant(1980, 1, 1)];
    let is_first_hour_of_2000 = date == Date::constant(2000, 1, 1) && local.hour() == 0;
    starts.contains(&date) || is_first_hour_of_2000
}
