//! One request to the server, and the parsing of its answer. This is the only place that tells an answer of the API
//! from a proxy's page.
//!
//! Pure: a [`Client`] carries the requests. In the app it is the browser's `fetch`, in tests a script.

#[cfg(target_arch = "wasm32")]
mod fetch;
#[cfg(test)]
pub(crate) mod script;
#[cfg(test)]
mod tests;

use std::time::UNIX_EPOCH;

use engine::{Body, Moment, Reply, RequestEnd};
use protocol::immich::ErrorBody;
use protocol::resumable::header;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};

#[cfg(target_arch = "wasm32")]
pub(crate) use fetch::{FetchClient, REDIRECTED, fetch, read, stream};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Method {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Method::Get => "GET",
            Method::Post => "POST",
            Method::Put => "PUT",
            Method::Patch => "PATCH",
            Method::Delete => "DELETE",
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub method: Method,
    pub path: String,
    pub content: Content,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Content {
    Nothing,
    Json(String),
    Text(String),
}

/// How a request went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Exchange {
    Answered(Answer),
    /// Offline, refused or cut off.
    NoReply,
    /// No byte moved for too long.
    Stalled,
}

/// An answer that has not been parsed yet.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Answer {
    pub status: u16,
    pub headers: Headers,
    pub text: String,
    pub at: Moment,
}

/// The header fields that our code uses.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Headers {
    pub retry_after: Option<String>,
    pub location: Option<String>,
    pub upload_offset: Option<String>,
    pub upload_limit: Option<String>,
}

/// Carries requests to the server.
pub(crate) trait Client {
    async fn exchange(&self, request: Request) -> Exchange;

    async fn get<T: DeserializeOwned>(&self, path: &str) -> RequestEnd<T> {
        self.ask(Method::Get, path, Content::Nothing).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> RequestEnd<T> {
        self.ask(Method::Post, path, Content::json(body)).await
    }

    async fn put(&self, path: &str, body: &impl Serialize) -> RequestEnd<IgnoredAny> {
        self.ask(Method::Put, path, Content::json(body)).await
    }

    async fn put_text(&self, path: &str, text: String) -> RequestEnd<IgnoredAny> {
        self.ask(Method::Put, path, Content::Text(text)).await
    }

    async fn delete(&self, path: &str) -> RequestEnd<IgnoredAny> {
        self.ask(Method::Delete, path, Content::Nothing).await
    }

    /// The text of a successful answer; none for any other.
    async fn get_text(&self, path: &str) -> Option<String> {
        let request = Request { method: Method::Get, path: path.to_owned(), content: Content::Nothing };
        match self.exchange(request).await {
            Exchange::Answered(Answer { status: 200, text, .. }) => Some(text),
            Exchange::Answered(_) | Exchange::NoReply | Exchange::Stalled => None,
        }
    }

    async fn ask<T: DeserializeOwned>(&self, method: Method, path: &str, content: Content) -> RequestEnd<T> {
        self.exchange(Request { method, path: path.to_owned(), content }).await.end()
    }
}

impl Content {
    /// Our wire types are plain structs, so serializing them cannot fail.
    fn json(body: &impl Serialize) -> Content {
        serde_json::to_string(body).map_or(Content::Nothing, Content::Json)
    }
}

impl Headers {
    /// `find` returns the value of a field by its name.
    pub(crate) fn read(find: impl Fn(&str) -> Option<String>) -> Headers {
        Headers {
            retry_after: find("retry-after"),
            location: find("location"),
            upload_offset: find(header::OFFSET),
            upload_limit: find(header::LIMIT),
        }
    }
}

impl Exchange {
    /// What the engine is told.
    pub(crate) fn end<T: DeserializeOwned>(&self) -> RequestEnd<T> {
        match self {
            Exchange::Answered(answer) => RequestEnd::Replied(answer.reply()),
            Exchange::NoReply => RequestEnd::NoReply,
            Exchange::Stalled => RequestEnd::Stalled,
        }
    }
}

impl Answer {
    pub(crate) fn reply<T: DeserializeOwned>(&self) -> Reply<T> {
        let retry_after = self.headers.retry_after.as_deref();
        let retry_after_ms = retry_after.and_then(|header| retry_after_ms(header, self.at));
        Reply { status: self.status, retry_after_ms, body: self.body() }
    }

    /// An answer that does not have the form that the API promises counts as foreign, whatever its status.
    fn body<T: DeserializeOwned>(&self) -> Body<T> {
        if (200..300).contains(&self.status) {
            serde_json::from_str(&self.text).map_or(Body::Foreign, Body::Understood)
        } else {
            let refusal = serde_json::from_str(&self.text);
            refusal.map_or(Body::Foreign, |ErrorBody { message }| Body::Refused(message))
        }
    }
}

/// Seconds or a date (RFC 9110, 10.2.3), in milliseconds from `now`.
fn retry_after_ms(header: &str, now: Moment) -> Option<u64> {
    let header = header.trim();
    if let Ok(seconds) = header.parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let date = httpdate::parse_http_date(header).ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some(Moment(date.as_millis() as u64).since(now))
}

/// Whether the server carried out the request, for requests whose answer says nothing more.
pub(crate) fn was_done<T>(end: &RequestEnd<T>) -> bool {
    matches!(end, RequestEnd::Replied(reply) if (200..300).contains(&reply.status))
}

/// The expected answer, for callers that do not need to know why there is none.
pub(crate) fn understood<T>(end: RequestEnd<T>) -> Option<T> {
    match end {
        RequestEnd::Replied(reply) => match reply.body {
            Body::Understood(body) => Some(body),
            Body::Refused(_) | Body::Foreign => None,
        },
        RequestEnd::NoReply | RequestEnd::Stalled => None,
    }
}
