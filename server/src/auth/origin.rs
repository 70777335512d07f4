//! Checks whether a state-changing request comes from our own page. Browsers also send the cookie with
//! requests from other pages of the same site, and SameSite alone does not distinguish ports.

use std::fmt;
use std::str::FromStr;

use axum::http::{HeaderMap, Method, Uri, header};

/// The address at which people reach this server, if it differs from the one it listens on:
/// `https://photos.example.org`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicUrl(String);

#[derive(Debug, thiserror::Error)]
#[error("expected http:// or https://, a host, and nothing after it")]
pub struct NotAPublicUrl;

impl PublicUrl {
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for PublicUrl {
    type Err = NotAPublicUrl;

    fn from_str(text: &str) -> Result<Self, NotAPublicUrl> {
        let uri: Uri = text.parse().map_err(|_| NotAPublicUrl)?;
        match (uri.scheme_str(), uri.authority(), uri.path_and_query().map(|path| path.as_str())) {
            (Some(scheme @ ("http" | "https")), Some(host), Some("/") | None)
                if !host.as_str().contains('@') =>
            {
                Ok(Self(format!("{scheme}://{}", host.as_str().to_ascii_lowercase())))
            }
            _ => Err(NotAPublicUrl),
        }
    }
}

/// Only state-changing requests are checked: the browser itself blocks cross-origin reads.
pub fn is_ours(method: &Method, headers: &HeaderMap, public_url: Option<&PublicUrl>) -> bool {
    if method.is_safe() {
        return true;
    }
    match text(headers, header::ORIGIN.as_str()) {
        Some(origin) => is_same(origin, headers, public_url),
        None if headers.contains_key(header::ORIGIN) => false,
        None if headers.contains_key(header::COOKIE) => {
            !headers.contains_key(FETCH_SITE) || text(headers, FETCH_SITE) == Some("same-origin")
        }
        None => true,
    }
}

const FETCH_SITE: &str = "sec-fetch-site";

fn is_same(origin: &str, headers: &HeaderMap, public_url: Option<&PublicUrl>) -> bool {
    let host = text(headers, header::HOST.as_str());
    let authority = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
    let names_host =
        authority.zip(host).is_some_and(|(authority, host)| authority.eq_ignore_ascii_case(host));
    names_host || public_url.is_some_and(|url| url.0.eq_ignore_ascii_case(origin))
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_page_changes_anything() {
        let cookie = ("cookie", "safelight_session=x");
        let table: &[(&[(&str, &str)], bool)] = &[
            (&[], true),
            (&[cookie], true),
            (&[("origin", "http://localhost:4114"), cookie], true),
            (&[("origin", "https://localhost:4114")], true),
            (&[("origin", "https://photos.example.org"), cookie], true),
            (&[("origin", "http://photos.example.org")], false),
            (&[("origin", "http://localhost:8080"), cookie], false),
            (&[("origin", "http://localhost")], false),
            (&[("origin", "http://evil.example")], false),
            (&[("origin", "null"), cookie], false),
            (&[("origin", "")], false),
            (&[cookie, ("sec-fetch-site", "same-origin")], true),
            (&[cookie, ("sec-fetch-site", "same-site")], false),
            (&[cookie, ("sec-fetch-site", "cross-site")], false),
            (&[cookie, ("sec-fetch-site", "none")], false),
            (&[("x-api-key", "k")], true),
        ];
        let url = "https://photos.example.org".parse().unwrap();
        for (extra, ours) in table {
            let mut headers = HeaderMap::new();
            headers.insert("host", "localhost:4114".parse().unwrap());
            for (name, value) in *extra {
                headers.insert(*name, value.parse().unwrap());
            }
            assert_eq!(is_ours(&Method::POST, &headers, Some(&url)), *ours, "{extra:?}");
            assert!(is_ours(&Method::GET, &headers, Some(&url)));
        }
    }

    #[test]
    fn a_public_url_is_an_origin() {
        let table = [
            ("https://photos.example.org", Some("https://photos.example.org")),
            ("https://Photos.Example.org/", Some("https://photos.example.org")),
            ("http://192.168.1.5:4114", Some("http://192.168.1.5:4114")),
            ("https://example.org/photos", None),
            ("ftp://example.org", None),
            ("https://me@example.org", None),
            ("photos.example.org", None),
            ("", None),
        ];
        for (text, url) in table {
            assert_eq!(text.parse::<PublicUrl>().ok().map(|url| url.to_string()).as_deref(), url, "{text}");
        }
    }
}
