//! Requests made with the browser's `fetch`, in whatever global scope this runs.

use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStream, RequestInit, RequestRedirect, Response, ResponseType};

use super::{Answer, Client, Content, Exchange, Headers, Request};
use crate::{Fault, now};

/// A request that is not answered within this time never will be. The slowest one is a batch of a thousand digests,
/// which takes 20 ms on a small server.
const ANSWER_MS: u32 = 60_000;

/// The browser hides the status of a redirect; this one stands for all of them.
pub(crate) const REDIRECTED: u16 = 302;

#[derive(Clone, Copy)]
pub(crate) struct FetchClient;

impl Client for FetchClient {
    async fn exchange(&self, request: Request) -> Exchange {
        let answer = Box::pin(answer(&request));
        match select(answer, TimeoutFuture::new(ANSWER_MS)).await {
            Either::Left((Ok(answer), _)) => Exchange::Answered(answer),
            Either::Left((Err(_), _)) => Exchange::NoReply,
            Either::Right(_) => Exchange::Stalled,
        }
    }
}

async fn answer(request: &Request) -> Result<Answer, Fault> {
    let init = RequestInit::new();
    init.set_method(request.method.name());
    // Our API never redirects. A sign-in page in front of it does, to where a script may not follow.
    init.set_redirect(RequestRedirect::Manual);
    match &request.content {
        Content::Nothing => {}
        Content::Json(text) | Content::Text(text) => init.set_body(&text.into()),
    }
    let fetched = web_sys::Request::new_with_str_and_init(&request.path, &init)?;
    // The browser itself sets the content type of plain text.
    if let Content::Json(_) = request.content {
        fetched.headers().set("content-type", "application/json")?;
    }
    let response = JsFuture::from(fetch(&fetched)?).await?.unchecked_into();
    read(&response).await
}

/// Reads the whole answer.
pub(crate) async fn read(response: &Response) -> Result<Answer, Fault> {
    if response.type_() == ResponseType::Opaqueredirect {
        return Ok(Answer { status: REDIRECTED, at: now(), ..Answer::default() });
    }
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let headers = response.headers();
    let headers = Headers::read(|name| headers.get(name).ok().flatten());
    Ok(Answer { status: response.status(), headers, text, at: now() })
}

/// The body of a successful answer, as a stream; none for any other.
pub(crate) async fn stream(path: &str, signal: AbortSignal) -> Option<ReadableStream> {
    let init = RequestInit::new();
    init.set_signal(Some(&signal));
    let request = web_sys::Request::new_with_str_and_init(path, &init).ok()?;
    let response: Response = JsFuture::from(fetch(&request).ok()?).await.ok()?.unchecked_into();
    response.body().filter(|_| response.ok())
}

/// `fetch` of the global scope this runs in.
pub(crate) fn fetch(request: &web_sys::Request) -> Result<Promise, Fault> {
    let scope = js_sys::global();
    let fetch: Function = Reflect::get(&scope, &"fetch".into())?.unchecked_into();
    Ok(fetch.call1(&scope, request)?.unchecked_into())
}
