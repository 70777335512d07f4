//! Makes file names that every system accepts, from whatever a client sends. `place` uses it for originals
//! and sidecars.
//!
//! Invariant: `clean` returns one path component that is never empty and never special to Windows or Unix,
//! and that leaves room for a number and the sidecar's extension.

/// Most file systems allow 255 bytes. A number (` (99999)`) and `.xmp` must still fit after the name.
const MAX_NAME_BYTES: usize = 255 - " (99999)".len() - ".xmp".len();

/// Longer than any photo or video extension. Anything longer counts as part of the name.
const MAX_EXTENSION_BYTES: usize = 16;

/// The name of a file if nothing of its own name is usable.
const NAMELESS: &str = "unnamed";

pub(super) fn clean(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    let allowed: String = last.chars().map(|c| if is_forbidden(c) { '_' } else { c }).collect();
    let (stem, extension) = split(allowed.trim_end_matches([' ', '.']));
    let stem = stem.trim_start_matches([' ', '.']).trim_end_matches([' ', '.']);
    let stem = match stem {
        "" => NAMELESS.to_owned(),
        reserved if is_reserved(reserved) => format!("_{reserved}"),
        _ => stem.to_owned(),
    };
    let short = cut(&stem, MAX_NAME_BYTES - extension.len()).trim_end_matches([' ', '.']);
    format!("{short}{extension}")
}

/// The name for the `number`th file of the same name: `IMG.jpg`, `IMG (2).jpg`, ….
pub(super) fn numbered(name: &str, number: u32) -> String {
    let (stem, extension) = split(name);
    if number < 2 { name.to_owned() } else { format!("{stem} ({number}){extension}") }
}

/// The stem, and the extension with its dot.
fn split(name: &str) -> (&str, &str) {
    match name.rfind('.') {
        Some(dot) if name.len() - dot <= MAX_EXTENSION_BYTES => name.split_at(dot),
        _ => (name, ""),
    }
}

fn is_forbidden(c: char) -> bool {
    c.is_control() || matches!(c, '<' | '>' | ':' | '"' | '|' | '?' | '*')
}

/// Names that Windows reserves for devices, with any extension.
fn is_reserved(stem: &str) -> bool {
    let device = stem.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |prefix: &str| {
        device
            .strip_prefix(prefix)
            .is_some_and(|n| matches!(n.chars().collect::<Vec<_>>()[..], ['0'..='9' | '¹' | '²' | '³']))
    };
    matches!(device.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$")
        || numbered("COM")
        || numbered("LPT")
}

fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_as_far_as_every_system_allows() {
        let table = [
            ("IMG_0001.jpg", "IMG_0001.jpg"),
            ("Ärger im Büro 😀.HEIC", "Ärger im Büro 😀.HEIC"),
            ("日本.jpg", "日本.jpg"),
            ("a/b\\c.jpg", "c.jpg"),
            ("../../etc/passwd.jpg", "passwd.jpg"),
            ("..\\..\\x.png", "x.png"),
            ("..", "unnamed"),
            ("", "unnamed"),
            (" . . ", "unnamed"),
            ("/", "unnamed"),
            (".jpg", "unnamed.jpg"),
            (".hidden.jpg", "hidden.jpg"),
            ("  spaced .jpg", "spaced.jpg"),
            ("dots...jpg", "dots.jpg"),
            ("trailing.jpg. .", "trailing.jpg"),
            ("nul\0inside\n.jpg", "nul_inside_.jpg"),
            ("a:b*c?d\"e<f>g|h.jpg", "a_b_c_d_e_f_g_h.jpg"),
            ("CON", "_CON"),
            ("nul.jpg", "_nul.jpg"),
            ("Com1.tar.jpg", "_Com1.tar.jpg"),
            ("LPT9.jpg", "_LPT9.jpg"),
            ("COM10.jpg", "COM10.jpg"),
            ("console.jpg", "console.jpg"),
        ];
        for (name, cleaned) in table {
            assert_eq!(clean(name), cleaned, "{name:?}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::test_runner::Config { failure_persistence: None, ..Default::default() })]

        #[test]
        fn any_name_becomes_one_that_every_system_allows(name in ".{0,300}", number in 1..99_999_u32) {
            let cleaned = clean(&name);
            assert_eq!(clean(&cleaned), cleaned, "it is clean already");
            let numbered = numbered(&cleaned, number);
            assert!(numbered.len() + ".xmp".len() <= 255 && !cleaned.is_empty(), "{numbered}");
            assert!(!numbered.contains(['/', '\\', '\0', ':']) && !numbered.starts_with('.'), "{numbered}");
            assert!(!numbered.ends_with(['.', ' ']), "{numbered}");
        }
    }

    #[test]
    fn a_long_name_is_cut_between_characters_and_keeps_its_extension() {
        for letter in ["x", "ä", "日", "😀"] {
            let name = clean(&format!("{}.jpeg", letter.repeat(300)));
            assert!(name.ends_with(&format!("{letter}.jpeg")), "{name}");
            assert!(numbered(&name, 99_999).len() + ".xmp".len() <= 255, "{name}");
            assert!(name.len() > 230, "{name}");
        }
    }

    #[test]
    fn the_second_file_of_a_name_gets_a_number_before_its_extension() {
        let table = [
            ("IMG.jpg", 1, "IMG.jpg"),
            ("IMG.jpg", 2, "IMG (2).jpg"),
            ("a.b.jpg", 10, "a.b (10).jpg"),
            ("none", 2, "none (2)"),
        ];
        for (name, number, wanted) in table {
            assert_eq!(numbered(name, number), wanted);
        }
    }
}
