//! `POST /api/assets`: uploads one photo or video.
//!
//! Invariants: 201 and 200 mean that exactly these bytes are on the disk. After any other response, or if the client
//! disconnects, nothing is left behind.

mod body;
pub(crate) mod bundle;
pub(super) mod checksum;
pub(super) mod description;
pub(super) mod form;
mod steady;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use protocol::immich::{CHECKSUM_HEADER, ErrorBody, UploadAnswer, UploadStatus, path};
use protocol::safelight::STATUS_DIGEST_MISMATCH;
use protocol::{AssetId, Digest};

use super::chunks::{Chunks, Incoming, incoming, read_away};
use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;
use crate::vault::Kept;
use form::Filled;

#[utoipa::path(
    post,
    path = path::ASSETS,
    tag = "Immich",
    params(("x-immich-checksum" = Option<String>, Header, description = "The SHA-1, in hex or base64")),
    request_body(content = form::Described, content_type = "multipart/form-data"),
    responses(
        (status = 201, body = UploadAnswer, description = "Stored on the disk"),
        (status = 200, body = UploadAnswer, description = "The server already has these bytes"),
        (
            status = 460,
            body = ErrorBody,
            description = "The bytes do not match the checksum; nothing was stored",
        ),
        Refused,
    ),
)]
pub(super) async fn upload(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    request: Request,
) -> Result<Response, AppError> {
    let Incoming { headers, mut chunks, _permit } = incoming(&state, &who, request).await?;
    let waits_to_send = headers.contains_key(header::EXPECT);
    let kept = match look_up(&who, &headers).await {
        Ok(Promise::New(promised)) => keep(&who, &headers, promised, &mut chunks).await,
        Ok(Promise::Known(id)) if waits_to_send => return Ok(Kept::Already(id).into_response()),
        Ok(Promise::Known(id)) => Ok(Kept::Already(id)),
        Err(refusal) => Err(refusal),
    };
    read_away(chunks, usize::MAX).await;
    kept.map(IntoResponse::into_response)
}

/// The result of the checksum header, before any byte is read.
enum Promise {
    Known(AssetId),
    New(Option<Digest>),
}

async fn look_up(who: &SignedIn, headers: &HeaderMap) -> Result<Promise, AppError> {
    let Some(text) = headers.get(CHECKSUM_HEADER) else {
        return Ok(Promise::New(None));
    };
    let digest = text.to_str().ok().and_then(checksum::parse).ok_or_else(|| {
        AppError::bad_request(format!("{CHECKSUM_HEADER} must be a SHA-1 in hex or base64"))
    })?;
    let known = who.ask(move |vault| vault.held(digest)).await?;
    Ok(known.map_or(Promise::New(Some(digest)), Promise::Known))
}

async fn keep(
    who: &SignedIn,
    headers: &HeaderMap,
    promised: Option<Digest>,
    chunks: &mut Chunks,
) -> Result<Kept, AppError> {
    who.has_room_for(announced(headers)).await?;
    let Filled { arrived, sidecar, description } = form::read(who, boundary(headers)?, chunks).await?;
    who.may_keep(arrived.size()).await?;
    who.ask(move |vault| {
        let received = arrived.received(vault)?;
        if promised.is_some_and(|promised| promised != received.digest) {
            return Err(mismatch());
        }
        let sidecar = sidecar.map(|sidecar| sidecar.received(vault)).transpose()?;
        Ok(vault.keep(received, sidecar, description)?)
    })
    .await
}

fn boundary(headers: &HeaderMap) -> Result<String, AppError> {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    multer::parse_boundary(kind).map_err(body::unreadable)
}

/// The announced length of the whole form, 0 if unknown. With a photo, that is close to the size of the file.
fn announced(headers: &HeaderMap) -> u64 {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok());
    length.and_then(|length| length.parse().ok()).unwrap_or_default()
}

pub(super) fn mismatch() -> AppError {
    let status = StatusCode::from_u16(STATUS_DIGEST_MISMATCH).unwrap_or(StatusCode::BAD_REQUEST);
    AppError::Refused(status, "The bytes do not match the checksum".to_owned())
}

impl From<Kept> for UploadAnswer {
    fn from(kept: Kept) -> UploadAnswer {
        match kept {
            Kept::New(id) => UploadAnswer { id, status: UploadStatus::Created },
            Kept::Already(id) => UploadAnswer { id, status: UploadStatus::Duplicate },
        }
    }
}

impl Kept {
    fn status(&self) -> StatusCode {
        match self {
            Self::New(_) => StatusCode::CREATED,
            Self::Already(_) => StatusCode::OK,
        }
    }
}

impl IntoResponse for Kept {
    fn into_response(self) -> Response {
        (self.status(), Json(UploadAnswer::from(self))).into_response()
    }
}
