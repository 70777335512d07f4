//! What can be wrong with an Immich server, or with what stands in front of it, beyond its own rules.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// One misfortune that a test switches on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// It keeps other bytes than it was sent, and calls them created: only a second look-up finds out.
    ChangesBytes,
    /// What is uploaded lies in the trash at once, as if its owner had deleted it on another device.
    TrashesUploads,
    /// Every upload is one too many for the quota. As with a real quota, this is said after the whole body.
    QuotaExceeded,
    /// A reverse proxy takes no body of more bytes than this, and answers 413 in HTML.
    ProxyLimit(u64),
    /// A reverse proxy does not reach the server, and answers 502 in HTML.
    BadGateway,
    /// The server is in maintenance: it tells its version and that it is so, and knows no other address.
    Maintenance,
    /// Each API key lacks this permission.
    Lacks(String),
}

impl Display for Fault {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Fault::ChangesBytes => f.write_str("changes-bytes"),
            Fault::TrashesUploads => f.write_str("trashes-uploads"),
            Fault::QuotaExceeded => f.write_str("quota-exceeded"),
            Fault::ProxyLimit(bytes) => write!(f, "proxy-limit={bytes}"),
            Fault::BadGateway => f.write_str("bad-gateway"),
            Fault::Maintenance => f.write_str("maintenance"),
            Fault::Lacks(permission) => write!(f, "lacks={permission}"),
        }
    }
}

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Fault, String> {
        let unknown = || format!("no fault is called {text}");
        match text.split_once('=').unwrap_or((text, "")) {
            ("changes-bytes", "") => Ok(Fault::ChangesBytes),
            ("trashes-uploads", "") => Ok(Fault::TrashesUploads),
            ("quota-exceeded", "") => Ok(Fault::QuotaExceeded),
            ("proxy-limit", bytes) => bytes.parse().map(Fault::ProxyLimit).map_err(|_| unknown()),
            ("bad-gateway", "") => Ok(Fault::BadGateway),
            ("maintenance", "") => Ok(Fault::Maintenance),
            ("lacks", permission) if !permission.is_empty() => Ok(Fault::Lacks(permission.to_owned())),
            _ => Err(unknown()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_read_by_the_name_that_it_is_written_with() {
        let all = [
            Fault::ChangesBytes,
            Fault::TrashesUploads,
            Fault::QuotaExceeded,
            Fault::ProxyLimit(1_000),
            Fault::BadGateway,
            Fault::Maintenance,
            Fault::Lacks("user.read".into()),
        ];
        for fault in all {
            assert_eq!(fault.to_string().parse(), Ok(fault));
        }
        for name in ["", "tired", "proxy-limit", "proxy-limit=x", "lacks", "maintenance=1"] {
            assert!(name.parse::<Fault>().is_err(), "{name:?}");
        }
    }
}
