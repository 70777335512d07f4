//! `POST /safelight/v1/assets`: uploads several photos in one request ([`protocol::bundle`]).
//!
//! Invariant: a photo's status means the same as if it had been uploaded alone. While one photo is synced to the disk,
//! the next ones are received.

use std::collections::VecDeque;

use axum::extract::{Request, State as Shared};
use axum::http::HeaderMap;
use axum::{Extension, Json};
use multer::{Field, Multipart};
use protocol::bundle::{Bundled, BundledEnd, part};
use protocol::safelight::path;
use tokio::task::JoinHandle;

use super::body::{Allowed, Arrived, pour, unreadable};
use super::description::description;
use super::steady::{Fruitless, steady};
use super::{announced, boundary, checksum, mismatch};
use crate::api::chunks::{Chunks, Incoming, incoming, read_away};
use crate::api::sign_in::SignedIn;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;
use crate::vault::{Description, Kept, Vault};

/// Larger bundles are no faster (measured).
pub(crate) const MOST_FILES: u32 = 128;
/// Photos that are being synced to the disk. Syncs that run at the same time share the disk's work.
const KEPT_AT_ONCE: usize = 8;
const MAX_DESCRIPTION_BYTES: usize = 16 * 1024;

/// The form, for the OpenAPI description. Both parts are repeated for each photo.
#[derive(utoipa::ToSchema)]
#[schema(rename_all = "camelCase")]
#[expect(dead_code, reason = "only described; the form is read part by part")]
pub(in crate::api) struct Described {
    description: Bundled,
    #[schema(value_type = String, format = Binary)]
    asset_data: Vec<u8>,
}

#[utoipa::path(
    post,
    path = path::ASSETS,
    tag = "Safelight",
    request_body(content = Described, content_type = "multipart/form-data"),
    responses(
        (status = 200, body = Vec<BundledEnd>, description = "What became of each photo, in their order"),
        Refused,
    ),
)]
pub(in crate::api) async fn upload_bundle(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    request: Request,
) -> Result<Json<Vec<BundledEnd>>, AppError> {
    let Incoming { headers, mut chunks, _permit } = incoming(&state, &who, request).await?;
    let ends = take_all(&who, &headers, &mut chunks).await;
    read_away(chunks, usize::MAX).await;
    ends.map(Json)
}

async fn take_all(
    who: &SignedIn,
    headers: &HeaderMap,
    chunks: &mut Chunks,
) -> Result<Vec<BundledEnd>, AppError> {
    who.has_room_for(announced(headers)).await?;
    let fruitless = Fruitless::default();
    let mut parts = Multipart::new(steady(chunks, fruitless.clone()), boundary(headers)?);
    let mut bundle = Bundle { who, fruitless, described: None, keeping: VecDeque::new(), ends: Vec::new() };
    let read = bundle.read(&mut parts).await;
    // Also if the form is refused: once it is answered, nothing of it goes on.
    while !bundle.keeping.is_empty() {
        bundle.end_first().await?;
    }
    read?;
    if bundle.ends.is_empty() { Err(AppError::bad_request("File is required")) } else { Ok(bundle.ends) }
}

struct Bundle<'a> {
    who: &'a SignedIn,
    fruitless: Fruitless,
    /// The description of the file that comes next.
    described: Option<Bundled>,
    keeping: VecDeque<JoinHandle<Result<Kept, AppError>>>,
    ends: Vec<BundledEnd>,
}

