//! Who sent the request, as far as the network shows: the address, and whether the connection is encrypted. A reverse
//! proxy reports both in headers. Anybody could send those headers, so they count only from configured proxies.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};

use axum::Extension;
use axum::extract::{ConnectInfo, Request, State as Shared};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::Response;
use ipnet::IpNet;

use super::bounded::Connection;
use crate::state::State;

const FORWARDED_FOR: &str = "x-forwarded-for";
const FORWARDED_PROTO: &str = "x-forwarded-proto";

/// Added as an extension to every request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Caller {
    pub(crate) address: IpAddr,
    /// Whether the whole connection from the browser is under TLS, as far as the server can know.
    pub(crate) is_https: bool,
}

pub(crate) async fn identify(
    Shared(state): Shared<State>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    Extension(connection): Extension<Connection>,
    mut request: Request,
    next: Next,
) -> Response {
    let proxies = &state.settings.trusted_proxies;
    let caller = Caller::of(peer.ip(), connection.is_tls, request.headers(), proxies);
    request.extensions_mut().insert(caller);
    next.run(request).await
}

impl Caller {
    fn of(peer: IpAddr, is_tls: bool, headers: &HeaderMap, proxies: &[IpNet]) -> Self {
        let peer = peer.to_canonical();
        if !is_within(proxies, peer) {
            return Self { address: peer, is_https: is_tls };
        }
        // Each proxy appends to the list that it received. What our first proxy received may be forged.
        let address = listed(headers, FORWARDED_FOR)
            .rev()
            .map_while(|text| text.parse::<IpAddr>().ok())
            .map(|address| address.to_canonical())
            .find(|address| !is_within(proxies, *address));
        let proto = listed(headers, FORWARDED_PROTO).next_back();
        Self {
            address: address.unwrap_or(peer),
            is_https: proto.map_or(is_tls, |proto| proto.eq_ignore_ascii_case("https")),
        }
    }

    /// The smallest unit that belongs to one household or attacker: an IPv4 address or a /64 network of IPv6.
    pub(crate) fn household(self) -> IpAddr {
        household_of(self.address)
    }
}

pub(super) fn household_of(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => address.into(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

pub(super) fn is_within(networks: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    networks.iter().any(|network| network.contains(&address))
}

/// The values of a list header that may be split over several lines.
fn listed<'a>(headers: &'a HeaderMap, name: &str) -> impl DoubleEndedIterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).collect::<Vec<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_configured_proxy_is_believed() {
        let proxies = ["127.0.0.1/32".parse().unwrap(), "10.0.0.0/8".parse().unwrap()];
        type Fields = &'static [(&'static str, &'static str)];
        let table: [(&str, Fields, &str, bool); 10] = [
            ("192.0.2.1", &[], "192.0.2.1", false),
            (
                "192.0.2.1",
                &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https")],
                "192.0.2.1",
                false,
            ),
            (
                "127.0.0.1",
                &[("x-forwarded-for", "198.51.100.7"), ("x-forwarded-proto", "https")],
                "198.51.100.7",
                true,
            ),
            ("127.0.0.1", &[("x-forwarded-for", "6.6.6.6, 198.51.100.7, 10.1.2.3")], "198.51.100.7", false),
            (
                "127.0.0.1",
                &[("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.7")],
                "198.51.100.7",
                false,
            ),
            ("127.0.0.1", &[("x-forwarded-for", "nonsense")], "127.0.0.1", false),
            ("127.0.0.1", &[("x-forwarded-for", "6.6.6.6, nonsense, 10.0.0.9")], "127.0.0.1", false),
            ("127.0.0.1", &[("x-forwarded-proto", "https, http")], "127.0.0.1", false),
            ("::ffff:127.0.0.1", &[("x-forwarded-for", "2001:db8::1")], "2001:db8::1", false),
            ("127.0.0.1", &[], "127.0.0.1", false),
        ];
        for (peer, fields, address, is_https) in table {
            let mut headers = HeaderMap::new();
            fields.iter().for_each(|(name, value)| _ = headers.append(*name, value.parse().unwrap()));
            let found = Caller::of(peer.parse().unwrap(), false, &headers, &proxies);
            let wanted = Caller { address: address.parse().unwrap(), is_https };
            assert_eq!(found, wanted, "{peer} {fields:?}");
        }
    }

    #[test]
    fn a_household_is_an_ipv4_address_or_an_ipv6_network() {
        let table = [("192.0.2.1", "192.0.2.1"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::")];
        for (address, household) in table {
            let caller = Caller { address: address.parse().unwrap(), is_https: false };
            assert_eq!(caller.household().to_string(), household);
        }
    }
}
