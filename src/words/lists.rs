//! Words for the lists of files.

use engine::{Cause, Filter, Kind, ListOrder};

use super::numbers::{bytes, count, files};
use super::reasons;

pub fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Photo => "Photos only",
        Kind::Video => "Videos only",
    }
}

pub fn order_name(order: ListOrder) -> &'static str {
    match order {
        ListOrder::NewestFirst => "Newest first",
        ListOrder::OldestFirst => "Oldest first",
        ListOrder::ByName => "By name",
        ListOrder::LargestFirst => "Largest first",
    }
}

/// What an empty list says: title and sentence.
pub fn empty(filter: Filter) -> (&'static str, &'static str) {
    match filter {
        Filter::Remaining => (
            "Nothing is waiting",
            "Every file that is to be backed up is protected, or is listed under “Problems”.",
        ),
        Filter::Problems => {
            ("No problems", "Every file that is to be backed up is protected, or is on its way.")
        }
        Filter::Skipped => ("Nothing is skipped", "Every file in your folders is to be backed up."),
        Filter::Hidden => {
            ("No hidden names", "No file is known that your browser hides and that is not protected.")
        }
    }
}

pub fn filtered_to_none() -> (&'static str, &'static str) {
    ("No file matches", "Other words or fewer filters show more.")
}

/// "12 files chosen, 34 MB".
pub fn chosen(number: u64, size: u64) -> String {
    format!("{} chosen, {}", files(number), bytes(size))
}

/// "9 files: Larger than your server takes".
pub fn of_cause(cause: Cause, number: u64) -> String {
    format!("{}: {}", files(number), reasons::cause(cause))
}

/// "Retry 9".
pub fn retry_all_of(number: u64) -> String {
    if number == 1 { "Retry".into() } else { format!("Retry {}", count(number)) }
}

#[cfg(test)]
mod tests {
    use engine::Problem;

    use super::*;

    #[test]
    fn numbers_and_causes_are_told_together() {
        assert_eq!(chosen(1, 2_000_000), "1 file chosen, 2.0 MB");
        let large = Cause::Problem(Problem::TooLargeForServer);
        assert_eq!(of_cause(large, 9), "9 files: Larger than your server takes");
        assert_eq!([retry_all_of(1), retry_all_of(1200)], ["Retry", "Retry 1,200"]);
    }
}
