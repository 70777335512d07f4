//! The two ids of a file on the wire: the SHA-1 of its bytes, and the id that the server assigned.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The SHA-1 of a whole file. Written as 40 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 20]);

/// The server's id of an asset: a UUID, kept as 16 bytes because a catalog holds many.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct AssetId(pub [u8; 16]);

/// Text that does not parse as the expected type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.0)
    }
}

impl std::error::Error for Malformed {}

impl FromStr for Digest {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        bytes_from_hex(text).map(Digest).ok_or(Malformed("40 hex digits"))
    }
}

impl FromStr for AssetId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let shaped = text.len() == 36 && [8, 13, 18, 23].iter().all(|at| text.as_bytes()[*at] == b'-');
        shaped.then(|| bytes_from_hex(&digits)).flatten().map(AssetId).ok_or(Malformed("a UUID"))
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, byte) in self.0.iter().enumerate() {
            if matches!(at, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for AssetId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Takes the bytes as one block of fixed length, because a catalog has hundreds of thousands of them.
struct Bytes<const N: usize>;

impl<const N: usize> serde::de::Visitor<'_> for Bytes<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{N} bytes")
    }

    fn visit_bytes<E: serde::de::Error>(self, bytes: &[u8]) -> Result<[u8; N], E> {
        bytes.try_into().map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

/// Serializes as text in JSON and other readable formats, and as bytes in the packed catalog.
macro_rules! serde_as_text_or_bytes {
    ($name:ident, $size:literal) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() { to.collect_str(self) } else { to.serialize_bytes(&self.0) }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
                } else {
                    from.deserialize_bytes(Bytes::<$size>).map($name)
                }
            }
        }
    };
}

serde_as_text_or_bytes!(Digest, 20);
serde_as_text_or_bytes!(AssetId, 16);

fn bytes_from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
    }
    Some(bytes)
}

fn nibble(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(feature = "schema")]
mod schema {
    use utoipa::openapi::schema::{ObjectBuilder, SchemaFormat, Type};
    use utoipa::openapi::{RefOr, Schema};
    use utoipa::{PartialSchema, ToSchema};

    use super::AssetId;

    impl PartialSchema for AssetId {
        fn schema() -> RefOr<Schema> {
            let uuid = SchemaFormat::Custom("uuid".to_owned());
            ObjectBuilder::new().schema_type(Type::String).format(Some(uuid)).into()
        }
    }

    impl ToSchema for AssetId {}
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_survives_conversion_to_text() {
        let text = "a9993e364706816aba3e25717850c26c9cd0d89d";
        assert_eq!(text.parse::<Digest>().unwrap().to_string(), text);
    }

    #[test]
    fn a_digest_of_the_wrong_length_or_alphabet_is_refused() {
        for wrong in
            ["", "a9", "z9993e364706816aba3e25717850c26c9cd0d89d", "ä9993e364706816aba3e25717850c26c9cd0d8"]
        {
            assert!(wrong.parse::<Digest>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn an_asset_id_is_a_uuid() {
        let text = "712c5753-6095-41de-9d40-c36fb14df722";
        assert_eq!(text.parse::<AssetId>().unwrap().to_string(), text);
        assert!("712c5753609541de9d40c36fb14df722".parse::<AssetId>().is_err());
        assert!("712c5753-6095-41de-9d40-c36fb14df7é".parse::<AssetId>().is_err());
    }

    #[test]
    fn json_contains_the_text_form() {
        let id: AssetId = "712c5753-6095-41de-9d40-c36fb14df722".parse().unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""712c5753-6095-41de-9d40-c36fb14df722""#);
    }
}
