//! The bytes of a request as they arrive. All code that reads a body reads it through this module, so that a client
//! that has gone away cannot keep anything open for ever.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::{HeaderMap, StatusCode};
use futures_util::{Stream, StreamExt, stream};
use tokio::time::timeout;

use super::sign_in::SignedIn;
use crate::error::AppError;
use crate::limiter::Permit;
use crate::state::State;
use crate::throttle::Throttle;

/// A phone may lose its signal for a while, but a client that has gone away must not keep a file open for ever.
const STALL: Duration = Duration::from_secs(120);

pub(super) type Chunks = Pin<Box<dyn Stream<Item = Result<Bytes, Broken>> + Send>>;

#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    #[error("the upload was cut off")]
    Off(#[source] axum::Error),
    #[error("the upload stalled")]
    Stalled,
}

pub(super) fn chunks(body: Body) -> Chunks {
    Box::pin(stream::try_unfold(body.into_data_stream(), |mut body| async move {
        match timeout(STALL, body.next()).await {
            Ok(Some(Ok(chunk))) => Ok(Some((chunk, body))),
            Ok(Some(Err(error))) => Err(Broken::Off(error)),
            Ok(None) => Ok(None),
            Err(_) => Err(Broken::Stalled),
        }
    }))
}

/// An upload that is being received.
pub(super) struct Incoming {
    pub(super) headers: HeaderMap,
    /// Throttled to the rate limit of the device.
    pub(super) chunks: Chunks,
    pub(super) _permit: Permit<String>,
}

/// More uploads at once than our clients ever send, and few enough to leave room for others.
const MOST_UPLOADS_OF_ONE: usize = 64;

/// After a refusal, the server still reads this much of the body, so that the client gets the response and not a cut
/// connection. Reading more is not worth it.
pub(super) const REFUSED_BODY_BYTES: usize = 16 * 1024 * 1024;

pub(super) async fn incoming(state: &State, who: &SignedIn, request: Request) -> Result<Incoming, AppError> {
    let (parts, body) = request.into_parts();
    let Some(permit) = state.uploads.acquire(who.id().to_owned(), MOST_UPLOADS_OF_ONE) else {
        read_away(chunks(body), REFUSED_BODY_BYTES).await;
        return Err(AppError::too_many("Too many uploads at once", 5));
    };
    let (slow, counting) = (state.throttles.of(who.id()), state.clone());
    let chunks = slowed(chunks(body), slow).inspect(move |chunk| {
        counting.metrics.received(chunk.as_ref().map_or(0, Bytes::len));
    });
    let chunks = Box::pin(chunks);
    Ok(Incoming { headers: parts.headers, chunks, _permit: permit })
}

fn slowed(chunks: Chunks, throttle: Arc<Throttle>) -> Chunks {
    Box::pin(chunks.then(move |chunk| {
        let throttle = throttle.clone();
        async move {
            throttle.let_through(chunk.as_ref().map_or(0, Bytes::len)).await;
            chunk
        }
    }))
}

/// Reads the whole body, if it has at most `max_bytes`.
pub(super) async fn read_whole(body: Body, max_bytes: usize) -> Result<Vec<u8>, AppError> {
    let (mut chunks, mut bytes) = (chunks(body), Vec::new());
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(unreadable)?;
        if bytes.len() + chunk.len() > max_bytes {
            return Err(AppError::Refused(
                StatusCode::PAYLOAD_TOO_LARGE,
                "Request entity too large".to_owned(),
            ));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// Reads the rest of the body, up to a limit, so that the client gets the response instead of a cut connection.
pub(super) async fn read_away(mut chunks: Chunks, max_bytes: usize) {
    let reading = async {
        let mut read = 0;
        while let Some(Ok(chunk)) = chunks.next().await {
            read += chunk.len();
            if read > max_bytes {
                return;
            }
        }
    };
    // A client that is still sending after this time does not want the response.
    _ = timeout(STALL, reading).await;
}

fn unreadable(broken: Broken) -> AppError {
    let (status, message) = match broken {
        Broken::Off(_) => (StatusCode::BAD_REQUEST, "The request was cut off"),
        Broken::Stalled => (StatusCode::REQUEST_TIMEOUT, "The request stalled"),
    };
    AppError::Refused(status, message.to_owned())
}

#[cfg(test)]
mod tests {
    use std::io;

    use axum::response::IntoResponse;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_body_is_refused_for_what_is_wrong_with_it() {
        let piece = || stream::iter([Ok::<_, io::Error>("1234")]);
        let broken = stream::iter([Err(io::Error::from(io::ErrorKind::ConnectionReset))]);
        let table = [
            (Body::from_stream(piece().chain(broken)), StatusCode::BAD_REQUEST),
            (Body::from_stream(piece().chain(stream::pending())), StatusCode::REQUEST_TIMEOUT),
            (Body::from_stream(piece().chain(piece())), StatusCode::PAYLOAD_TOO_LARGE),
        ];
        for (body, status) in table {
            assert_eq!(read_whole(body, 7).await.unwrap_err().into_response().status(), status);
        }
        assert_eq!(read_whole(Body::from_stream(piece()), 4).await.unwrap(), b"1234");
    }

    #[tokio::test(start_paused = true)]
    async fn a_refused_body_is_read_only_up_to_a_limit() {
        let silent = Body::from_stream(stream::pending::<io::Result<Bytes>>());
        let endless = Body::from_stream(stream::repeat_with(|| Ok::<_, io::Error>("1234")));
        for body in [silent, endless] {
            read_away(chunks(body), 100).await;
        }
    }
}
