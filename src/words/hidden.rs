//! Sentences about files that the browser hides from web apps.

use super::numbers::plural;

/// What was found in a folder.
pub fn found(files: u64) -> String {
    let names = plural(files, "file", "files");
    let (has, is) = if files == 1 { ("has a name", "is") } else { ("have names", "are") };
    format!("{names} here {has} that your browser hides from web apps, and {is} not backed up.")
}

/// What to do about it. `readable` files can be uploaded now.
pub fn advice(readable: u64) -> &'static str {
    if readable > 0 {
        "They can be uploaded now, while this page is open. Rename them if Safelight is to notice later changes too: a \
            name must not contain \" * : < > ? | \\, begin with a space or ~, or end with a space or a dot."
    } else {
        "Rename them, so that Safelight can back them up by itself: a name must not contain \" * : < > ? | \\, begin \
            with a space or ~, or end with a space or a dot. Or choose the folder again, to upload them as they are."
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_file_and_several_are_told_of() {
        assert_eq!(
            found(1),
            "1 file here has a name that your browser hides from web apps, and is not backed up."
        );
        assert!(found(16).starts_with("16 files here have names"));
    }

    #[test]
    fn the_advice_says_what_can_be_done_now() {
        assert!(advice(3).starts_with("They can be uploaded now"));
        assert!(advice(0).ends_with("to upload them as they are."));
    }
}
