//! `/safelight/v1/push`: the push subscription of the device that sends the request.

use axum::extract::State as Shared;
use axum::http::StatusCode;
use axum::{Extension, Json};
use jiff::Timestamp;
use protocol::safelight::{PushState, PushSubscription, path};

use crate::api::asked::JsonBody;
use crate::api::sign_in::{By, SignedIn};
use crate::error::AppError;
use crate::openapi::Refused;
use crate::push::{self, Keys, Malformed};
use crate::state::State;

#[utoipa::path(
    get,
    path = path::PUSH,
    tag = "Safelight",
    responses((status = 200, body = PushState, description = "The pushes to this device"), Refused),
)]
pub(super) async fn state(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
) -> Result<Json<PushState>, AppError> {
    let session = device(&who)?;
    let (public_key, one) = state
        .blocking(move |parts| Ok::<_, AppError>((parts.pushes.public_key()?, parts.pushes.of(&session)?)))
        .await?;
    Ok(Json(PushState {
        public_key,
        subscribed: one.as_ref().is_some_and(|one| !one.is_gone()),
        endpoint: one.as_ref().map(|one| one.keys.endpoint.to_string()),
        held: one.as_ref().is_some_and(|one| one.held),
        daily_at: one.as_ref().and_then(|one| one.daily_at),
        pushed_at: one.as_ref().and_then(|one| one.pushed).map(|at| at.to_string()),
        outcome: one.and_then(|one| one.outcome),
    }))
}

#[utoipa::path(
    put,
    path = path::PUSH,
    tag = "Safelight",
    request_body = PushSubscription,
    responses((status = 204, description = "This device receives pushes"), Refused),
)]
pub(super) async fn subscribe(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
    JsonBody(PushSubscription { endpoint, keys, daily_at, held }): JsonBody<PushSubscription>,
) -> Result<StatusCode, AppError> {
    let session = device(&who)?;
    let malformed = |malformed: Malformed| AppError::bad_request(malformed.to_string());
    let keys = Keys::read(&endpoint, &keys.p256dh, &keys.auth, state.pushes.reach()).map_err(malformed)?;
    if daily_at.is_some_and(|minute| minute >= 1440) {
        return Err(malformed(Malformed::DailyAt));
    }
    state
        .blocking(move |parts| parts.pushes.subscribe(&session, &keys, daily_at, held, Timestamp::now()))
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    delete,
    path = path::PUSH,
    tag = "Safelight",
    responses((status = 204, description = "This device no longer receives pushes"), Refused),
)]
pub(super) async fn unsubscribe(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
) -> Result<StatusCode, AppError> {
    let session = device(&who)?;
    state.blocking(move |parts| parts.pushes.unsubscribe(&session)).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[utoipa::path(
    post,
    path = path::PUSH_TEST,
    tag = "Safelight",
    responses((status = 202, description = "A push is sent to this device in ten seconds"), Refused),
)]
pub(super) async fn try_it(
    Shared(state): Shared<State>,
    Extension(who): Extension<SignedIn>,
) -> Result<StatusCode, AppError> {
    let session = device(&who)?;
    let asked = session.clone();
    let one = state.blocking(move |parts| parts.pushes.of(&asked)).await?;
    let Some(one) = one.filter(|one| !one.is_gone()) else {
        let message = "This device is not subscribed to pushes".to_owned();
        return Err(AppError::Refused(StatusCode::CONFLICT, message));
    };
    if Timestamp::now() < one.not_before {
        let message =
            format!("This browser's push service asked the server to wait until {}", one.not_before);
        return Err(AppError::Refused(StatusCode::CONFLICT, message));
    }
    tokio::spawn(async move {
        // The outcome is stored, and the state returns it.
        if let Err(error) = push::try_one(&state, session).await {
            tracing::error!(?error, "could not send a push to a device");
        }
    });
    Ok(StatusCode::ACCEPTED)
}

/// Push needs a paired browser; API clients are refused.
fn device(who: &SignedIn) -> Result<String, AppError> {
    match &who.by {
        By::Device(session) => Ok(session.id.clone()),
        By::Client(_) => {
            let message = "Only a paired browser can receive pushes".to_owned();
            Err(AppError::Refused(StatusCode::FORBIDDEN, message))
        }
    }
}
