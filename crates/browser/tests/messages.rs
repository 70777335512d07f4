//! The conversation between pages and the service worker, with the browser's own copying of messages.

#![cfg(target_arch = "wasm32")]

use engine::{Needs, Notice};
use futures::StreamExt;
use futures::channel::mpsc::unbounded;
use gloo::events::EventListener;
use js_sys::{Array, JSON};
use safelight_browser::bindings::opfs;
use safelight_browser::service_worker::{FromServiceWorker, ToServiceWorker, Unreadable, read, write};
use serde::Serialize;
use serde::de::DeserializeOwned;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{MessageChannel, MessageEvent};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn messages_of_both_sides_arrive() {
    let to = [
        ToServiceWorker::UseNewVersion,
        ToServiceWorker::Left,
        ToServiceWorker::TestBackup,
        ToServiceWorker::TellVersion,
        ToServiceWorker::Notify(Notice::NeedsYou(Needs::Space)),
        ToServiceWorker::Notify(Notice::Silent { days: 8 }),
    ];
    for message in to {
        assert_eq!(heard::<ToServiceWorker>(&message).await, Ok(message));
    }
    let from = [
        FromServiceWorker::Version("0123456789".into()),
        FromServiceWorker::FetchEnded,
        FromServiceWorker::NotUnderstood,
    ];
    for message in from {
        assert_eq!(heard::<FromServiceWorker>(&message).await, Ok(message));
    }
}

#[wasm_bindgen_test]
async fn handles_arrive_as_handles() {
    let root = opfs().await.unwrap();
    let message = ToServiceWorker::HoldHandles { handles: Array::of1(&root) };
    let Ok(ToServiceWorker::HoldHandles { handles }) = heard(&message).await else {
        panic!("something else was heard");
    };
    assert!(handles.get(0).is_instance_of::<web_sys::FileSystemDirectoryHandle>());
}

#[wasm_bindgen_test]
fn the_name_of_the_message_that_can_wait_is_the_one_in_the_script() {
    let written = json(&write(&ToServiceWorker::Left).unwrap());
    assert!(written.contains(r#""message":"left""#), "{written}");
    assert!(include_str!("../../../www/sw.js").contains(r#"event.data?.message === "left""#));
}

/// `sw.js` looks for this name itself, and so does every version that was ever installed.
#[wasm_bindgen_test]
fn the_request_for_a_new_version_never_changes_its_form() {
    let written = write(&ToServiceWorker::UseNewVersion).unwrap();
    assert!(json(&written).contains(r#""message":"use-new-version""#), "{}", json(&written));
    assert!(include_str!("../../../www/sw.js").contains(r#"event.data?.message === "use-new-version""#));
}

#[wasm_bindgen_test]
fn a_message_of_another_version_is_recognised_and_not_misread() {
    let parsed = |text: &str| JSON::parse(text).unwrap();
    let of_the_future = parsed(r#"{"protocol": 999, "message": "left", "more": true}"#);
    assert_eq!(read::<ToServiceWorker>(of_the_future), Err(Unreadable::OtherProtocol(999)));
    for foreign in ["\"left\"", "null", "7", "[]", "{}", r#"{"message": "left"}"#, r#"{"protocol": "1"}"#] {
        assert_eq!(read::<ToServiceWorker>(parsed(foreign)), Err(Unreadable::Foreign), "{foreign}");
    }
    assert_eq!(read::<ToServiceWorker>(JsValue::UNDEFINED), Err(Unreadable::Foreign));
    let ours = json(&write(&ToServiceWorker::Left).unwrap());
    for malformed in [r#""no-such-message""#, r#"{"notify":{}}"#, "null"] {
        let changed = ours.replace(r#""left""#, malformed);
        let heard = read::<ToServiceWorker>(parsed(&changed));
        assert!(matches!(heard, Err(Unreadable::Malformed(_))), "{changed}: {heard:?}");
    }
    // A message for the other side.
    let theirs = write(&FromServiceWorker::FetchEnded).unwrap();
    assert!(matches!(read::<ToServiceWorker>(theirs), Err(Unreadable::Malformed(_))));
}

/// Sends a message through a port and returns what arrives.
async fn heard<T: DeserializeOwned>(message: &impl Serialize) -> Result<T, Unreadable> {
    let channel = MessageChannel::new().unwrap();
    let (tell, mut told) = unbounded();
    let _ear = EventListener::new(&channel.port1(), "message", move |event| {
        tell.unbounded_send(event.unchecked_ref::<MessageEvent>().data()).unwrap();
    });
    channel.port1().start();
    channel.port2().post_message(&write(message).unwrap()).unwrap();
    read(told.next().await.unwrap())
}

fn json(value: &JsValue) -> String {
    JSON::stringify(value).unwrap().into()
}
