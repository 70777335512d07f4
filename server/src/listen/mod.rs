//! Accepts requests: over TCP, with TLS if there is a certificate, with connection limits for each address, and with
//! the client's real address.

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

/// A client that stays silent for this long is disconnected; it may connect again.
const SILENCE: Duration = Duration::from_secs(75);

/// The read buffer of a connection. A larger one made uploads no faster, and many connections would need much memory.
const BUFFER_BYTES: usize = 64 * 1024;

/// How long requests in flight may take once the server is told to stop. That is enough to send a response; an upload
/// that needs longer is resumed later, or the client sends it again.
const GRACE: Duration = Duration::from_secs(5);

/// Serves until `shutdown` completes, then gives the requests in flight a limited time to finish.
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

/// Never returns: the server ends itself once its last request has.
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
