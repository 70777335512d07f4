//! Limits on the number of connections: one in total, and one for each household.

use std::future::{Ready, ready};
use std::io::{self, Write};
use std::net::IpAddr;
use std::sync::Arc;

use axum::Extension;
use axum::middleware::AddExtension;
use axum_server::accept::Accept;
use ipnet::IpNet;
use tokio::net::TcpStream;
use tower_layer::Layer;

use super::caller::{household_of, is_within};
use crate::limiter::{Limiter, Permit};

/// Each connection uses a file descriptor, and many systems allow 1,024.
const MOST: usize = 500;
/// Browsers open six connections for each tab, and one address may be a whole household.
const MOST_OF_ONE: usize = 100;

const BUSY: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/// Accepts connections until a limit is reached.
#[derive(Clone)]
pub(super) struct Bounded {
    limiter: Arc<Limiter<IpAddr>>,
    is_tls: bool,
    trusted_proxies: Vec<IpNet>,
}

/// A connection; added as an extension to each of its requests.
#[derive(Clone)]
pub(crate) struct Connection {
    pub(super) is_tls: bool,
    _permit: Arc<Permit<IpAddr>>,
}

impl Bounded {
    pub(super) fn new(is_tls: bool, trusted_proxies: Vec<IpNet>) -> Self {
        Self { limiter: Limiter::new(MOST), is_tls, trusted_proxies }
    }

    fn admit(&self, stream: TcpStream) -> io::Result<(TcpStream, Connection)> {
        let address = stream.peer_addr()?.ip();
        // A proxy brings the connections of many clients.
        let most = if is_within(&self.trusted_proxies, address) { MOST } else { MOST_OF_ONE };
        let Some(permit) = self.limiter.acquire(household_of(address), most) else {
            // Under TLS the client cannot read this, but it does no harm. It fits into any socket's buffer.
            _ = stream.into_std()?.write(BUSY);
            tracing::warn!(%address, "too many connections: one was refused");
            return Err(io::ErrorKind::ConnectionRefused.into());
        };
        Ok((stream, Connection { is_tls: self.is_tls, _permit: Arc::new(permit) }))
    }
}

impl<S> Accept<TcpStream, S> for Bounded {
    type Stream = TcpStream;
    type Service = AddExtension<S, Connection>;
    type Future = Ready<io::Result<(TcpStream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        let admitted = self.admit(stream);
        ready(admitted.map(|(stream, connection)| (stream, Extension(connection).layer(service))))
    }
}
