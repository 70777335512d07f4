//! Authentication, and the permissions of API keys.

use axum::Json;
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{AppendHeaders, IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::fault::Fault;
use crate::library::{Immich, Key, Library, PASSWORD, Session, User};
use crate::refusal::Refusal;
use crate::said::Said;

/// An authenticated caller.
#[derive(Clone)]
pub(crate) struct Caller {
    pub(crate) user: User,
    by: By,
}

#[derive(Clone)]
enum By {
    Key(Key),
    /// A session has every permission.
    Session(String),
}

impl FromRequestParts<Immich> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, immich: &Immich) -> Result<Caller, Refusal> {
        let library = immich.open();
        let by = recognise(&library, parts)?;
        let owner = match &by {
            By::Key(key) => key.owner,
            By::Session(token) => session(&library, token)?.owner,
        };
        let user = library.user(owner).cloned().ok_or_else(|| unauthorized("Invalid API key"))?;
        Ok(Caller { user, by })
    }
}

impl Caller {
    /// Fails unless the key has the permission.
    pub(crate) fn may(&self, immich: &Immich, permission: &str) -> Result<Uuid, Refusal> {
        let has = match &self.by {
            By::Session(_) => true,
            By::Key(key) => {
                let given = key.permissions.iter().any(|given| given == permission || given == "all");
                given && !immich.has(&Fault::Lacks(permission.to_owned()))
            }
        };
        let lacking =
            || Refusal::plain(StatusCode::FORBIDDEN, format!("Missing required permission: {permission}"));
        has.then_some(self.user.id).ok_or_else(lacking)
    }
}

fn recognise(library: &Library, parts: &Parts) -> Result<By, Refusal> {
    if let Some(secret) = text(&parts.headers, "x-api-key").or_else(|| in_query(parts)) {
        let key = library.keys.iter().find(|key| key.secret == secret);
        return key.cloned().map(By::Key).ok_or_else(|| unauthorized("Invalid API key"));
    }
    let bearer = text(&parts.headers, header::AUTHORIZATION.as_str());
    let bearer = bearer.and_then(|value| value.strip_prefix("Bearer ").map(str::to_owned));
    let token =
        bearer.or_else(|| cookie(&parts.headers)).ok_or_else(|| unauthorized("Authentication required"))?;
    session(library, &token).map(|session| By::Session(session.token.clone()))
}

fn session<'a>(library: &'a Library, token: &str) -> Result<&'a Session, Refusal> {
    let found = library.sessions.iter().find(|session| session.token == token);
    found.ok_or_else(|| unauthorized("Invalid user token"))
}

fn unauthorized(message: &str) -> Refusal {
    Refusal::plain(StatusCode::UNAUTHORIZED, message)
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn in_query(parts: &Parts) -> Option<String> {
    let pairs = parts.uri.query().unwrap_or_default().split('&');
    pairs.filter_map(|pair| pair.strip_prefix("apiKey=")).next().map(str::to_owned)
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let cookies = text(headers, header::COOKIE.as_str())?;
    cookies.split("; ").find_map(|cookie| cookie.strip_prefix("immich_access_token=")).map(str::to_owned)
}

#[derive(Deserialize)]
pub(crate) struct Login {
    email: String,
    password: String,
}

pub(crate) async fn login(
    State(immich): State<Immich>,
    Said(login): Said<Login>,
) -> Result<Response, Refusal> {
    let mut library = immich.open();
    let user =
        library.users.iter().find(|user| user.email == login.email && login.password == PASSWORD).cloned();
    let user = user.ok_or_else(|| unauthorized("Incorrect email or password"))?;
    let token = Uuid::new_v4().simple().to_string();
    library.sessions.push(Session { token: token.clone(), owner: user.id });
    let body = json!({
        "accessToken": token, "userId": user.id.to_string(), "userEmail": user.email, "name": user.name,
        "isAdmin": user.admin, "profileImagePath": "", "shouldChangePassword": true, "isOnboarded": false,
    });
    Ok((StatusCode::CREATED, cookies(&token, "Max-Age=34560000; "), Json(body)).into_response())
}

fn cookies(token: &str, lasting: &str) -> AppendHeaders<[(header::HeaderName, String); 3]> {
    let said = |name: &str, value: &str, more: &str| {
        (header::SET_COOKIE, format!("{name}={value}; {lasting}Path=/{more}; SameSite=Lax"))
    };
    AppendHeaders([
        said("immich_access_token", token, "; HttpOnly"),
        said("immich_auth_type", "password", "; HttpOnly"),
        said("immich_is_authenticated", "true", ""),
    ])
}

pub(crate) async fn logout(State(immich): State<Immich>, caller: Caller) -> Response {
    if let By::Session(token) = caller.by {
        immich.open().sessions.retain(|session| session.token != token);
    }
    let body = json!({"successful": true, "redirectUri": "/auth/login?autoLaunch=0"});
    (cookies("", "Expires=Thu, 01 Jan 1970 00:00:00 GMT; "), Json(body)).into_response()
}

pub(crate) async fn validate_token(_: Caller) -> Json<Value> {
    Json(json!({"authStatus": true}))
}

pub(crate) async fn me(State(immich): State<Immich>, caller: Caller) -> Result<Json<Value>, Refusal> {
    let id = caller.may(&immich, "user.read")?;
    let user = caller.user;
    let created = user.created.to_string();
    let usage = immich.open().usage(id);
    Ok(Json(json!({
        "id": id.to_string(), "email": user.email, "name": user.name, "profileImagePath": "",
        "avatarColor": "red", "profileChangedAt": created, "storageLabel": user.admin.then_some("admin"),
        "shouldChangePassword": true, "isAdmin": user.admin, "createdAt": created, "deletedAt": null,
        "updatedAt": created, "oauthId": "", "quotaSizeInBytes": user.quota, "quotaUsageInBytes": usage,
        "status": "active", "license": null,
    })))
}

#[derive(Deserialize)]
pub(crate) struct NewKey {
    name: String,
    permissions: Vec<String>,
}

pub(crate) async fn create_key(
    State(immich): State<Immich>,
    caller: Caller,
    Said(new): Said<NewKey>,
) -> Result<Response, Refusal> {
    let owner = caller.may(&immich, "apiKey.create")?;
    let key = immich.open().add_key(owner, &new.name, new.permissions);
    let body = json!({"secret": key.secret, "apiKey": described(&immich, &key)});
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Needs no permission, because this is how a client learns which ones it lacks.
pub(crate) async fn own_key(State(immich): State<Immich>, caller: Caller) -> Result<Json<Value>, Refusal> {
    match &caller.by {
        By::Key(key) => Ok(Json(described(&immich, key))),
        // Not recorded.
        By::Session(_) => Err(Refusal::plain(StatusCode::FORBIDDEN, "Not authenticated with an API Key")),
    }
}

fn described(immich: &Immich, key: &Key) -> Value {
    let lacks = |permission: &&String| !immich.has(&Fault::Lacks((*permission).clone()));
    let permissions: Vec<&String> = key.permissions.iter().filter(lacks).collect();
    let created = key.created.to_string();
    json!({"id": key.id.to_string(), "name": key.name, "createdAt": created, "updatedAt": created,
        "permissions": permissions})
}

pub(crate) async fn sync_stream(caller: Caller) -> Refusal {
    match caller.by {
        By::Key(_) => Refusal::plain(StatusCode::FORBIDDEN, "Sync endpoints cannot be used with API keys"),
        By::Session(_) => Refusal::plain(StatusCode::NOT_IMPLEMENTED, "The fake has no stream"),
    }
}
