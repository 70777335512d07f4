//! The layer in front of everything that is not for anybody: it finds out who asks and passes that on, or
//! refuses.

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use futures_util::StreamExt;
use jiff::Timestamp;
use protocol::immich::API_KEY_HEADER;

use crate::door::{ApiKey, Secret, Session};
use crate::error::AppError;
use crate::state::State;

pub(crate) const COOKIE: &str = "safelight_session";

/// A client that sends a photo with a revoked session shall read why, and not see its connection cut. Beyond
/// this a stranger's bytes are not worth the reading.
const REFUSED_BODY_BYTES: usize = 16 * 1024 * 1024;

/// Who asks; an extension of every request behind this layer.
#[derive(Debug, Clone)]
pub(crate) enum SignedIn {
    Device(Session),
    Client(ApiKey),
}

enum Credential {
    Key(Secret),
    Token(Secret),
}

pub(crate) async fn require(
    Shared(state): Shared<State>,
    mut request: Request,
    next: Next,
) -> Result<Response, AppError> {
    match who(&state, request.headers()).await {
        Ok(signed_in) => {
            request.extensions_mut().insert(signed_in);
            Ok(next.run(request).await)
        }
        Err(refusal) => {
            read_away(request).await;
            Err(refusal)
        }
    }
}

async fn who(state: &State, headers: &HeaderMap) -> Result<SignedIn, AppError> {
    match credential(headers).ok_or_else(|| AppError::unauthorized("Authentication required"))? {
        Credential::Key(key) => state
            .blocking(move |parts| parts.door.key_of(&key))
            .await?
            .map(SignedIn::Client)
            .ok_or_else(|| AppError::unauthorized("Invalid API key")),
        Credential::Token(token) => state
            .blocking(move |parts| parts.door.session_of(&token, Timestamp::now()))
            .await?
            .map(SignedIn::Device)
            .ok_or_else(|| AppError::unauthorized("Invalid user token")),
    }
}

fn credential(headers: &HeaderMap) -> Option<Credential> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text(header::AUTHORIZATION.as_str())?.strip_prefix("Bearer ");
    match text(API_KEY_HEADER).or_else(bearer) {
        Some(key) => Some(Credential::Key(Secret::received(key.trim()))),
        None => cookie(headers).map(|token| Credential::Token(Secret::received(token))),
    }
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let lines = headers.get_all(header::COOKIE).iter().filter_map(|line| line.to_str().ok());
    let mut pairs = lines.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, value)| value)
}

async fn read_away(request: Request) {
    if request.headers().contains_key(header::EXPECT) {
        return;
    }
    let mut chunks = request.into_body().into_data_stream();
    let mut read = 0;
    while let Some(Ok(chunk)) = chunks.next().await {
        read += chunk.len();
        if read > REFUSED_BODY_BYTES {
            return;
        }
    }
}
