//! `/api/upload`: uploads that resume after an interruption (draft-ietf-httpbis-resumable-upload).
//!
//! Invariants: bytes up to a reported offset are on the disk. The latest client may write, and only after the previous
//! one has finished. An upload becomes an asset only if its digest is the promised one.

pub(super) mod cancel;
mod fields;
mod problem;
pub(crate) mod upload_locks;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, StatusCode, header as http};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use futures_util::{StreamExt, stream};
use protocol::immich::{ErrorBody, UploadAnswer};
use protocol::resumable::{INTEROP_VERSION, PARTIAL_UPLOAD, PATH, header};

use super::batches::{FromNetwork, ToDisk, batches};
use super::chunks::{Broken, Chunks, Incoming, incoming, read_away};
use super::sign_in::SignedIn;
use super::upload::mismatch;
use crate::api::asked::PathOf;
use crate::error::AppError;
use crate::openapi::Refused;
use crate::state::State;
use crate::vault::{Completed, Kept, Open, Upload, UploadId, Vault, VaultError};
use fields::Piece;
use problem::Problem;
use upload_locks::{Eviction, UploadLock};

/// The features and limits of uploads on this server.
#[utoipa::path(
    options,
    path = PATH,
    tag = "Immich",
    responses((status = 204, description = "The limits for uploads"), Refused),
)]
pub(super) async fn options(Shared(state): Shared<State>) -> (StatusCode, HeaderMap) {
    let mut headers = HeaderMap::new();
    fields::set(&mut headers, "accept-patch", PARTIAL_UPLOAD);
    fields::limits(&mut headers, &state.settings);
    (StatusCode::NO_CONTENT, headers)
}

#[utoipa::path(
    post,
    path = PATH,
    tag = "Immich",
    params(
        ("upload-complete" = String, Header, description = "?1 or ?0"),
        ("upload-length" = Option<u64>, Header),
        ("repr-digest" = String, Header, description = "sha=:BASE64:"),
        ("x-immich-asset-data" = String, Header, description = "AssetData as JSON in base64"),
    ),
    request_body(content = [u8], content_type = "application/octet-stream"),
    responses(
        (status = 201, description = "Started; Location is the address of the upload"),
        (status = 200, body = UploadAnswer, description = "Complete"),
        (status = 460, body = ErrorBody, description = "The bytes do not match the digest"),
        Refused,
    ),
)]
pub(super) async fn create(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    request: Request,
) -> Result<Response, AppError> {
    let Incoming { headers, mut chunks, _permit } = incoming(&state, &who, request).await?;
    let answer = begin(&state, &who, &headers, &mut chunks).await;
    // A client that is still sending would see a cut connection instead of the response.
    read_away(chunks, usize::MAX).await;
    answer
}

async fn begin(
    state: &State,
    who: &SignedIn,
    headers: &HeaderMap,
    chunks: &mut Chunks,
) -> Result<Response, AppError> {
    let piece = Piece::of(headers, &state.settings)?;
    let (digest, description) = (fields::digest(headers)?, fields::description(headers)?);
    let length = match piece.length_behind(0, None) {
        Ok(Some(0)) => return Err(AppError::bad_request("File is empty")),
        Ok(length) => length,
        Err(problem) => return Ok(problem.into_response()),
    };
    if let Some(id) = who.ask(move |vault| vault.held(digest)).await? {
        return Ok(finished(Kept::Already(id)));
    }
    let begun = who.ask(move |vault| vault.unfinished_upload(digest)).await?;
    // A client that was killed lost the upload's URL but still has the file. It resumes, and no byte is sent twice.
    let begun = begun.filter(|_| piece.content == Some(0) && !piece.completes);
    let (taken, upload) = match begun {
        Some(begun) => take(state, who, Some(begun.id)).await?,
        None => {
            let awaited = who.ask(Vault::awaited).await?;
            let own = length.or(piece.content).unwrap_or_default();
            who.has_room_for(own.saturating_add(awaited)).await?;
            let new = who.ask(move |vault| vault.begin_upload(digest, length, description)).await?;
            (state.upload_locks.acquire(new.id).await, new)
        }
    };
    if let Some(asset) = upload.asset {
        return Ok(finished(Kept::Already(asset)));
    }
    if piece.length_behind(0, upload.length).is_err() {
        return Ok((fields::state_of(&upload, &state.settings), Problem::InconsistentLength).into_response());
    }
    let place = format!("{PATH}/{}", upload.id);
    let mut response = go_on(state, who, upload, piece, chunks, taken).await?;
    if response.status() == StatusCode::NO_CONTENT {
        *response.status_mut() = StatusCode::CREATED;
    }
    fields::set(response.headers_mut(), http::LOCATION.as_str(), &place);
    fields::set(response.headers_mut(), header::INTEROP, &INTEROP_VERSION.to_string());
    Ok(response)
}

