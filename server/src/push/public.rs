//! Resolves names to public addresses only, so that nobody can make the server send requests into its own network.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::http::Uri;
use ureq::config::Config;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

#[derive(Default)]
pub(super) struct PublicOnly(DefaultResolver);

impl std::fmt::Debug for PublicOnly {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("PublicOnly")
    }
}

impl Resolver for PublicOnly {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let mut kept = self.empty();
        let found = self.0.resolve(uri, config, timeout)?;
        found.iter().filter(|address| is_public(address)).for_each(|address| kept.push(*address));
        if kept.is_empty() { Err(ureq::Error::HostNotFound) } else { Ok(kept) }
    }
}

fn is_public(address: &SocketAddr) -> bool {
    match address.ip() {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match address.to_ipv4() {
            Some(mapped) => is_public_v4(mapped),
            None => is_public_v6(address),
        },
    }
}

/// RFC 6890, and RFC 6598 for addresses that providers share (carrier-grade NAT).
fn is_public_v4(address: Ipv4Addr) -> bool {
    let [first, second, ..] = address.octets();
    let shared = first == 100 && (64..128).contains(&second);
    let others = address.is_private() || address.is_loopback() || address.is_link_local();
    !(first == 0 || shared || others || address.is_multicast() || first >= 240)
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let local = address.is_unique_local() || address.is_unicast_link_local();
    !(local || address.is_loopback() || address.is_unspecified() || address.is_multicast())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_public_network_is_reached() {
        for public in ["1.1.1.1:443", "100.63.0.1:443", "172.15.0.1:443", "[2606:4700::1111]:443"] {
            assert!(is_public(&public.parse().unwrap()), "{public}");
        }
        for own in [
            "127.0.0.1:443",
            "10.1.2.3:443",
            "172.16.0.1:443",
            "192.168.1.1:443",
            "169.254.1.1:443",
            "100.64.0.1:443",
            "0.0.0.0:443",
            "224.0.0.1:443",
            "255.255.255.255:443",
            "[::1]:443",
            "[::]:443",
            "[fe80::1]:443",
            "[fd00::1]:443",
            "[::ffff:192.168.1.1]:443",
        ] {
            assert!(!is_public(&own.parse().unwrap()), "{own}");
        }
    }

    #[test]
    fn a_name_of_this_machine_is_not_found() {
        let config = ureq::Agent::config_builder().timeout_global(None).build();
        let agent = ureq::Agent::with_parts(
            config,
            ureq::unversioned::transport::DefaultConnector::new(),
            PublicOnly::default(),
        );
        let error = agent.get("https://localhost:1/").call().unwrap_err();
        assert!(matches!(error, ureq::Error::HostNotFound), "{error}");
    }
}
