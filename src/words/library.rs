//! Words for the photos on the server.

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The formats that every supported browser can display.
const SHOWN: [&str; 8] = ["jpg", "jpeg", "png", "webp", "gif", "avif", "bmp", "svg"];

/// The month of a date such as `2024-05-01`: "May 2024".
pub fn month_of(start: &str) -> String {
    let mut parts = start.split('-');
    let year = parts.next().unwrap_or_default();
    let month = parts
        .next()
        .and_then(|month| month.parse::<usize>().ok())
        .and_then(|month| MONTHS.get(month.wrapping_sub(1)));
    month.map_or_else(|| start.into(), |month| format!("{month} {year}"))
}

/// Shown in place of a picture.
pub fn kind_of(name: &str) -> String {
    extension(name).to_ascii_uppercase()
}

pub fn is_shown_by_browsers(name: &str) -> bool {
    SHOWN.contains(&extension(name).to_ascii_lowercase().as_str())
}

fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_is_called_by_its_name() {
        let table = [
            ("2024-05-01", "May 2024"),
            ("1969-12-01", "December 1969"),
            ("2024-13-01", "2024-13-01"),
            ("", ""),
        ];
        for (start, name) in table {
            assert_eq!(month_of(start), name);
        }
    }

    #[test]
    fn a_file_without_a_picture_shows_its_kind() {
        assert_eq!([kind_of("IMG.heic"), kind_of("clip.MP4"), kind_of("none")], ["HEIC", "MP4", ""]);
        assert!(is_shown_by_browsers("a.JPG") && !is_shown_by_browsers("a.dng"));
    }
}
