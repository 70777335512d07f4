//! Reads the upload form. Text fields come first. When the file starts, its name is checked before its bytes are read.

use std::collections::HashMap;

use jiff::Timestamp;
use multer::{Field, Multipart};
use protocol::immich::field;
use protocol::media::{Named, named};

use super::body::{Allowed, Arrived, pour, unreadable};
use super::steady::{Fruitless, steady};
use crate::api::chunks::Chunks;
use crate::api::sign_in::SignedIn;
use crate::error::AppError;
use crate::vault::{AssetKind, Description};

/// Immich clients send about ten. The rest leaves room for future clients.
const MAX_TEXT_FIELDS: usize = 64;

/// The largest field, `metadata`, is a small JSON list.
const MAX_TEXT_BYTES: usize = 64 * 1024;

/// The XMP files of cameras and editors are a few kilobytes.
const MAX_SIDECAR_BYTES: u64 = 1024 * 1024;

/// The form for the OpenAPI description. Text fields come before the file.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described; the form is read part by part")]
pub(in crate::api) struct Described {
    /// ISO 8601.
    file_created_at: String,
    /// ISO 8601.
    file_modified_at: String,
    /// Only needed if it differs from the name of the file part.
    filename: Option<String>,
    is_favorite: Option<bool>,
    #[schema(value_type = String, format = Binary)]
    asset_data: Vec<u8>,
    #[schema(value_type = Option<String>, format = Binary)]
    sidecar_data: Option<Vec<u8>>,
}

#[derive(Default)]
pub(super) struct Form {
    texts: HashMap<String, String>,
    /// Counts repeated names as well.
    text_fields: usize,
    original: Option<Original>,
    sidecar: Option<Arrived>,
    fruitless: Fruitless,
}

struct Original {
    arrived: Arrived,
    name: String,
}

/// A complete form.
pub(super) struct Filled {
    pub(super) arrived: Arrived,
    pub(super) sidecar: Option<Arrived>,
    pub(super) description: Description,
}

pub(super) async fn read(who: &SignedIn, boundary: String, chunks: &mut Chunks) -> Result<Filled, AppError> {
    let mut form = Form::default();
    let mut parts = Multipart::new(steady(chunks, form.fruitless.clone()), boundary);
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        form.fruitless.end();
        form.take(who, part).await?;
    }
    form.filled()
}

impl Form {
    async fn take(&mut self, who: &SignedIn, mut part: Field<'_>) -> Result<(), AppError> {
        let name = part.name().unwrap_or_default().to_owned();
        let Some(file_name) = part.file_name().map(str::to_owned) else {
            return self.take_text(name, part).await;
        };
        match name.as_str() {
            field::ASSET_DATA if self.original.is_none() => {
                self.original = Some(self.take_original(who, &mut part, file_name).await?);
            }
            field::SIDECAR_DATA if self.sidecar.is_none() => {
                if named(&file_name) != Named::Sidecar {
                    return Err(AppError::unsupported(&file_name));
                }
                let allowed = Allowed::Bytes(MAX_SIDECAR_BYTES);
                self.sidecar = Some(pour(who, &mut part, allowed, &self.fruitless).await?);
            }
            _ => return Err(AppError::bad_request(format!("Unexpected field - {name}"))),
        }
        Ok(())
    }

    async fn take_text(&mut self, name: String, mut part: Field<'_>) -> Result<(), AppError> {
        self.text_fields += 1;
        if self.text_fields > MAX_TEXT_FIELDS {
            return Err(AppError::bad_request(format!("Too many fields - {name}")));
        }
        let mut text = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            self.fruitless.end();
            text.extend_from_slice(&chunk);
            if text.len() > MAX_TEXT_BYTES {
                return Err(AppError::bad_request(format!("Too much text - {name}")));
            }
        }
        let text = String::from_utf8(text)
            .map_err(|_| AppError::bad_request(format!("Validation failed: {name} must be UTF-8")))?;
        self.texts.insert(name, text);
        Ok(())
    }

    async fn take_original(
        &self,
        who: &SignedIn,
        part: &mut Field<'_>,
        file_name: String,
    ) -> Result<Original, AppError> {
        let name =
            self.texts.get(field::FILENAME).filter(|name| !name.is_empty()).cloned().unwrap_or(file_name);
        if !AssetKind::is_possible(&name) {
            return Err(AppError::unsupported(&name));
        }
        let arrived = pour(who, part, Allowed::Media(&name), &self.fruitless).await?;
        if arrived.size() == 0 {
            return Err(AppError::bad_request("File is empty"));
        }
        Ok(Original { arrived, name })
    }

    fn filled(self) -> Result<Filled, AppError> {
        let (created, modified) = (self.date(field::FILE_CREATED_AT)?, self.date(field::FILE_MODIFIED_AT)?);
        let favorite = self.texts.get(field::IS_FAVORITE).is_some_and(|text| text == "true");
        let Original { arrived, name } =
            self.original.ok_or_else(|| AppError::bad_request("File is required"))?;
        let description = Description { name, created, modified, favorite };
        Ok(Filled { arrived, sidecar: self.sidecar, description })
    }

    fn date(&self, name: &str) -> Result<Timestamp, AppError> {
        self.texts.get(name).and_then(|text| text.parse().ok()).ok_or_else(|| {
            AppError::bad_request(format!("Validation failed: {name} must be an ISO 8601 date and time"))
        })
    }
}
