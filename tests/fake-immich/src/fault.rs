//! Faults of an Immich server, or of a proxy in front of it, beyond the server's own rules.

use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// A fault that a test can switch on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fault {
    /// The server stores different bytes than it received, and reports them as created. Only a second look-up reveals
    /// it.
    ChangesBytes,
    /// Uploads go to the trash at once, as if their owner had deleted them on another device.
    TrashesUploads,
    /// Every upload exceeds the quota. As with a real quota, the error comes after the whole body.
    QuotaExceeded,
    /// A reverse proxy accepts no body larger than this number of bytes, and answers 413 in HTML.
    ProxyLimit(u64),
    /// A reverse proxy cannot reach the server, and answers 502 in HTML.
    BadGateway,
    /// The server is in maintenance mode: it reports its version and the maintenance, and answers 404 to everything
    /// else.
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
    fn a_fault_is_read_by_the_name_it_is_written_with() {
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
