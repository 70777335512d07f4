//! Times of day, as time inputs write them.

const MINUTES_A_DAY: i32 = 24 * 60;

/// Parses "22:05".
pub fn minute_of(time: &str) -> Option<u16> {
    let (hour, minute) = time.split_once(':')?;
    Some(hour.parse::<u16>().ok()? * 60 + minute.get(..2)?.parse::<u16>().ok()?)
}

pub fn time_of(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

pub fn local_minute(utc: u16) -> u16 {
    shifted(utc, browser::window::minutes_ahead_of_utc())
}

pub fn utc_minute(local: u16) -> u16 {
    shifted(local, -browser::window::minutes_ahead_of_utc())
}

fn shifted(minute: u16, by: i16) -> u16 {
    (i32::from(minute) + i32::from(by)).rem_euclid(MINUTES_A_DAY) as u16
}
