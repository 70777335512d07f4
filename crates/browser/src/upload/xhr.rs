//! XHR: streams from disk, reports its progress, and is watched for stalls.

use futures::channel::mpsc::unbounded;
use futures::future::{Either, LocalBoxFuture, select};
use futures::{FutureExt, StreamExt};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::{ProgressEvent, XmlHttpRequest};

use super::carrier::{Carrier, Content, Parcel};
use crate::http::{Answer, Exchange, Headers, REDIRECTED};
use crate::{Fault, now};

/// If no byte moves for this long, the request is aborted and retried later.
const STALL_MS: u32 = 90_000;
/// After the last byte, a buffering proxy may still be forwarding gigabytes.
const ANSWER_MS: u32 = 900_000;

pub(super) struct Xhr;

/// A request that is aborted when nobody is waiting for it any more.
struct Aborted(XmlHttpRequest);

enum XhrEvent {
    Sent(u64),
    Ended,
}

impl Drop for Aborted {
    fn drop(&mut self) {
        // Aborting a finished request does nothing.
        _ = self.0.abort();
    }
}

impl Carrier for Xhr {
    fn carry<'a>(
        &'a self,
        parcel: Parcel<'a>,
        progress: &'a dyn Fn(u64),
    ) -> LocalBoxFuture<'a, Result<Exchange, Fault>> {
        carry(parcel, progress).boxed_local()
    }
}

async fn carry(parcel: Parcel<'_>, progress: &dyn Fn(u64)) -> Result<Exchange, Fault> {
    let xhr = XmlHttpRequest::new()?;
    xhr.open_with_async(parcel.method.name(), parcel.path, true)?;
    for (name, value) in &parcel.headers {
        xhr.set_request_header(name, value)?;
    }
    let (tell, mut told) = unbounded();
    let moved = tell.clone();
    let _progress = EventListener::new(xhr.upload()?.as_ref(), "progress", move |event| {
        let sent = event.unchecked_ref::<ProgressEvent>().loaded() as u64;
        _ = moved.unbounded_send(XhrEvent::Sent(sent));
    });
    let _end = EventListener::new(&xhr, "loadend", move |_| _ = tell.unbounded_send(XhrEvent::Ended));
    let xhr = Aborted(xhr);
    match &parcel.content {
        Content::Nothing => xhr.0.send(),
        Content::Form(form) => xhr.0.send_with_opt_form_data(Some(form)),
        Content::Blob(piece) => xhr.0.send_with_opt_blob(Some(piece)),
    }?;
    let mut patience_ms = STALL_MS;
    loop {
        match select(told.next(), TimeoutFuture::new(patience_ms)).await {
            Either::Left((Some(XhrEvent::Sent(sent)), _)) => {
                patience_ms = if sent >= parcel.size { ANSWER_MS } else { STALL_MS };
                progress(sent);
            }
            Either::Left((Some(XhrEvent::Ended) | None, _)) => return exchange(&xhr.0, parcel.path),
            Either::Right(_) => return Ok(Exchange::Stalled),
        }
    }
}

fn exchange(xhr: &XmlHttpRequest, path: &str) -> Result<Exchange, Fault> {
    let mut status = xhr.status().unwrap_or_default();
    // Offline, refused and cut off look the same here.
    if status == 0 {
        return Ok(Exchange::NoReply);
    }
    // XHR follows redirects by itself. Our API has none, but a sign-in page in front of it may be on the same host.
    if !xhr.response_url().ends_with(path) {
        status = REDIRECTED;
    }
    let headers = Headers::read(|name| xhr.get_response_header(name).ok().flatten());
    Ok(Exchange::Answered(Answer {
        status,
        headers,
        text: xhr.response_text()?.unwrap_or_default(),
        at: now(),
    }))
}
