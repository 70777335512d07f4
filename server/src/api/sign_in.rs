//! The middleware in front of all routes that need a sign-in. It identifies the caller and passes the identity on, or
//! refuses the request.

use std::sync::Arc;

use axum::extract::{Request, State as Shared};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use jiff::Timestamp;
use protocol::immich::API_KEY_HEADER;

use super::chunks::{REFUSED_BODY_BYTES, chunks, read_away};
use super::cookie;
use crate::auth::{ApiKey, CookieAge, Secret, Session, User};
use crate::error::AppError;
use crate::listen::Caller;
use crate::state::{Parts, State, blocking};
use crate::vault::{KEPT_FREE_BYTES, Vault};

/// The caller; added as an extension to every request behind this layer.
#[derive(Clone)]
pub(crate) struct SignedIn {
    pub(crate) by: By,
    pub(crate) user: User,
    vault: Arc<Vault>,
}

#[derive(Debug, Clone)]
pub(crate) enum By {
    Device(Session),
    Client(ApiKey),
}

impl SignedIn {
    /// The id of the session or the API key.
    pub(crate) fn id(&self) -> &str {
        match &self.by {
            By::Device(session) => &session.id,
            By::Client(key) => &key.id,
        }
    }

    /// Runs work on the user's vault, the only one that a request can reach. The work finishes even if the client
    /// disconnects.
    pub(crate) async fn ask<T, E>(
        &self,
        work: impl FnOnce(&Vault) -> Result<T, E> + Send + 'static,
    ) -> Result<T, AppError>
    where
        T: Send + 'static,
        E: Into<AppError> + Send + 'static,
    {
        let vault = Arc::clone(&self.vault);
        blocking(move || work(&vault)).await
    }

    /// Refuses bytes that will not fit before they are sent.
    pub(crate) async fn has_room_for(&self, bytes: u64) -> Result<(), AppError> {
        if self.ask(Vault::free).await? < bytes.saturating_add(KEPT_FREE_BYTES) {
            return Err(AppError::DiskFull);
        }
        self.may_keep(bytes).await
    }

    /// Checks the quota only, not the disk: the bytes may be on the disk already.
    pub(crate) async fn may_keep(&self, bytes: u64) -> Result<(), AppError> {
        let Some(quota) = self.user.quota else { return Ok(()) };
        if self.ask(Vault::claimed).await?.saturating_add(bytes) > quota {
            return Err(AppError::bad_request("Quota has been exceeded!"));
        }
        Ok(())
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

/// Browsers delete a cookie after a while, so a browser that returns before then gets a new one.
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
    let credentials = credentials(headers);
    state.blocking(move |parts| first_known(parts, &credentials)).await
}

/// If none is known, the first one is to blame.
fn first_known(parts: &Parts, credentials: &[Credential]) -> Result<(SignedIn, CookieAge), AppError> {
    let mut refusal = None;
    for credential in credentials {
        match known(parts, credential) {
            Err(error @ AppError::Refused(StatusCode::UNAUTHORIZED, _)) => _ = refusal.get_or_insert(error),
            end => return end,
        }
    }
    Err(refusal.unwrap_or_else(|| AppError::unauthorized("Authentication required")))
}

fn known(parts: &Parts, credential: &Credential) -> Result<(SignedIn, CookieAge), AppError> {
    let now = Timestamp::now();
    let (by, user, age) = match credential {
        Credential::Key(key) => {
            let known = parts.auth.key_of(key, now)?;
            let (key, user) = known.ok_or_else(|| AppError::unauthorized("Invalid API key"))?;
            (By::Client(key), user, CookieAge::Fresh)
        }
        Credential::Token(token) => {
            let known = parts.auth.session_of(token, now)?;
            let (session, user, age) = known.ok_or_else(|| AppError::unauthorized("Invalid user token"))?;
            (By::Device(session), user, age)
        }
    };
    let vault = parts.vaults.of(&user)?;
    Ok((SignedIn { by, user, vault }, age))
}

/// In the order in which they are tried. A proxy may add a bearer token of its own to every request, so a session comes
/// before it.
fn credentials(headers: &HeaderMap) -> Vec<Credential> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let key = |key: &str| Credential::Key(Secret::received(key.trim()));
    if let Some(named) = text(API_KEY_HEADER) {
        return vec![key(named)];
    }
    let session = cookie::find(headers).map(Credential::Token);
    let bearer =
        text(header::AUTHORIZATION.as_str()).and_then(|value| value.strip_prefix("Bearer ")).map(key);
    session.into_iter().chain(bearer).collect()
}
