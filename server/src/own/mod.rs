//! `/safelight/v1/…`: the routes that this server adds to the Immich API.

mod capabilities;
mod folders;
mod health;
mod pair;
mod push;
mod rate;
mod sessions;
mod sign_in;

use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::state::State;

/// Routes that need no sign-in.
pub(crate) fn open() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(capabilities::capabilities))
        .routes(routes!(health::health))
        .routes(routes!(pair::pair))
        .routes(routes!(sign_in::sign_in))
}

pub(crate) fn signed_in() -> OpenApiRouter<State> {
    OpenApiRouter::new()
        .routes(routes!(folders::list))
        .routes(routes!(folders::one))
        .routes(routes!(folders::forget))
        .routes(routes!(folders::told))
        .routes(routes!(folders::tell))
        .routes(routes!(push::state))
        .routes(routes!(push::subscribe))
        .routes(routes!(push::unsubscribe))
        .routes(routes!(push::try_it))
        .routes(routes!(rate::set))
        .routes(routes!(sessions::list))
        .routes(routes!(sessions::revoke))
}
