//! `GET /safelight/v1/sign-in`: redirects to the app. A browser reaches it past the service worker, so a proxy in front of
//! this server can show its sign-in page first.

use axum::response::Redirect;
use protocol::safelight::path;

#[utoipa::path(
    get,
    path = path::SIGN_IN,
    tag = "Safelight",
    responses((status = 303, description = "The app")),
)]
pub(super) async fn sign_in() -> Redirect {
    Redirect::to("/")
}