#[utoipa::path(
    patch,
    path = "/api/upload/{id}",
    tag = "Immich",
    params(
        ("id" = String, Path, format = "uuid"),
        ("upload-offset" = u64, Header),
        ("upload-complete" = String, Header, description = "?1 or ?0"),
    ),
    request_body(content = [u8], content_type = "application/partial-upload"),
    responses(
        (status = 204, description = "The upload continues at Upload-Offset"),
        (status = 200, body = UploadAnswer, description = "Complete"),
        (status = 409, body = Value, description = "The upload is at another offset"),
        (status = 415, body = ErrorBody, description = "Not application/partial-upload"),
        (status = 460, body = ErrorBody, description = "The bytes do not match the digest"),
        Refused,
    ),
)]
pub(super) async fn append(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
    request: Request,
) -> Result<Response, AppError> {
    let Incoming { headers, mut chunks, _permit } = incoming(&state, &who, request).await?;
    let answer = append_to(&state, &who, &id, &headers, &mut chunks).await;
    read_away(chunks, usize::MAX).await;
    answer
}

async fn append_to(
    state: &State,
    who: &SignedIn,
    id: &str,
    headers: &HeaderMap,
    chunks: &mut Chunks,
) -> Result<Response, AppError> {
    if !fields::is_partial_upload(headers) {
        let message = format!("Content-Type must be {PARTIAL_UPLOAD}");
        return Err(AppError::Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let (piece, offset) = (Piece::of(headers, &state.settings)?, fields::offset(headers)?);
    let (taken, upload) = take(state, who, UploadId::parse(id)).await?;
    let problem = if upload.asset.is_some() {
        Some(if piece.content == Some(0) { Problem::Completed } else { Problem::InconsistentLength })
    } else if upload.received != offset {
        Some(Problem::MismatchingOffset { expected: upload.received, provided: offset })
    } else {
        piece.length_behind(offset, upload.length).err()
    };
    match problem {
        Some(problem) => Ok((fields::state_of(&upload, &state.settings), problem).into_response()),
        None => go_on(state, who, upload, piece, chunks, taken).await,
    }
}

/// `HEAD`: the offset of the upload.
#[utoipa::path(
    head,
    path = "/api/upload/{id}",
    tag = "Immich",
    params(("id" = String, Path, format = "uuid")),
    responses((status = 204, description = "The offset of the upload"), Refused),
)]
pub(super) async fn look(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    PathOf(id): PathOf<String>,
) -> Result<Response, AppError> {
    let (_taken, upload) = take(&state, &who, UploadId::parse(&id)).await?;
    Ok((StatusCode::NO_CONTENT, fields::state_of(&upload, &state.settings)).into_response())
}

/// When this returns, the previous client of the upload has finished.
async fn take(state: &State, who: &SignedIn, id: Option<UploadId>) -> Result<(UploadLock, Upload), AppError> {
    let unknown = || AppError::Refused(StatusCode::NOT_FOUND, "There is no such upload".to_owned());
    let id = id.ok_or_else(unknown)?;
    // Checked first, so that nobody can lock another user's upload.
    who.ask(move |vault| vault.upload(id)).await?.ok_or_else(unknown)?;
    let taken = state.upload_locks.acquire(id).await;
    let upload = who.ask(move |vault| vault.upload(id)).await?.ok_or_else(unknown)?;
    Ok((taken, upload))
}

/// The free room is checked again after this many bytes.
const LOOK_FOR_ROOM_BYTES: u64 = 16 << 20;

/// How the content of a request ended.
enum End {
    Whole,
    /// The connection broke or stalled.
    Broken,
    /// Another client resumed the upload.
    Evicted,
    /// The server is stopping.
    Parked,
    /// The client sent more bytes than the whole file has.
    Overlong,
    /// The disk or the quota has no room for the rest.
    NoRoom(AppError),
}

