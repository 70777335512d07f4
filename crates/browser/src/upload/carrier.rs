//! Makes one request of an upload: by XHR where it exists, by fetch in the service worker.

use futures::future::LocalBoxFuture;
use web_sys::{Blob, FormData};

use crate::Fault;
use crate::http::{Exchange, Method};

pub(super) struct Parcel<'a> {
    pub method: Method,
    pub path: &'a str,
    pub headers: Vec<(&'static str, String)>,
    pub content: Content,
    /// Size of the content in bytes.
    pub size: u64,
}

pub(super) enum Content {
    Nothing,
    Form(FormData),
    Blob(Blob),
}

/// Dropping the future aborts the request.
pub(super) trait Carrier {
    /// Waits for the answer as long as bytes move. `progress` receives the number of bytes sent.
    fn carry<'a>(
        &'a self,
        parcel: Parcel<'a>,
        progress: &'a dyn Fn(u64),
    ) -> LocalBoxFuture<'a, Result<Exchange, Fault>>;
}
