//! fetch, for contexts without XHR. It streams from disk as well but reports no progress; the end of the shift limits
//! its time.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request, RequestInit, RequestRedirect};

use super::carrier::{Carrier, Content, Parcel};
use crate::Fault;
use crate::http::{self, Exchange};

pub(super) struct Fetch;

struct Aborted(AbortController);

impl Drop for Aborted {
    fn drop(&mut self) {
        // Aborting a finished request does nothing.
        self.0.abort();
    }
}

impl Carrier for Fetch {
    fn carry<'a>(
        &'a self,
        parcel: Parcel<'a>,
        progress: &'a dyn Fn(u64),
    ) -> LocalBoxFuture<'a, Result<Exchange, Fault>> {
        async move {
            let size = parcel.size;
            let exchange = carry(parcel).await?;
            if let Exchange::Answered(answer) = &exchange
                && (200..300).contains(&answer.status)
            {
                progress(size);
            }
            Ok(exchange)
        }
        .boxed_local()
    }
}

async fn carry(parcel: Parcel<'_>) -> Result<Exchange, Fault> {
    let init = RequestInit::new();
    init.set_method(parcel.method.name());
    init.set_redirect(RequestRedirect::Manual);
    match &parcel.content {
        Content::Nothing => {}
        Content::Form(form) => init.set_body(form),
        Content::Blob(piece) => init.set_body(piece),
    }
    let aborted = Aborted(AbortController::new()?);
    init.set_signal(Some(&aborted.0.signal()));
    let request = Request::new_with_str_and_init(parcel.path, &init)?;
    for (name, value) in &parcel.headers {
        request.headers().set(name, value)?;
    }
    // Offline, refused and cut off look the same here.
    let Ok(response) = JsFuture::from(http::fetch(&request)?).await else { return Ok(Exchange::NoReply) };
    Ok(http::read(response.unchecked_ref()).await.map_or(Exchange::NoReply, Exchange::Answered))
}
