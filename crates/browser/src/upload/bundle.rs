//! Several files in one request ([`protocol::bundle`]): the text between the files, and what the answer means. Pure.

use engine::{Body, Reply, RequestEnd};
use protocol::bundle::{Bundled, BundledEnd, part};
use protocol::immich::UploadAnswer;

use crate::http::Exchange;

/// How a bundle ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleEnd {
    /// The answer for each file, in their order.
    Each(Vec<RequestEnd<UploadAnswer>>),
    /// The request ended without a word about single files.
    All(RequestEnd<UploadAnswer>),
}

impl BundleEnd {
    pub(super) fn of(exchange: &Exchange, files: usize) -> BundleEnd {
        let each = match exchange {
            Exchange::Answered(answer) if (200..300).contains(&answer.status) => {
                serde_json::from_str::<Vec<BundledEnd>>(&answer.text).ok()
            }
            Exchange::Answered(_) | Exchange::NoReply | Exchange::Stalled => None,
        };
        match each.filter(|ends| ends.len() == files) {
            Some(ends) => BundleEnd::Each(ends.into_iter().map(end_of).collect()),
            // The answer of a proxy, whatever its status.
            None => BundleEnd::All(exchange.end()),
        }
    }
}

fn end_of(BundledEnd { status, kept, message }: BundledEnd) -> RequestEnd<UploadAnswer> {
    let body = match (kept, message) {
        (Some(answer), _) => Body::Understood(answer),
        (None, Some(message)) => Body::Refused(message),
        (None, None) => Body::Foreign,
    };
    RequestEnd::Replied(Reply { status, retry_after_ms: None, body })
}

pub(super) fn content_type(boundary: &str) -> String {
    format!("multipart/form-data; boundary={boundary}")
}

/// What comes before a file. `is_first` if no other file comes before it.
pub(super) fn head(boundary: &str, bundled: &Bundled, is_first: bool) -> Result<String, serde_json::Error> {
    let description = serde_json::to_string(bundled)?;
    let before = if is_first { "" } else { "\r\n" };
    Ok(format!(
        "{before}--{boundary}\r\nContent-Disposition: form-data; name=\"{}\"\r\n\r\n{description}\r\n\
         --{boundary}\r\nContent-Disposition: form-data; name=\"{}\"; filename=\"file\"\r\n\r\n",
        part::DESCRIPTION,
        part::FILE
    ))
}

pub(super) fn tail(boundary: &str) -> String {
    format!("\r\n--{boundary}--\r\n")
}

#[cfg(test)]
mod tests {
    use protocol::immich::UploadStatus;
    use protocol::resumable::AssetData;
    use protocol::{AssetId, Digest};

    use super::*;
    use crate::http::Answer;

    #[test]
    fn a_bundle_is_a_form_with_a_description_before_each_file() {
        let asset = AssetData {
            filename: "Ärger \"😀\".jpg".into(),
            file_created_at: "2024-05-01T10:00:00.000Z".into(),
            file_modified_at: "2024-05-01T10:00:00.000Z".into(),
            is_favorite: false,
        };
        let bundled = Bundled { checksum: Digest([1; 20]).to_string(), asset };
        let description = serde_json::to_string(&bundled).unwrap();
        let form = [
            head("bound", &bundled, true).unwrap().as_str(),
            "1",
            &head("bound", &bundled, false).unwrap(),
            "2",
            &tail("bound"),
        ]
        .concat();
        let file = |bytes: &str| {
            format!(
                "--bound\r\nContent-Disposition: form-data; name=\"description\"\r\n\r\n{description}\r\n\
                 --bound\r\nContent-Disposition: form-data; name=\"assetData\"; filename=\"file\"\r\n\r\n{bytes}\r\n"
            )
        };
        assert_eq!(form, format!("{}{}--bound--\r\n", file("1"), file("2")));
        assert_eq!(content_type("bound"), "multipart/form-data; boundary=bound");
    }

    #[test]
    fn each_file_has_its_own_answer_unless_the_answer_is_not_the_servers() {
        let kept = UploadAnswer { id: AssetId([7; 16]), status: UploadStatus::Created };
        let ends = [
            BundledEnd { status: 201, kept: Some(kept.clone()), message: None },
            BundledEnd { status: 460, kept: None, message: Some("no".into()) },
        ];
        let text = serde_json::to_string(&ends).unwrap();
        let answered = |status, text: &str| {
            Exchange::Answered(Answer { status, text: text.to_owned(), ..Answer::default() })
        };
        let reply = |status, body| RequestEnd::Replied(Reply { status, retry_after_ms: None, body });
        let each = vec![reply(201, Body::Understood(kept)), reply(460, Body::Refused("no".into()))];
        assert_eq!(BundleEnd::of(&answered(200, &text), 2), BundleEnd::Each(each));
        for (exchange, files, all) in [
            (answered(200, &text), 3, reply(200, Body::Foreign)),
            (answered(200, "<html>"), 2, reply(200, Body::Foreign)),
            (answered(413, "<html>"), 2, reply(413, Body::Foreign)),
            (answered(507, r#"{"message":"full"}"#), 2, reply(507, Body::Refused("full".into()))),
            (Exchange::NoReply, 2, RequestEnd::NoReply),
            (Exchange::Stalled, 2, RequestEnd::Stalled),
        ] {
            assert_eq!(BundleEnd::of(&exchange, files), BundleEnd::All(all), "{exchange:?}");
        }
    }
}
