//! One request of the API, and the reading of its answer. The only place that tells an answer of the API from a
//! proxy's page.

use engine::{Body, Reply, RequestEnd};
use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::{Function, Promise, Reflect};
use protocol::immich::ErrorBody;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, ReadableStream, Request, RequestInit, Response};

use crate::Fault;
use crate::json::{Anything, FromJson};

/// A question that is not answered within this time will not be. The slowest one is a batch of a thousand
/// digests, which takes 20 ms on a small server.
const ANSWER_MS: u32 = 60_000;

pub async fn get<T: FromJson>(path: &str) -> RequestEnd<T> {
    understand(send(path, "GET", None).await)
}

/// The body is what its JSON says.
pub async fn post<T: FromJson>(path: &str, body: &JsValue) -> RequestEnd<T> {
    understand(send(path, "POST", json_of(body)).await)
}

pub async fn put<T: FromJson>(path: &str, body: &JsValue) -> RequestEnd<T> {
    understand(send(path, "PUT", json_of(body)).await)
}

fn json_of(body: &JsValue) -> Option<JsValue> {
    js_sys::JSON::stringify(body).ok().map(JsValue::from)
}

pub async fn put_text(path: &str, text: &str) -> RequestEnd<Anything> {
    understand(send(path, "PUT", Some(text.into())).await)
}

pub async fn delete(path: &str) -> RequestEnd<Anything> {
    understand(send(path, "DELETE", None).await)
}

/// The text of a success; none for anything else.
pub async fn get_text(path: &str) -> Option<String> {
    match send(path, "GET", None).await {
        Sent::Answered(Answer { status: 200, text, .. }) => Some(text),
        Sent::Answered(_) | Sent::NoReply | Sent::Stalled => None,
    }
}

/// The body of a success, as it comes; none for anything else.
pub async fn stream(path: &str, signal: AbortSignal) -> Option<ReadableStream> {
    let init = RequestInit::new();
    init.set_signal(Some(&signal));
    let request = Request::new_with_str_and_init(path, &init).ok()?;
    let response: Response = JsFuture::from(fetch(&request).ok()?).await.ok()?.unchecked_into();
    response.body().filter(|_| response.ok())
}

/// An answer whose body nobody has read yet. One type for all requests keeps the code for them single.
struct Answer {
    status: u16,
    retry_after_ms: Option<u64>,
    text: String,
}

enum Sent {
    Answered(Answer),
    NoReply,
    Stalled,
}

fn understand<T: FromJson>(sent: Sent) -> RequestEnd<T> {
    match sent {
        Sent::Answered(Answer { status, retry_after_ms, text }) => {
            RequestEnd::Replied(Reply { status, retry_after_ms, body: body_of(status, &text) })
        }
        Sent::NoReply => RequestEnd::NoReply,
        Sent::Stalled => RequestEnd::Stalled,
    }
}

async fn send(path: &str, method: &str, body: Option<JsValue>) -> Sent {
    let answer = Box::pin(exchange(path, method, body));
    match select(answer, TimeoutFuture::new(ANSWER_MS)).await {
        Either::Left((Ok(answer), _)) => Sent::Answered(answer),
        Either::Left((Err(_), _)) => Sent::NoReply,
        Either::Right(_) => Sent::Stalled,
    }
}

async fn exchange(path: &str, method: &str, body: Option<JsValue>) -> Result<Answer, Fault> {
    let init = RequestInit::new();
    init.set_method(method);
    if let Some(body) = &body {
        init.set_body(body);
    }
    let request = Request::new_with_str_and_init(path, &init)?;
    // Of a plain text the browser says itself what it is.
    if body.is_some() && method == "POST" {
        request.headers().set("content-type", "application/json")?;
    }
    let response: Response = JsFuture::from(fetch(&request)?).await?.unchecked_into();
    let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
    let retry_after_ms = retry_after_ms(response.headers().get("retry-after")?);
    Ok(Answer { status: response.status(), retry_after_ms, text })
}

/// `fetch` of whatever scope this runs in.
pub(crate) fn fetch(request: &Request) -> Result<Promise, Fault> {
    let scope = js_sys::global();
    let fetch: Function = Reflect::get(&scope, &"fetch".into())?.unchecked_into();
    Ok(fetch.call1(&scope, request)?.unchecked_into())
}

/// Whether the server did it, where its answer has nothing more to say.
pub(crate) fn was_done<T>(end: &RequestEnd<T>) -> bool {
    matches!(end, RequestEnd::Replied(reply) if (200..300).contains(&reply.status))
}

/// Reads the body of an answer. What is not what the API promises is foreign, whatever its status.
pub(crate) fn body_of<T: FromJson>(status: u16, text: &str) -> Body<T> {
    let Ok(json) = js_sys::JSON::parse(text) else { return Body::Foreign };
    if (200..300).contains(&status) {
        T::from_json(&json).map_or(Body::Foreign, Body::Understood)
    } else {
        ErrorBody::from_json(&json).map_or(Body::Foreign, |refusal| Body::Refused(refusal.message))
    }
}

/// Seconds or a date (RFC 9110, 10.2.3), in milliseconds from now.
pub(crate) fn retry_after_ms(header: Option<String>) -> Option<u64> {
    let header = header?;
    if let Ok(seconds) = header.trim().parse::<u64>() {
        return Some(seconds * 1000);
    }
    let date = js_sys::Date::parse(&header);
    (!date.is_nan()).then(|| (date - js_sys::Date::now()).max(0.0) as u64)
}
