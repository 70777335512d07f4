//! Sends one file as a form, by XHR: it streams from disk and tells its progress.
//!
//! Dropping the future aborts the request.

use engine::{Body, Reply, RequestEnd};
use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use futures::future::{Either, select};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use protocol::Digest;
use protocol::immich::{self, UploadAnswer, field};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, FormData, ProgressEvent, XmlHttpRequest};

use crate::Fault;
use crate::http;

/// No byte for so long: given up, to be tried again.
const STALL_MS: u32 = 90_000;
/// After the last byte a proxy that buffers may still be passing gigabytes on.
const ANSWER_MS: u32 = 900_000;
/// How we are known to a 2.x server, which wants a device; 3.x ignores it.
const DEVICE: &str = "safelight";

/// Sends the file; `progress` gets the bytes that left.
pub async fn upload(
    file: &File,
    path: &str,
    digest: Digest,
    mut progress: impl FnMut(u64),
) -> Result<RequestEnd<UploadAnswer>, Fault> {
    let request = Request::open(digest)?;
    let (tell, mut told) = unbounded();
    let moved = tell.clone();
    let _progress = EventListener::new(request.0.upload()?.as_ref(), "progress", move |event| {
        let sent = event.unchecked_ref::<ProgressEvent>().loaded() as u64;
        _ = moved.unbounded_send(Told::Sent(sent));
    });
    let _end = EventListener::new(&request.0, "loadend", move |_| _ = tell.unbounded_send(Told::Ended));
    request.0.send_with_opt_form_data(Some(&form(file, path)?))?;
    let mut patience_ms = STALL_MS;
    loop {
        match select(told.next(), TimeoutFuture::new(patience_ms)).await {
            Either::Left((Some(Told::Sent(sent)), _)) => {
                patience_ms = if sent >= file.size() as u64 { ANSWER_MS } else { STALL_MS };
                progress(sent);
            }
            Either::Left((Some(Told::Ended) | None, _)) => return request.answer(),
            Either::Right(_) => return Ok(RequestEnd::Stalled),
        }
    }
}

enum Told {
    Sent(u64),
    Ended,
}

/// A request that is aborted when nobody waits for it any more.
struct Request(XmlHttpRequest);

impl Drop for Request {
    fn drop(&mut self) {
        // Aborting a finished request does nothing.
        _ = self.0.abort();
    }
}

impl Request {
    fn open(digest: Digest) -> Result<Request, Fault> {
        let xhr = XmlHttpRequest::new()?;
        xhr.open_with_async("POST", immich::path::ASSETS, true)?;
        xhr.set_request_header(immich::CHECKSUM_HEADER, &digest.to_string())?;
        Ok(Request(xhr))
    }

    fn answer(&self) -> Result<RequestEnd<UploadAnswer>, Fault> {
        let status = self.0.status()?;
        if status == 0 {
            return Ok(RequestEnd::NoReply);
        }
        let text = self.0.response_text()?.unwrap_or_default();
        let retry_after_ms = http::retry_after_ms(self.0.get_response_header("retry-after")?);
        let body: Body<UploadAnswer> = http::body_of(status, &text);
        Ok(RequestEnd::Replied(Reply { status, retry_after_ms, body }))
    }
}

/// Every text field before the file: Immich judges the type when the file begins.
fn form(file: &File, path: &str) -> Result<FormData, JsValue> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let modified: String = js_sys::Date::new(&JsValue::from_f64(file.last_modified())).to_iso_string().into();
    let form = FormData::new()?;
    form.append_with_str(field::DEVICE_ASSET_ID, path)?;
    form.append_with_str(field::DEVICE_ID, DEVICE)?;
    form.append_with_str(field::FILE_CREATED_AT, &modified)?;
    form.append_with_str(field::FILE_MODIFIED_AT, &modified)?;
    form.append_with_str(field::IS_FAVORITE, "false")?;
    form.append_with_str(field::FILENAME, name)?;
    form.append_with_blob_and_filename(field::ASSET_DATA, file, name)?;
    Ok(form)
}
