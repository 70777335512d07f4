//! Metrics in the Prometheus format for whoever monitors the server. They are served on a port of their own, so that
//! nobody else can read them.

use std::io;
use std::net::TcpListener;
use std::time::Duration;

use axum::Router;
use axum::extract::State as Shared;
use axum::http::{Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

use crate::error::AppError;
use crate::state::{Parts, State};

/// The content type of the text format, OpenMetrics 1.0.
const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// In seconds. The buckets range from a look at the index to an upload that takes minutes.
const FIRST_BUCKET: f64 = 0.001;
const BUCKETS: u16 = 10;
const BUCKET_FACTOR: f64 = 4.0;

#[derive(Default)]
pub(crate) struct Metrics {
    requests: Family<Request, Counter>,
    durations: Durations,
    /// Bytes of originals, counted as they arrive from the network.
    received: Counter,
}

struct Durations(Histogram);

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Request {
    method: String,
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfUser {
    user: String,
}

impl Default for Durations {
    fn default() -> Self {
        Self(Histogram::new(exponential_buckets(FIRST_BUCKET, BUCKET_FACTOR, BUCKETS)))
    }
}

impl Metrics {
    pub(crate) fn answered(&self, method: &Method, status: StatusCode, took: Duration) {
        let request = Request { method: known(method).to_owned(), status: status.as_u16() };
        self.requests.get_or_create(&request).inc();
        self.durations.0.observe(took.as_secs_f64());
    }

    pub(crate) fn received(&self, bytes: usize) {
        self.received.inc_by(bytes as u64);
    }
}

/// Unknown methods are counted together: a stranger can invent any number of them.
fn known(method: &Method) -> &str {
    let methods = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::PATCH,
        Method::DELETE,
        Method::HEAD,
        Method::OPTIONS,
    ];
    if methods.contains(method) { method.as_str() } else { "other" }
}

/// Answers `/metrics` on a listener of its own.
pub async fn serve(listener: TcpListener, state: State) -> io::Result<()> {
    let app = Router::new().route("/metrics", get(metrics)).with_state(state);
    axum_server::from_tcp(listener)?.serve(app.into_make_service()).await
}

async fn metrics(Shared(state): Shared<State>) -> Result<Response, AppError> {
    let text = state.blocking(text).await?;
    Ok(([(header::CONTENT_TYPE, CONTENT_TYPE)], text).into_response())
}

fn text(parts: &Parts) -> Result<String, AppError> {
    let mut registry = Registry::with_prefix("safelight");
    let Metrics { requests, durations, received } = &parts.metrics;
    registry.register("requests", "Requests answered", requests.clone());
    registry.register_with_unit(
        "request_duration",
        "Time until the response began",
        Unit::Seconds,
        durations.0.clone(),
    );
    registry.register_with_unit("received", "Bytes received in uploads", Unit::Bytes, received.clone());
    let number = |value: u64| {
        let gauge: Gauge = Gauge::default();
        gauge.set(value.try_into().unwrap_or(i64::MAX));
        gauge
    };
    let uploads = number(parts.uploads.count() as u64);
    registry.register("uploads_in_progress", "Uploads being received", uploads);
    let free = number(parts.vault.free()?);
    registry.register_with_unit("disk_free", "Free space on the disk of the data folder", Unit::Bytes, free);
    let (assets, bytes) = (Family::<OfUser, Gauge>::default(), Family::<OfUser, Gauge>::default());
    for user in parts.auth.users()? {
        // A vault that cannot be opened has no numbers; the log says why.
        let Ok(vault) = parts.vaults.of(&user) else { continue };
        let totals = vault.totals()?;
        let of_user = OfUser { user: user.name.to_string() };
        assets.get_or_create(&of_user).set((totals.images + totals.videos).try_into().unwrap_or(i64::MAX));
        bytes.get_or_create(&of_user).set(totals.bytes.try_into().unwrap_or(i64::MAX));
    }
    registry.register("assets", "Photos and videos in the vault", assets);
    registry.register_with_unit("originals", "Bytes of all originals in the vault", Unit::Bytes, bytes);
    let mut text = String::new();
    encode(&mut text, &registry).map_err(AppError::fault)?;
    Ok(text)
}
