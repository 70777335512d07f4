//! Reads and writes the header fields of a resumable upload. A field whose value has another type than the draft
//! requires is ignored.

use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header as http};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use protocol::Digest;
use protocol::resumable::{AssetData, MAX_APPEND_SIZE, PARTIAL_UPLOAD, header};
use sfv::{BareItem, Dictionary, Item, ListEntry, Parser};

use super::problem::Problem;
use crate::api::upload;
use crate::error::AppError;
use crate::state::Settings;
use crate::vault::{Description, KEPT_FOR_DAYS, Upload};

/// What a request says about itself and its content.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    /// Whether this request completes the upload.
    pub(super) completes: bool,
    /// Bytes of the whole file, if the request says so.
    pub(super) length: Option<u64>,
    /// Bytes of the request's content, if the request says so.
    pub(super) content: Option<u64>,
}

impl Piece {
    pub(super) fn of(headers: &HeaderMap, settings: &Settings) -> Result<Self, AppError> {
        let completes = boolean(headers, header::COMPLETE)
            .ok_or_else(|| AppError::bad_request("Upload-Complete is required: ?1 or ?0"))?;
        let content = text(headers, http::CONTENT_LENGTH.as_str()).and_then(|text| text.parse().ok());
        if content.zip(settings.max_request).is_some_and(|(content, most)| content > most) {
            let message = "This piece is larger than Upload-Limit allows".to_owned();
            return Err(AppError::Refused(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
        Ok(Self { completes, length: integer(headers, header::LENGTH), content })
    }

    /// The length of the whole file, as far as this request and earlier ones reveal it. An error if they contradict
    /// each other.
    pub(super) fn length_behind(self, offset: u64, known: Option<u64>) -> Result<Option<u64>, Problem> {
        let reaches = self.content.map(|content| offset.saturating_add(content));
        let implied = reaches.filter(|_| self.completes);
        let told: Vec<u64> = [known, self.length, implied].into_iter().flatten().collect();
        let length = told.first().copied();
        let overlong = reaches.zip(length).is_some_and(|(reaches, length)| reaches > length);
        if overlong || told.iter().any(|other| Some(*other) != length) {
            return Err(Problem::InconsistentLength);
        }
        Ok(length)
    }
}

pub(super) fn offset(headers: &HeaderMap) -> Result<u64, AppError> {
    integer(headers, header::OFFSET)
        .ok_or_else(|| AppError::bad_request("Upload-Offset is required: an integer"))
}

pub(super) fn is_partial_upload(headers: &HeaderMap) -> bool {
    let kind = text(headers, http::CONTENT_TYPE.as_str()).unwrap_or_default();
    kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case(PARTIAL_UPLOAD))
}

pub(super) fn digest(headers: &HeaderMap) -> Result<Digest, AppError> {
    let found = text(headers, header::DIGEST)
        .and_then(|text| Parser::new(text).parse::<Dictionary>().ok())
        .and_then(|digests| match digests.get("sha")? {
            ListEntry::Item(Item { bare_item: BareItem::ByteSequence(bytes), .. }) => {
                bytes.as_slice().try_into().ok().map(Digest)
            }
            ListEntry::Item(_) | ListEntry::InnerList(_) => None,
        });
    found.ok_or_else(|| AppError::bad_request("Repr-Digest is required: sha=:the SHA-1 in base64:"))
}

pub(super) fn description(headers: &HeaderMap) -> Result<Description, AppError> {
    let data = text(headers, header::ASSET_DATA)
        .and_then(|text| STANDARD.decode(text).ok())
        .and_then(|json| serde_json::from_slice::<AssetData>(&json).ok());
    upload::description::description(data.ok_or_else(|| {
        AppError::bad_request(format!(
            "{} is required: base64 of a JSON object with filename, fileCreatedAt and fileModifiedAt",
            header::ASSET_DATA
        ))
    })?)
}

/// The state of an upload, as headers of a response.
pub(super) fn state_of(upload: &Upload, settings: &Settings) -> HeaderMap {
    let mut headers = HeaderMap::new();
    set(&mut headers, header::OFFSET, &upload.received.to_string());
    set(&mut headers, header::COMPLETE, if upload.asset.is_some() { "?1" } else { "?0" });
    if let Some(length) = upload.length {
        set(&mut headers, header::LENGTH, &length.to_string());
    }
    limits(&mut headers, settings);
    headers
}

pub(super) fn limits(headers: &mut HeaderMap, settings: &Settings) {
    let age = format!("max-age={}", KEPT_FOR_DAYS * 24 * 3600);
    let size = settings.max_request.map(|most| format!(", {MAX_APPEND_SIZE}={most}"));
    set(headers, header::LIMIT, &(age + &size.unwrap_or_default()));
}

pub(super) fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    // Our numbers and paths are always valid header values.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(HeaderName::from_static(name), value);
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

fn item(headers: &HeaderMap, name: &str) -> Option<BareItem> {
    Parser::new(text(headers, name)?).parse::<Item>().ok().map(|item| item.bare_item)
}

fn integer(headers: &HeaderMap, name: &str) -> Option<u64> {
    u64::try_from(item(headers, name)?.as_integer()?).ok()
}

fn boolean(headers: &HeaderMap, name: &str) -> Option<bool> {
    item(headers, name)?.as_boolean()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(fields: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        fields.iter().for_each(|(name, value)| set(&mut headers, name, value));
        headers
    }

    #[test]
    fn a_field_of_the_wrong_type_is_ignored() {
        let table =
            [("5", Some(5)), ("0", Some(0)), ("-1", None), ("5.0", None), ("\"5\"", None), ("", None)];
        for (value, read) in table {
            assert_eq!(integer(&headers(&[(header::OFFSET, value)]), header::OFFSET), read, "{value}");
        }
        for (value, read) in [("?1", Some(true)), ("?0", Some(false)), ("1", None), ("true", None)] {
            assert_eq!(boolean(&headers(&[(header::COMPLETE, value)]), header::COMPLETE), read, "{value}");
        }
    }

    #[test]
    fn all_statements_about_the_length_must_agree() {
        let piece = |completes, length, content| Piece { completes, length, content };
        let table = [
            (piece(false, None, None), 5, None, Some(None)),
            (piece(false, Some(9), Some(2)), 5, None, Some(Some(9))),
            (piece(true, None, Some(4)), 5, Some(9), Some(Some(9))),
            (piece(true, None, Some(3)), 5, Some(9), None),
            (piece(true, Some(8), Some(4)), 5, None, None),
            (piece(false, Some(8), Some(1)), 5, Some(9), None),
            (piece(false, None, Some(5)), 5, Some(9), None),
        ];
        for (piece, offset, known, length) in table {
            assert_eq!(piece.length_behind(offset, known).ok(), length, "{piece:?} at {offset} of {known:?}");
        }
    }
}