impl Bundle<'_> {
    async fn read(&mut self, parts: &mut Multipart<'_>) -> Result<(), AppError> {
        while let Some(part) = parts.next_field().await.map_err(unreadable)? {
            self.fruitless.end();
            self.take(part).await?;
        }
        self.expect_no_file()
    }

    /// Fails only if the form itself is wrong or broken off. What is wrong with a photo becomes its end.
    async fn take(&mut self, mut part: Field<'_>) -> Result<(), AppError> {
        let name = part.name().unwrap_or_default().to_owned();
        match name.as_str() {
            part::DESCRIPTION => {
                self.expect_no_file()?;
                self.described = Some(self.bundled(&mut part).await?);
            }
            part::FILE => {
                let described = self.described.take().ok_or_else(|| {
                    AppError::bad_request(format!("A {} must come before each file", part::DESCRIPTION))
                })?;
                if self.ends.len() + self.keeping.len() >= MOST_FILES as usize {
                    return Err(AppError::bad_request(format!("More than {MOST_FILES} files")));
                }
                while self.keeping.len() >= KEPT_AT_ONCE {
                    self.end_first().await?;
                }
                let kept = self.receive(described, &mut part).await?;
                self.keeping.push_back(kept);
            }
            _ => return Err(AppError::bad_request(format!("Unexpected field - {name}"))),
        }
        Ok(())
    }

    fn expect_no_file(&self) -> Result<(), AppError> {
        if self.described.is_none() {
            return Ok(());
        }
        Err(AppError::bad_request(format!("A file must come after each {}", part::DESCRIPTION)))
    }

    async fn bundled(&self, part: &mut Field<'_>) -> Result<Bundled, AppError> {
        let mut text = Vec::new();
        while let Some(chunk) = part.chunk().await.map_err(unreadable)? {
            self.fruitless.end();
            text.extend_from_slice(&chunk);
            if text.len() > MAX_DESCRIPTION_BYTES {
                return Err(AppError::bad_request("Too much text - description"));
            }
        }
        serde_json::from_slice(&text)
            .map_err(|error| AppError::bad_request(format!("Validation failed: description: {error}")))
    }

    /// Receives a file, and begins to keep it.
    async fn receive(
        &self,
        described: Bundled,
        part: &mut Field<'_>,
    ) -> Result<JoinHandle<Result<Kept, AppError>>, AppError> {
        let arrived = self.arrive(described, part).await;
        if arrived.is_err() {
            // The next photo is behind the rest of this one.
            while part.chunk().await.map_err(unreadable)?.is_some() {
                self.fruitless.end();
            }
        }
        let who = self.who.clone();
        Ok(tokio::spawn(async move {
            let photo = arrived?;
            who.may_keep(photo.arrived.size()).await?;
            who.ask(move |vault| photo.keep(vault)).await
        }))
    }

    async fn arrive(&self, described: Bundled, part: &mut Field<'_>) -> Result<Photo, AppError> {
        let promised = checksum::parse(&described.checksum)
            .ok_or_else(|| AppError::bad_request("checksum must be a SHA-1 in hex or base64"))?;
        let description = description(described.asset)?;
        let allowed = Allowed::Media(&description.name);
        let arrived = pour(self.who, part, allowed, &self.fruitless).await?;
        if arrived.size() == 0 {
            return Err(AppError::bad_request("File is empty"));
        }
        Ok(Photo { arrived, promised, description })
    }

    async fn end_first(&mut self) -> Result<(), AppError> {
        if let Some(first) = self.keeping.pop_front() {
            self.ends.push(end_of(first.await.map_err(AppError::fault)?));
        }
        Ok(())
    }
}

/// A photo that has arrived whole.
struct Photo {
    arrived: Arrived,
    promised: protocol::Digest,
    description: Description,
}

impl Photo {
    fn keep(self, vault: &Vault) -> Result<Kept, AppError> {
        let received = self.arrived.received(vault)?;
        if received.digest != self.promised {
            return Err(mismatch());
        }
        Ok(vault.keep(received, None, self.description)?)
    }
}

fn end_of(kept: Result<Kept, AppError>) -> BundledEnd {
    match kept {
        Ok(kept) => BundledEnd { status: kept.status().as_u16(), kept: Some(kept.into()), message: None },
        Err(refusal) => {
            let (status, body) = refusal.told();
            BundledEnd { status: status.as_u16(), kept: None, message: Some(body.message) }
        }
    }
}
