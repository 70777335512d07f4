//! Words for restoring a folder.

use super::numbers::{bytes, count, files, plural};

/// The result of comparing a folder on the disk with the server.
pub struct Looked<'a> {
    pub folder: &'a str,
    pub missing: u64,
    /// The total size of the missing files.
    pub bytes: u64,
    pub there: u64,
    pub differing: u64,
    /// No longer on the server.
    pub lost: u64,
    /// Cannot be written under their names.
    pub impossible: u64,
}

pub fn looked(looked: &Looked) -> Vec<String> {
    let Looked { folder, missing, there, differing, lost, impossible, .. } = *looked;
    let others = differing + lost + impossible;
    let first = match (missing, there) {
        (0, _) if others > 0 => {
            format!("Nothing that could be restored is missing in “{folder}”. {}", are_there(there))
        }
        (0, _) => format!("Nothing is missing in “{folder}”. {}", are_there(there)),
        (_, 0) if others == 0 => {
            format!("“{folder}” is missing all {} ({}).", files(missing), bytes(looked.bytes))
        }
        _ => format!(
            "“{folder}” is missing {} ({}). {}",
            files(missing),
            bytes(looked.bytes),
            are_there(there)
        ),
    };
    let others = [
        (
            differing,
            "has different contents and is not changed",
            "have different contents and are not changed",
        ),
        (lost, "is no longer on your server", "are no longer on your server"),
        (impossible, "has a name that this disk does not allow", "have names that this disk does not allow"),
    ];
    let others = others.into_iter().filter(|(number, ..)| *number > 0);
    let others = others
        .map(|(number, one, many)| format!("{} {}.", files(number), if number == 1 { one } else { many }));
    std::iter::once(first.trim_end().to_owned()).chain(others).collect()
}

fn are_there(there: u64) -> String {
    match there {
        0 => String::new(),
        _ => plural(there, "file is already there.", "files are already there."),
    }
}

/// How a restore ended.
pub fn restored(written: u64, wanted: u64, failed: u64) -> String {
    let done = if written == 1 {
        "1 file was restored, byte for byte.".to_owned()
    } else {
        format!("{} were restored, byte for byte.", files(written))
    };
    match (wanted.saturating_sub(written + failed), failed) {
        (0, 0) => done,
        (0, _) => format!("{done} {} could not be written:", files(failed)),
        (left, 0) => format!("{done} Stopped: {} still missing.", is_or_are(left)),
        (left, _) => {
            format!(
                "{done} Stopped: {} still missing, and {} could not be written:",
                is_or_are(left),
                files(failed)
            )
        }
    }
}

fn is_or_are(left: u64) -> String {
    plural(left, "file is", "files are")
}

/// What a device's folder held.
pub fn contents(held: u64, gone: u64) -> String {
    let held = files(held);
    if gone == 0 { held } else { format!("{held}, and {} that are gone", count(gone)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Looked<'static> =
        Looked { folder: "Pictures", missing: 0, bytes: 0, there: 0, differing: 0, lost: 0, impossible: 0 };

    #[test]
    fn missing_files_are_stated_with_their_size() {
        let table = [
            (
                Looked { missing: 2, bytes: 3_000_000, ..NOTHING },
                "“Pictures” is missing all 2 files (3.0 MB).",
            ),
            (
                Looked { missing: 1, bytes: 900, there: 1, ..NOTHING },
                "“Pictures” is missing 1 file (900 B). 1 file is already there.",
            ),
            (Looked { missing: 1, bytes: 900, lost: 1, ..NOTHING }, "“Pictures” is missing 1 file (900 B)."),
            (
                Looked { there: 1204, ..NOTHING },
                "Nothing is missing in “Pictures”. 1,204 files are already there.",
            ),
        ];
        for (found, sentence) in table {
            assert_eq!(looked(&found)[0], sentence);
        }
    }

    #[test]
    fn files_that_cannot_be_restored_are_stated_too() {
        let found = Looked { there: 5, differing: 1, lost: 2, impossible: 3, ..NOTHING };
        let sentences = [
            "Nothing that could be restored is missing in “Pictures”. 5 files are already there.",
            "1 file has different contents and is not changed.",
            "2 files are no longer on your server.",
            "3 files have names that this disk does not allow.",
        ];
        assert_eq!(looked(&found), sentences);
    }

    #[test]
    fn the_numbers_of_a_restore_add_up() {
        let table = [
            (2, 2, 0, "2 files were restored, byte for byte."),
            (1, 2, 1, "1 file was restored, byte for byte. 1 file could not be written:"),
            (0, 3, 0, "0 files were restored, byte for byte. Stopped: 3 files are still missing."),
            (
                1,
                4,
                1,
                "1 file was restored, byte for byte. Stopped: 2 files are still missing, and 1 \
                 file could not be written:",
            ),
        ];
        for (written, wanted, failed, sentence) in table {
            assert_eq!(restored(written, wanted, failed), sentence);
        }
    }

    #[test]
    fn a_folder_is_described_by_its_contents() {
        assert_eq!(contents(12, 0), "12 files");
        assert_eq!(contents(1, 3), "1 file, and 3 that are gone");
    }
}
