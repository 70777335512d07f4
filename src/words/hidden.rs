//! Sentences about files that the browser hides from web apps.

use super::numbers::plural;

/// What was found in a folder.
pub fn found(files: u64) -> String {
    let names = plural(files, "file", "files");
    let (has, is) = if files == 1 { ("has a name", "is") } else { ("have names", "are") };
    format!("{names} here {has} that your browser hides from web apps, and {is} not backed up.")
}

/// What to do about so many files. `readable` of them can be uploaded now.
pub fn advice(readable: u64, files: u64) -> String {
    let it = if files == 1 { "it" } else { "them" };
    let names = "a name must not contain \" * : < > ? | \\ or invisible characters, begin with a space or ~, end with a \
        space or a dot, or be one that Windows reserves, such as CON.jpg.";
    if readable > 0 {
        let can = if readable == 1 { "1 of them can" } else { "They can" };
        let can = if files == 1 { "It can" } else { can };
        format!(
            "{can} be uploaded now, while this page is open. If Safelight is to notice later changes too, rename \
                {it}: {names}"
        )
    } else {
        format!(
            "Rename {it}, then choose the folder again: {names} Or choose it again to upload {it} unchanged."
        )
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
        assert!(advice(1, 1).starts_with("It can be uploaded now"));
        assert!(advice(1, 3).starts_with("1 of them can be uploaded now"));
        assert!(advice(3, 3).starts_with("They can be uploaded now"));
        assert!(advice(0, 1).starts_with("Rename it, then choose the folder again"));
        assert!(advice(0, 2).ends_with("to upload them unchanged."));
    }
}
