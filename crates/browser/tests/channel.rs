//! The conversation between page and engine, in a window, over the real BroadcastChannel.

#![cfg(target_arch = "wasm32")]

use engine::{Cause, Chosen, Filter, Intent, Kind, Moment, Problem, Query, Recency};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use gloo::events::EventListener;
use js_sys::Array;
use safelight_browser::channel::{Channel, ToEngine};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::BroadcastChannel;

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn messages_arrive_in_order() {
    let (_ear, mut heard) = listen();
    let said = [
        ToEngine::Hello,
        ToEngine::Intent(Intent::Pair { code: "ABCD-EFGH-JKLM".into() }),
        ToEngine::Rows { query: Query::of(Filter::Skipped), recency: Recency::Now, from: 0, count: 100 },
        ToEngine::Intent(Intent::Retry(Chosen::All(narrow_query()))),
        ToEngine::AddFiles { name: "Österreich 🏔".into() },
    ];
    let mouth = Channel::to_engine().unwrap();
    said.iter().for_each(|message| mouth.send(message, &JsValue::NULL).unwrap());
    for message in said {
        assert_eq!(heard.next().await.unwrap(), Some((message, JsValue::NULL)));
    }
}

fn narrow_query() -> Query {
    Query {
        cause: Some(Cause::Problem(Problem::Refused(415))),
        kind: Some(Kind::Video),
        between: Some((Moment(1_700_000_000_000), Moment(1_702_000_000_000))),
        words: "Österreich 🏔".into(),
        ..Query::of(Filter::Problems)
    }
}

#[wasm_bindgen_test]
async fn handles_travel_beside_the_plain_data() {
    let (_ear, mut heard) = listen();
    let attached = Array::of2(&"a.jpg".into(), &7.into());
    Channel::to_engine().unwrap().send(&ToEngine::AddFolder, &attached).unwrap();
    let (body, attached) = heard.next().await.unwrap().unwrap();
    assert_eq!(body, ToEngine::AddFolder);
    assert_eq!(Array::from(&attached).get(0), "a.jpg");
}

#[wasm_bindgen_test]
async fn a_message_of_another_protocol_is_recognised_and_not_misread() {
    let (_ear, mut heard) = listen();
    let foreign = BroadcastChannel::new("safelight-to-engine").unwrap();
    for message in [JsValue::from("hello"), Array::of3(&999.into(), &"Hello".into(), &JsValue::NULL).into()] {
        foreign.post_message(&message).unwrap();
        assert_eq!(heard.next().await.unwrap(), None);
    }
}

type Listening = UnboundedReceiver<Option<(ToEngine, JsValue)>>;

/// Receives messages as long as the listener lives.
fn listen() -> (EventListener, Listening) {
    let (tell, heard) = unbounded();
    let ear = Channel::to_engine().unwrap().listen(move |message| {
        let message = message.map(|message| (message.body, message.attached));
        tell.unbounded_send(message).unwrap();
    });
    (ear, heard)
}
