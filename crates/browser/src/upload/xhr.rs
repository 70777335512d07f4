//! XHR: streams from disk, tells its progress, and is watched for standing still.

use futures::channel::mpsc::unbounded;
use futures::future::{Either, LocalBoxFuture, select};
use futures::{FutureExt, StreamExt};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use web_sys::{ProgressEvent, XmlHttpRequest};

use super::parcel::{Answer, Carrier, Content, Parcel};
use crate::Fault;

/// No byte for so long: given up, to be tried again.
const STALL_MS: u32 = 90_000;
/// After the last byte a proxy that buffers may still be passing gigabytes on.
const ANSWER_MS: u32 = 900_000;

pub(super) struct Xhr;

/// A request that is aborted when nobody waits for it any more.
struct Aborted(XmlHttpRequest);

enum Told {
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
    ) -> LocalBoxFuture<'a, Result<Option<Answer>, Fault>> {
        carry(parcel, progress).boxed_local()
    }
}

async fn carry(parcel: Parcel<'_>, progress: &dyn Fn(u64)) -> Result<Option<Answer>, Fault> {
    let xhr = XmlHttpRequest::new()?;
    xhr.open_with_async(parcel.method, parcel.path, true)?;
    for (name, value) in parcel.headers {
        xhr.set_request_header(name, value)?;
    }
    let (tell, mut told) = unbounded();
    let moved = tell.clone();
    let _progress = EventListener::new(xhr.upload()?.as_ref(), "progress", move |event| {
        let sent = event.unchecked_ref::<ProgressEvent>().loaded() as u64;
        _ = moved.unbounded_send(Told::Sent(sent));
    });
    let _end = EventListener::new(&xhr, "loadend", move |_| _ = tell.unbounded_send(Told::Ended));
    let xhr = Aborted(xhr);
    match parcel.content {
        Content::Nothing => xhr.0.send(),
        Content::Form(form) => xhr.0.send_with_opt_form_data(Some(form)),
        Content::Part(part) => xhr.0.send_with_opt_blob(Some(part)),
    }?;
    let mut patience_ms = STALL_MS;
    loop {
        match select(told.next(), TimeoutFuture::new(patience_ms)).await {
            Either::Left((Some(Told::Sent(sent)), _)) => {
                patience_ms = if sent >= parcel.size { ANSWER_MS } else { STALL_MS };
                progress(sent);
            }
            Either::Left((Some(Told::Ended) | None, _)) => return Ok(Some(answer(xhr)?)),
            Either::Right(_) => return Ok(None),
        }
    }
}

fn answer(xhr: Aborted) -> Result<Answer, Fault> {
    let status = xhr.0.status().unwrap_or_default();
    let text = xhr.0.response_text()?.unwrap_or_default();
    let headers = Box::new(move |name: &str| xhr.0.get_response_header(name).ok().flatten());
    Ok(Answer { status, text, headers })
}
