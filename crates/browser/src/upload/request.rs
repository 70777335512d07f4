//! One XHR: sent, watched for standing still, and read.

use engine::{Body, Reply, RequestEnd};
use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use futures::future::{Either, select};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use protocol::immich::UploadAnswer;
use wasm_bindgen::JsCast;
use web_sys::{Blob, FormData, ProgressEvent, XmlHttpRequest};

use crate::Fault;
use crate::http;

/// No byte for so long: given up, to be tried again.
const STALL_MS: u32 = 90_000;
/// After the last byte a proxy that buffers may still be passing gigabytes on.
const ANSWER_MS: u32 = 900_000;

/// A request that is aborted when nobody waits for it any more.
pub(super) struct Request(XmlHttpRequest);

pub(super) enum Content<'a> {
    Nothing,
    Form(&'a FormData),
    Part(&'a Blob),
}

enum Told {
    Sent(u64),
    Ended,
}

impl Drop for Request {
    fn drop(&mut self) {
        // Aborting a finished request does nothing.
        _ = self.0.abort();
    }
}

impl Request {
    pub(super) fn open(method: &str, path: &str, headers: &[(&str, String)]) -> Result<Request, Fault> {
        let xhr = XmlHttpRequest::new()?;
        xhr.open_with_async(method, path, true)?;
        for (name, value) in headers {
            xhr.set_request_header(name, value)?;
        }
        Ok(Request(xhr))
    }

    /// Waits for the answer, or for as long as bytes move; false if it stands still. `progress` gets the bytes that
    /// left.
    pub(super) async fn send(
        &self,
        content: Content<'_>,
        size: u64,
        progress: &dyn Fn(u64),
    ) -> Result<bool, Fault> {
        let (tell, mut told) = unbounded();
        let moved = tell.clone();
        let _progress = EventListener::new(self.0.upload()?.as_ref(), "progress", move |event| {
            let sent = event.unchecked_ref::<ProgressEvent>().loaded() as u64;
            _ = moved.unbounded_send(Told::Sent(sent));
        });
        let _end = EventListener::new(&self.0, "loadend", move |_| _ = tell.unbounded_send(Told::Ended));
        match content {
            Content::Nothing => self.0.send(),
            Content::Form(form) => self.0.send_with_opt_form_data(Some(form)),
            Content::Part(part) => self.0.send_with_opt_blob(Some(part)),
        }?;
        let mut patience_ms = STALL_MS;
        loop {
            match select(told.next(), TimeoutFuture::new(patience_ms)).await {
                Either::Left((Some(Told::Sent(sent)), _)) => {
                    patience_ms = if sent >= size { ANSWER_MS } else { STALL_MS };
                    progress(sent);
                }
                Either::Left((Some(Told::Ended) | None, _)) => return Ok(true),
                Either::Right(_) => return Ok(false),
            }
        }
    }

    /// Zero if there was no answer.
    pub(super) fn status(&self) -> u16 {
        self.0.status().unwrap_or_default()
    }

    pub(super) fn header(&self, name: &str) -> Option<String> {
        self.0.get_response_header(name).ok().flatten()
    }

    pub(super) fn end(&self) -> Result<RequestEnd<UploadAnswer>, Fault> {
        let status = self.status();
        if status == 0 {
            return Ok(RequestEnd::NoReply);
        }
        let text = self.0.response_text()?.unwrap_or_default();
        let retry_after_ms = http::retry_after_ms(self.header("retry-after"));
        let body: Body<UploadAnswer> = http::body_of(status, &text);
        Ok(RequestEnd::Replied(Reply { status, retry_after_ms, body }))
    }
}
