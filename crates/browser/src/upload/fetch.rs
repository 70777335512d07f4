//! fetch: where there is no XHR. It streams from disk as well, but tells no progress; the shift's end bounds its time.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Request, RequestInit, Response};

use super::parcel::{Answer, Carrier, Content, Parcel};
use crate::{Fault, http};

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
    ) -> LocalBoxFuture<'a, Result<Option<Answer>, Fault>> {
        async move {
            let size = parcel.size;
            let answer = carry(parcel).await?;
            if (200..300).contains(&answer.status) {
                progress(size);
            }
            Ok(Some(answer))
        }
        .boxed_local()
    }
}

async fn carry(parcel: Parcel<'_>) -> Result<Answer, Fault> {
    let init = RequestInit::new();
    init.set_method(parcel.method);
    match parcel.content {
        Content::Nothing => {}
        Content::Form(form) => init.set_body(form),
        Content::Part(part) => init.set_body(part),
    }
    let aborted = Aborted(AbortController::new()?);
    init.set_signal(Some(&aborted.0.signal()));
    let request = Request::new_with_str_and_init(parcel.path, &init)?;
    for (name, value) in parcel.headers {
        request.headers().set(name, value)?;
    }
    // Offline, refused and cut off all look alike.
    let Ok(response) = JsFuture::from(http::fetch(&request)?).await else { return Ok(Answer::none()) };
    let response: Response = response.unchecked_into();
    let Ok(text) = JsFuture::from(response.text()?).await else { return Ok(Answer::none()) };
    let headers = response.headers();
    Ok(Answer {
        status: response.status(),
        text: text.as_string().unwrap_or_default(),
        headers: Box::new(move |name| headers.get(name).ok().flatten()),
    })
}

impl Answer {
    fn none() -> Answer {
        Answer { status: 0, text: String::new(), headers: Box::new(|_| None) }
    }
}
