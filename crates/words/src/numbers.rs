//! Numbers as people read them.

/// "1,234".
pub fn count(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> =
        digits.as_bytes().rchunks(3).rev().filter_map(|group| std::str::from_utf8(group).ok()).collect();
    groups.join(",")
}

/// "1 file", "1,234 files".
pub fn files(number: u64) -> String {
    plural(number, "file", "files")
}

/// "1 thing", "2 things".
pub fn plural(number: u64, one: &str, many: &str) -> String {
    format!("{} {}", count(number), if number == 1 { one } else { many })
}

/// "812 kB", "1.4 GB": powers of a thousand, the units in which drives are sold and systems other than Windows count.
pub fn bytes(number: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    if number < 1000 {
        return format!("{number} B");
    }
    // Integer arithmetic: formatting fractions would add 6 KB of code.
    let mut scale: u64 = 1;
    let mut unit = "B";
    for larger in UNITS {
        if number.saturating_mul(2) < 1999 * scale {
            break;
        }
        scale *= 1000;
        unit = larger;
    }
    let rounded = |number: u64| number.saturating_add(scale / 2) / scale;
    match rounded(number.saturating_mul(10)) {
        tenths @ ..100 => format!("{}.{} {unit}", tenths / 10, tenths % 10),
        _ => format!("{} {unit}", rounded(number)),
    }
}

/// "less than a minute", "about 3 minutes", "about 2 hours": no more precise than an estimate can be.
pub fn duration(seconds: u64) -> String {
    match seconds {
        0..=50 => "less than a minute".into(),
        51..=5_400 => format!("about {}", plural(seconds.div_ceil(60), "minute", "minutes")),
        5_401..=129_600 => format!("about {}", plural((seconds + 1_800) / 3_600, "hour", "hours")),
        _ => format!("about {}", plural((seconds + 43_200) / 86_400, "day", "days")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!([count(0), count(999), count(1000), count(1_234_567)], ["0", "999", "1,000", "1,234,567"]);
        assert_eq!([files(1), files(0)], ["1 file", "0 files"]);
    }

    #[test]
    fn bytes_keep_two_digits_that_matter() {
        let table = [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1.0 kB"),
            (52_400, "52 kB"),
            (999_600, "1.0 MB"),
            (2_147_483_648, "2.1 GB"),
            (9_949_999, "9.9 MB"),
            (9_950_000, "10 MB"),
            (1_234_567_000_000_000, "1.2 PB"),
        ];
        for (number, text) in table {
            assert_eq!(bytes(number), text);
        }
    }

    #[test]
    fn durations_are_worded_as_estimates() {
        let table = [
            (0, "less than a minute"),
            (61, "about 2 minutes"),
            (7_200, "about 2 hours"),
            (200_000, "about 2 days"),
        ];
        for (seconds, text) in table {
            assert_eq!(duration(seconds), text);
        }
    }
}
