//! The form of `POST /assets`, part by part. The type of a file is checked when its part begins, using the text
//! fields that came before it.

use std::collections::HashMap;

use axum::body::{Body, Bytes};
use multer::{Field, Multipart};
use serde_json::Value;

use crate::dialect::Dialect;
use crate::library::Kind;
use crate::refusal::{Refusal, Violation};
use crate::server_info::{IMAGES, NEW_IMAGE, NEW_VIDEO, VIDEOS};

#[derive(Default)]
pub(crate) struct Form {
    texts: HashMap<String, String>,
    pub(crate) original: Option<FilePart>,
    pub(crate) sidecar: Option<FilePart>,
}

pub(crate) struct FilePart {
    /// The filename of the part itself.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Form {
    pub(crate) async fn read(dialect: Dialect, boundary: String, body: Bytes) -> Result<Form, Refusal> {
        let mut parts = Multipart::new(Body::from(body).into_data_stream(), boundary);
        let mut form = Form::default();
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            form.take(dialect, part).await?;
        }
        Ok(form)
    }

    async fn take(&mut self, dialect: Dialect, part: Field<'_>) -> Result<(), Refusal> {
        let field = part.name().unwrap_or_default().to_owned();
        let Some(name) = part.file_name().map(str::to_owned) else {
            self.texts.insert(field, part.text().await.map_err(unreadable)?);
            return Ok(());
        };
        match field.as_str() {
            "assetData" => {
                let judged = self.text("filename").unwrap_or(&name);
                kind_of(dialect, judged).ok_or_else(|| unsupported(judged))?;
                self.original = Some(file(name, part).await?);
            }
            "sidecarData" => {
                let judged = self.name_of_sidecar(dialect, &name);
                if !has_extension(judged, ".xmp") {
                    return Err(unsupported(judged));
                }
                self.sidecar = Some(file(name, part).await?);
            }
            _ => return Err(Refusal::bad_request(format!("Unexpected field - {field}"))),
        }
        Ok(())
    }

    /// 2.x also checks the sidecar by the text field `filename`, if that came before it.
    fn name_of_sidecar<'a>(&'a self, dialect: Dialect, own: &'a str) -> &'a str {
        match dialect {
            Dialect::V2 => self.text("filename").unwrap_or(own),
            Dialect::V3 => own,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.texts.get(name).map(String::as_str).filter(|text| !text.is_empty())
    }

    /// Fails with every text field that the dialect does not accept.
    pub(crate) fn validate(&self, dialect: Dialect) -> Result<(), Refusal> {
        let device = ["deviceAssetId", "deviceId"].into_iter().filter(|_| dialect == Dialect::V2);
        let device = device.filter(|name| self.text(name).is_none()).map(Violation::text);
        let dates =
            ["fileCreatedAt", "fileModifiedAt"].into_iter().filter_map(|name| self.judge_date(dialect, name));
        let duration = self.text("duration").filter(|_| dialect == Dialect::V3);
        let duration =
            duration.filter(|text| text.parse::<f64>().is_err()).map(|_| Violation::not_a_number("duration"));
        let visibility = self.text("visibility").filter(|text| !VISIBILITIES.contains(text));
        let visibility = visibility.map(|_| Violation::not_one_of("visibility"));
        let metadata = self.text("metadata").filter(|text| serde_json::from_str::<Vec<Value>>(text).is_err());
        // The wording was not recorded.
        let metadata = metadata.map(|_| Violation::not_one_of("metadata"));
        let all: Vec<Violation> =
            device.chain(dates).chain(duration).chain(visibility).chain(metadata).collect();
        if all.is_empty() { Ok(()) } else { Err(Refusal::Invalid(all)) }
    }

    fn judge_date(&self, dialect: Dialect, name: &'static str) -> Option<Violation> {
        let Some(text) = self.text(name) else { return Some(Violation::missing_date(name)) };
        let whole = text.parse::<jiff::Timestamp>().is_ok();
        let bare = text.parse::<jiff::civil::Date>().is_ok() && dialect == Dialect::V2;
        (!whole && !bare).then(|| Violation::malformed_date(name))
    }
}

const VISIBILITIES: [&str; 4] = ["archive", "timeline", "hidden", "locked"];

/// Only the extension decides.
pub(crate) fn kind_of(dialect: Dialect, name: &str) -> Option<Kind> {
    let known = |old: &[&str], (_, new): (&str, &str)| {
        old.iter().any(|extension| has_extension(name, extension))
            || dialect == Dialect::V3 && has_extension(name, new)
    };
    if known(&IMAGES, NEW_IMAGE) {
        Some(Kind::Image)
    } else if known(&VIDEOS, NEW_VIDEO) {
        Some(Kind::Video)
    } else {
        None
    }
}

fn has_extension(name: &str, extension: &str) -> bool {
    name.to_lowercase().ends_with(extension)
}

fn unsupported(name: &str) -> Refusal {
    Refusal::bad_request(format!("Unsupported file type {name}"))
}

async fn file(name: String, part: Field<'_>) -> Result<FilePart, Refusal> {
    Ok(FilePart { name, bytes: part.bytes().await.map_err(unreadable)?.to_vec() })
}

fn unreadable(error: multer::Error) -> Refusal {
    Refusal::bad_request(error.to_string())
}
