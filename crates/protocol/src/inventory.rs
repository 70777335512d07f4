//! The files of a device's folder that the server has: one line for each file, `SHA-1 BYTES PATH`. A line that begins
//! with `-` is for a file that used to be there.

use std::fmt::Write;

use crate::Digest;

/// A file in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub digest: Digest,
    pub bytes: u64,
    /// Relative to the folder, with parts joined by `/`.
    pub path: Box<str>,
    pub standing: Standing,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Held,
    /// The file was deleted, or another file has its name now.
    Gone,
}

const GONE: char = '-';

/// Appends the line of a file that is in the folder.
pub fn write_held(text: &mut String, digest: Digest, bytes: u64, path: &str) {
    // Writing into a string cannot fail.
    _ = write!(text, "{digest} {bytes} ");
    for character in path.chars() {
        match character {
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\r' => text.push_str("\\r"),
            other => text.push(other),
        }
    }
    text.push('\n');
}

impl Entry {
    pub fn write(&self, text: &mut String) {
        if self.standing == Standing::Gone {
            text.push(GONE);
        }
        write_held(text, self.digest, self.bytes, &self.path);
    }

    /// `None` if the line is malformed, or its path leads out of the folder.
    pub fn read(line: &str) -> Option<Entry> {
        let (standing, line) =
            line.strip_prefix(GONE).map_or((Standing::Held, line), |line| (Standing::Gone, line));
        let mut parts = line.splitn(3, ' ');
        let digest = parts.next()?.parse().ok()?;
        let bytes = parts.next()?.parse().ok()?;
        let path = unescaped(parts.next()?)?;
        let is_name = |part: &str| !matches!(part, "" | "." | "..") && !part.contains('\0');
        path.split('/').all(is_name).then(|| Entry { digest, bytes, path: path.into(), standing })
    }

    /// Every line; `None` if one is malformed.
    pub fn read_all(text: &str) -> Option<Vec<Entry>> {
        text.split_terminator('\n').map(Entry::read).collect()
    }
}

fn unescaped(text: &str) -> Option<String> {
    let mut characters = text.chars();
    let mut path = String::with_capacity(text.len());
    while let Some(character) = characters.next() {
        path.push(match character {
            '\\' => match characters.next()? {
                '\\' => '\\',
                'n' => '\n',
                'r' => '\r',
                _ => return None,
            },
            other => other,
        });
    }
    Some(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "a9993e364706816aba3e25717850c26c9cd0d89d";

    #[test]
    fn what_is_written_is_read_again() {
        for path in ["a.jpg", "2024/May/é 日.jpg", "with space .jpg", "a\\b\nc\r.jpg", "-a.jpg", "...jpg"] {
            for standing in [Standing::Held, Standing::Gone] {
                let entry =
                    Entry { digest: ABC.parse().unwrap(), bytes: u64::MAX, path: path.into(), standing };
                let mut text = String::new();
                entry.write(&mut text);
                assert_eq!(Entry::read_all(&text), Some(vec![entry]), "{text:?}");
            }
        }
        assert_eq!(Entry::read_all(""), Some(vec![]));
    }

    #[test]
    fn a_malformed_line_is_refused() {
        let after =
            [" 3", " 3 ", " x a.jpg", " -1 a.jpg", " 3 /a", " 3 a/", " 3 a//b", " 3 ../a", " 3 a/./b"];
        for rest in after.into_iter().chain([" 3 a\\x", " 3 a\\", " 3 a\0"]) {
            assert_eq!(Entry::read(&format!("{ABC}{rest}")), None, "{rest:?}");
        }
        assert_eq!(Entry::read("short 3 a.jpg"), None);
        assert_eq!(Entry::read_all(&format!("{ABC} 3 a.jpg\n\n")), None, "an empty line");
    }
}
