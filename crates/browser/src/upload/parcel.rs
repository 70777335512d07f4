//! One request of an upload and its answer, whoever carries it: XHR where there is one, fetch in the service worker.

use engine::{Body, Reply, RequestEnd};
use futures::future::LocalBoxFuture;
use protocol::immich::UploadAnswer;
use web_sys::{Blob, FormData};

use crate::{Fault, http};

pub(super) struct Parcel<'a> {
    pub method: &'static str,
    pub path: &'a str,
    pub headers: &'a [(&'static str, String)],
    pub content: Content<'a>,
    /// Bytes of the content.
    pub size: u64,
}

pub(super) enum Content<'a> {
    Nothing,
    Form(&'a FormData),
    Part(&'a Blob),
}

/// A header of an answer by its name.
type HeaderOf = Box<dyn Fn(&str) -> Option<String>>;

pub(super) struct Answer {
    /// Zero if there was none.
    pub status: u16,
    pub text: String,
    pub headers: HeaderOf,
}

/// Dropping the future aborts the request.
pub(super) trait Carrier {
    /// Waits for the answer, or for as long as bytes move; none if it stands still. `progress` gets the bytes that
    /// left.
    fn carry<'a>(
        &'a self,
        parcel: Parcel<'a>,
        progress: &'a dyn Fn(u64),
    ) -> LocalBoxFuture<'a, Result<Option<Answer>, Fault>>;
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<String> {
        (self.headers)(name)
    }

    pub(super) fn end(&self) -> RequestEnd<UploadAnswer> {
        if self.status == 0 {
            return RequestEnd::NoReply;
        }
        let retry_after_ms = http::retry_after_ms(self.header("retry-after"));
        let body: Body<UploadAnswer> = http::body_of(self.status, &self.text);
        RequestEnd::Replied(Reply { status: self.status, retry_after_ms, body })
    }
}
