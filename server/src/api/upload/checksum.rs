//! A SHA-1 in the forms that Immich clients send: 40 hex digits, or 28 characters of base64.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::Digest;

pub(crate) fn parse(text: &str) -> Option<Digest> {
    match text.len() {
        40 => text.parse().ok(),
        28 => STANDARD.decode(text).ok()?.try_into().ok().map(Digest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checksum_is_hex_or_base64() {
        let abc = "a9993e364706816aba3e25717850c26c9cd0d89d";
        let table = [
            (abc, true),
            ("A9993E364706816ABA3E25717850C26C9CD0D89D", true),
            ("qZk+NkcGgWq6PiVxeFDCbJzQ2J0=", true),
            ("qZk-NkcGgWq6PiVxeFDCbJzQ2J0=", false),
            ("qZk+NkcGgWq6PiVxeFDCbJzQ2J0A", false),
            ("g9993e364706816aba3e25717850c26c9cd0d89d", false),
            ("a9993e", false),
            ("", false),
        ];
        for (text, right) in table {
            assert_eq!(parse(text), right.then(|| abc.parse().unwrap()), "{text}");
        }
    }
}
