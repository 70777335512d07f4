//! The layer in front of everything that is not for anybody: it finds out who asks and passes that on, or
//! refuses.

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use protocol::immich::API_KEY_HEADER;

use super::chunks::{REFUSED_BODY_BYTES, chunks, read_away};
use super::cookie;
use crate::door::{ApiKey, CookieAge, Secret, Session};
use crate::error::AppError;
use crate::listen::Caller;
use crate::state::State;

/// Who asks; an extension of every request behind this layer.
#[derive(Debug, Clone)]
pub(crate) enum SignedIn {
    Device(Session),
    Client(ApiKey),
}

impl SignedIn {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Device(session) => &session.id,
            Self::Client(key) => &key.id,
        }
    }
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
        Ok((signed_in, age)) => {
            let renewed = renewed(&state, &request, age)?;
            request.extensions_mut().insert(signed_in);
            let mut response = next.run(request).await;
            response.headers_mut().extend(renewed.map(|cookie| (header::SET_COOKIE, cookie)));
            Ok(response)
        }
        Err(refusal) if request.headers().contains_key(header::EXPECT) => Err(refusal),
        Err(refusal) => {
            read_away(chunks(request.into_body()), REFUSED_BODY_BYTES).await;
            Err(refusal)
        }
    }
}

/// A browser forgets its cookie some day; one that comes back before that gets it anew.
fn renewed(state: &State, request: &Request, age: CookieAge) -> Result<Option<HeaderValue>, AppError> {
    let is_https = request.extensions().get().is_some_and(|caller: &Caller| caller.is_https);
    match age {
        CookieAge::Fresh => Ok(None),
        CookieAge::RenewalDue => {
            cookie::find(request.headers()).map(|token| cookie::set(&token, state, is_https)).transpose()
        }
    }
}

async fn who(state: &State, headers: &HeaderMap) -> Result<(SignedIn, CookieAge), AppError> {
    match credential(headers).ok_or_else(|| AppError::unauthorized("Authentication required"))? {
        Credential::Key(key) => state
            .blocking(move |parts| parts.door.key_of(&key))
            .await?
            .map(|key| (SignedIn::Client(key), CookieAge::Fresh))
            .ok_or_else(|| AppError::unauthorized("Invalid API key")),
        Credential::Token(token) => state
            .blocking(move |parts| parts.door.session_of(&token, Timestamp::now()))
            .await?
            .map(|(session, age)| (SignedIn::Device(session), age))
            .ok_or_else(|| AppError::unauthorized("Invalid user token")),
    }
}

fn credential(headers: &HeaderMap) -> Option<Credential> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let bearer = || text(header::AUTHORIZATION.as_str())?.strip_prefix("Bearer ");
    match text(API_KEY_HEADER).or_else(bearer) {
        Some(key) => Some(Credential::Key(Secret::received(key.trim()))),
        None => cookie::find(headers).map(Credential::Token),
    }
}
