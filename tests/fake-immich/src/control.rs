//! How a test in another process controls and inspects the fake. Not part of Immich.
//!
//! `PUT` or `DELETE /fake/faults/NAME`, `POST /fake/jobs` (finishes them), `GET /fake/state`.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::json;

use crate::fault::Fault;
use crate::library::Immich;

pub(crate) fn routes() -> Router<Immich> {
    Router::new()
        .route("/fake/faults/{name}", put(befall).delete(recover))
        .route("/fake/jobs", post(finish_jobs))
        .route("/fake/state", get(state))
}

async fn befall(State(immich): State<Immich>, Path(name): Path<String>) -> Response {
    with_fault(&name, |fault| immich.befall(fault))
}

async fn recover(State(immich): State<Immich>, Path(name): Path<String>) -> Response {
    with_fault(&name, |fault| immich.recover(&fault))
}

fn with_fault(name: &str, act: impl FnOnce(Fault)) -> Response {
    match name.parse() {
        Ok(fault) => {
            act(fault);
            StatusCode::NO_CONTENT.into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, error).into_response(),
    }
}

async fn finish_jobs(State(immich): State<Immich>) -> StatusCode {
    immich.finish_jobs();
    StatusCode::NO_CONTENT
}

async fn state(State(immich): State<Immich>) -> Response {
    let faults: Vec<String> = immich.faults().iter().map(ToString::to_string).collect();
    Json(json!({"held": immich.held(), "requests": immich.requests(), "faults": faults})).into_response()
}
