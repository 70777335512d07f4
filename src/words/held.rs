//! The question about files that were sent to Safelight in a browser tab.

use super::numbers::{count, files};

/// How many names are read out.
const MOST_NAMES: usize = 3;

pub fn question(names: &[String]) -> String {
    let total = names.len();
    let shown: Vec<String> = names.iter().take(MOST_NAMES).map(|name| format!("“{name}”")).collect();
    let mut list = shown.join(", ");
    if total > MOST_NAMES {
        list += &format!(" and {} more", count((total - MOST_NAMES) as u64));
    }
    let (them, was) = if total == 1 { ("it", "was") } else { ("them", "were") };
    let files = files(total as u64);
    format!("{files} {was} sent to Safelight by another page or app: {list}. Add {them} to your backup?")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_question_names_what_it_is_about() {
        let names = |count: usize| (1..=count).map(|number| format!("{number}.jpg")).collect::<Vec<_>>();
        assert_eq!(
            question(&names(1)),
            "1 file was sent to Safelight by another page or app: “1.jpg”. Add it to your backup?"
        );
        assert_eq!(
            question(&names(5)),
            "5 files were sent to Safelight by another page or app: “1.jpg”, “2.jpg”, “3.jpg” and 2 more. Add them \
                to your backup?"
        );
    }
}
