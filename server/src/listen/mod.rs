//! How requests come in: over TCP, under TLS if there is a certificate, within bounds for each address, and with the
//! true address of whoever asks.

mod bounded;
mod caller;
mod tls;

use std::future::{Future, pending};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsAcceptor;

use bounded::Bounded;
pub(crate) use caller::{Caller, identify};
pub use tls::{Tls, TlsFiles};

use crate::state::State;

/// A client that says nothing for so long may connect again.
const SILENCE: Duration = Duration::from_secs(75);

/// What a connection reads ahead: more of it made uploads no faster, and many of them at once large.
const BUFFER_BYTES: usize = 64 * 1024;

/// How long requests in flight may take to end once the server is told to stop: an answer gets out, an upload
/// that needs longer goes on later, or is sent again by its client.
const GRACE: Duration = Duration::from_secs(5);

/// Answers until `shutdown` is there, and then lets what is in flight end, within bounds.
pub async fn serve(
    listener: TcpListener,
    tls: Option<Tls>,
    state: State,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    let handle = Handle::new();
    let stopping = stop(shutdown, state.clone(), handle.clone());
    let housekeeping = crate::keep_house(state.clone());
    let pushing = crate::push::keep(state.clone());
    let reloading = tls.clone();
    tokio::select! {
        ended = answer(listener, tls, state, handle) => ended,
        () = stopping => Ok(()),
        () = housekeeping => Ok(()),
        () = pushing => Ok(()),
        () = keep_up_to_date(reloading) => Ok(()),
    }
}

async fn answer(
    listener: TcpListener,
    tls: Option<Tls>,
    state: State,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    let bounded = Bounded::new(tls.is_some(), state.settings.trusted_proxies.clone());
    let app = crate::app(state).into_make_service_with_connect_info::<SocketAddr>();
    let mut server =
        axum_server::from_tcp(listener)?.handle(handle).http1_only().first_request_timeout(SILENCE);
    server.http_builder().http1().header_read_timeout(SILENCE).max_buf_size(BUFFER_BYTES);
    match tls {
        None => server.acceptor(bounded).serve(app).await,
        Some(tls) => server.acceptor(RustlsAcceptor::new(tls.config()).acceptor(bounded)).serve(app).await,
    }
}

/// Never ends by itself: the server does once its last request has.
async fn stop(shutdown: impl Future<Output = ()>, state: State, handle: Handle<SocketAddr>) {
    shutdown.await;
    state.stop();
    handle.graceful_shutdown(Some(GRACE));
    pending().await
}

async fn keep_up_to_date(tls: Option<Tls>) {
    match tls {
        Some(tls) => tls.keep_up_to_date().await,
        None => pending().await,
    }
}