/// Receives the content of the request, and answers with the new offset.
async fn go_on(
    state: &State,
    who: &SignedIn,
    upload: Upload,
    piece: Piece,
    chunks: &mut Chunks,
    taken: UploadLock,
) -> Result<Response, AppError> {
    let UploadLock { guard, mut eviction } = taken;
    let length = piece.length_behind(upload.received, upload.length).ok().flatten();
    let room = length.map(|length| length.saturating_sub(upload.received));
    let (to_disk, from_network) = batches();
    who.has_room_for(piece.content.unwrap_or_default()).await?;
    let writing = who.ask(move |vault| {
        let written = write(vault, upload, length, from_network);
        // The lock is released only after everything is recorded, even if the client has gone.
        written.map(|written| (written, guard))
    });
    let (end, written) = tokio::join!(feed(state, who, chunks, to_disk, room, &mut eviction), writing);
    let (Some(open), guard) = written? else {
        return Err(AppError::Refused(StatusCode::NOT_FOUND, "The bytes of this upload are lost".to_owned()));
    };
    let upload = open.upload().clone();
    let at = fields::state_of(&upload, &state.settings);
    match end {
        End::Whole if !piece.completes => Ok((StatusCode::NO_CONTENT, at).into_response()),
        End::Whole if upload.length.is_some_and(|length| length != upload.received) => {
            Ok((at, Problem::InconsistentLength).into_response())
        }
        End::Whole => {
            // These bytes already count towards the quota.
            if let Err(refusal) = who.may_keep(0).await {
                who.ask(move |vault| vault.forget_upload(upload.id)).await?;
                return Err(refusal);
            }
            let completed = who
                .ask(move |vault| {
                    let _guard = guard;
                    vault.complete(open)
                })
                .await?;
            Ok(match completed {
                Completed::Kept(kept) => {
                    let mut response = finished(kept);
                    // Clients of earlier versions of the draft expect this header.
                    fields::set(response.headers_mut(), header::OFFSET, &upload.received.to_string());
                    response
                }
                Completed::Mismatch => all_arrived(mismatch().into_response()),
            })
        }
        End::Broken => {
            Ok((at, AppError::bad_request("The request was cut off").into_response()).into_response())
        }
        End::NoRoom(AppError::DiskFull) => Ok((at, AppError::DiskFull.into_response()).into_response()),
        End::NoRoom(refusal) => {
            who.ask(move |vault| vault.forget_upload(upload.id)).await?;
            Err(refusal)
        }
        End::Evicted => {
            let expected = upload.received;
            Ok((at, Problem::MismatchingOffset { expected, provided: expected }).into_response())
        }
        End::Parked => {
            let message = "The server is stopping; the upload can be resumed when it is back".to_owned();
            let later = AppError::Later(StatusCode::SERVICE_UNAVAILABLE, message, 5);
            Ok((at, later.into_response()).into_response())
        }
        End::Overlong => {
            who.ask(move |vault| vault.forget_upload(upload.id)).await?;
            Ok(Problem::InconsistentLength.into_response())
        }
    }
}

fn write(
    vault: &Vault,
    upload: Upload,
    length: Option<u64>,
    from_network: FromNetwork,
) -> Result<Option<Open>, VaultError> {
    let known = upload.length;
    let Some(mut open) = vault.open_upload(upload)? else { return Ok(None) };
    if let Some(length) = length.filter(|length| known != Some(*length)) {
        vault.set_length(&mut open, length)?;
    }
    for batch in from_network {
        vault.append(&mut open, batch.as_ref())?;
    }
    vault.record(&mut open)?;
    Ok(Some(open))
}

async fn feed(
    state: &State,
    who: &SignedIn,
    chunks: &mut Chunks,
    mut to_disk: ToDisk,
    room: Option<u64>,
    eviction: &mut Eviction,
) -> End {
    let (mut read, mut looked_at) = (0, 0);
    let end = loop {
        let chunk = tokio::select! {
            () = eviction.wanted() => {
                // The previous client has most likely gone, so the server does not wait for the rest.
                *chunks = Box::pin(stream::empty());
                break End::Evicted;
            }
            () = state.stopping.cancelled() => {
                *chunks = Box::pin(stream::empty());
                break End::Parked;
            }
            chunk = chunks.next() => chunk,
        };
        match chunk {
            None => break End::Whole,
            Some(Err(Broken::Off(_) | Broken::Stalled)) => break End::Broken,
            Some(Ok(bytes)) => {
                read += bytes.len() as u64;
                if room.is_some_and(|room| read > room) {
                    break End::Overlong;
                }
                // Not every request announces its length.
                if read - looked_at > LOOK_FOR_ROOM_BYTES {
                    looked_at = read;
                    if let Err(refusal) = who.has_room_for(0).await {
                        break End::NoRoom(refusal);
                    }
                }
                if to_disk.push(&bytes).await.is_err() {
                    break End::Broken;
                }
            }
        }
    };
    // If the writer has failed, it reports the reason itself.
    _ = to_disk.flush().await;
    end
}

fn finished(kept: Kept) -> Response {
    all_arrived(Json(UploadAnswer::from(kept)).into_response())
}

/// Marks the upload as complete: the response is about the file.
fn all_arrived(mut response: Response) -> Response {
    fields::set(response.headers_mut(), header::COMPLETE, "?1");
    response
}
