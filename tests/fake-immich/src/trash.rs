//! Moves assets to the trash, restores them, and deletes them for good.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::dialect::Dialect;
use crate::library::{Immich, Library, Place};
use crate::refusal::Refusal;
use crate::said::Said;
use crate::sign_in::Caller;

#[derive(Deserialize)]
pub(crate) struct Delete {
    ids: Vec<Uuid>,
    #[serde(default)]
    force: bool,
}

pub(crate) async fn delete(
    State(immich): State<Immich>,
    caller: Caller,
    Said(delete): Said<Delete>,
) -> Result<StatusCode, Refusal> {
    let owner = caller.may(&immich, "asset.delete")?;
    let mut library = immich.open();
    check_all(&library, owner, &delete.ids)?;
    let place = if delete.force { Place::Condemned } else { Place::Trash };
    put_all(&mut library, &delete.ids, place);
    // In 2.x the deletion is a job: a look-up right after it still answered "in the trash".
    if immich.dialect() == Dialect::V3 {
        library.assets.retain(|asset| asset.place != Place::Condemned);
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize)]
pub(crate) struct Restore {
    ids: Vec<Uuid>,
}

/// All or nothing. Assets that are not in the trash count too.
pub(crate) async fn restore(
    State(immich): State<Immich>,
    caller: Caller,
    Said(restore): Said<Restore>,
) -> Result<Json<Value>, Refusal> {
    let owner = caller.may(&immich, "asset.delete")?;
    let mut library = immich.open();
    check_all(&library, owner, &restore.ids)?;
    put_all(&mut library, &restore.ids, Place::Timeline);
    Ok(Json(json!({"count": restore.ids.len()})))
}

/// One unknown id fails the whole call. The error does not name it.
fn check_all(library: &Library, owner: Uuid, ids: &[Uuid]) -> Result<(), Refusal> {
    let known = ids.iter().all(|id| library.asset(owner, *id).is_some());
    known.then_some(()).ok_or_else(|| Refusal::bad_request("Not found or no asset.delete access"))
}

fn put_all(library: &mut Library, ids: &[Uuid], place: Place) {
    for asset in library.assets.iter_mut().filter(|asset| ids.contains(&asset.id)) {
        asset.place = place;
    }
}
