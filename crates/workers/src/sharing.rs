//! The names under which shared files are saved. Other apps share files under any name, or under none.

use std::collections::HashSet;

/// What another app says about a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    pub name: String,
    /// A media type such as `image/jpeg`; empty if it is not known.
    pub kind: String,
}

/// A name for each file, in the same order. No two are alike, because the files go into one directory.
pub fn names(files: &[Shared]) -> Vec<String> {
    let mut used = HashSet::new();
    let unused = |(number, file): (usize, &Shared)| {
        let mut name = name(file);
        while !used.insert(name.clone()) {
            name = format!("{number} {name}");
        }
        name
    };
    files.iter().enumerate().map(unused).collect()
}

/// Some apps give no extension; without one, nothing recognises a photo.
fn name(file: &Shared) -> String {
    let name = file.name.replace(['/', '\\'], "_");
    // The browser refuses an empty name and the names `.` and `..`.
    let name = if name.chars().all(|letter| letter == '.') { "shared" } else { &name };
    match extension(&file.kind) {
        Some(extension) if !has_extension(name) => format!("{name}.{extension}"),
        Some(_) | None => name.to_owned(),
    }
}

fn has_extension(name: &str) -> bool {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    name.rsplit_once('.').is_some_and(|(_, end)| !end.is_empty() && end.chars().all(is_word))
}

/// Most media types have the extension as their subtype.
fn extension(kind: &str) -> Option<&str> {
    match kind.rsplit_once('/')?.1 {
        "" => None,
        "quicktime" => Some("mov"),
        "3gpp" => Some("3gp"),
        subtype => Some(subtype),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_and_gets_an_extension_if_it_has_none() {
        let table = [
            (("IMG_1.jpg", "image/jpeg"), "IMG_1.jpg"),
            (("IMG_1.HEIC", ""), "IMG_1.HEIC"),
            (("1000012345", "image/jpeg"), "1000012345.jpeg"),
            (("v1.2 final", "image/png"), "v1.2 final.png"),
            (("clip", "video/quicktime"), "clip.mov"),
            (("clip", "video/3gpp"), "clip.3gp"),
            (("a/b\\c.jpg", "image/jpeg"), "a_b_c.jpg"),
            (("", "image/webp"), "shared.webp"),
            (("..", "image/webp"), "shared.webp"),
            (("", ""), "shared"),
            (("photo.", "image/png"), "photo..png"),
            (("nothing known", ""), "nothing known"),
            (("Bäume.jpg", "image/jpeg"), "Bäume.jpg"),
        ];
        for ((name, kind), kept) in table {
            assert_eq!(names(&[shared(name, kind)]), [kept], "{name} {kind}");
        }
    }

    #[test]
    fn files_with_the_same_name_are_all_kept_even_if_one_has_the_new_name_of_another() {
        let called = ["IMG_1.jpg", "IMG_1.jpg", "1 IMG_1.jpg", "IMG_1.jpg", "IMG_1"];
        let files = called.map(|name| shared(name, "image/jpg"));
        assert_eq!(
            names(&files),
            ["IMG_1.jpg", "1 IMG_1.jpg", "2 1 IMG_1.jpg", "3 IMG_1.jpg", "4 IMG_1.jpg"]
        );
    }

    fn shared(name: &str, kind: &str) -> Shared {
        Shared { name: name.into(), kind: kind.into() }
    }
}
