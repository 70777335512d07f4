//! The questions to the server, one function each.

use std::num::NonZeroU64;

use engine::{AccountId, Body, Checked, FolderId, Known, KnownAccount, PairEnd, Reply, RequestEnd, Trust};
use js_sys::{Array, encode_uri_component};
use protocol::Digest;
use protocol::immich::{
    self, BulkUploadCheck, BulkUploadCheckResults, CheckAction, CheckItem, CheckResult, RejectReason,
};
use protocol::safelight::{self, Capabilities};
use sha1::{Digest as _, Sha1};
use wasm_bindgen::JsValue;

use crate::bindings::object;
use crate::http;
use crate::json::{self, Anything, FromJson};

/// What we need to see to believe that a server answers, and not a proxy.
struct Me {
    id: String,
    /// Of our own server: another one after it lost something, so that it is asked about everything again.
    epoch: Option<String>,
}

impl FromJson for Me {
    fn from_json(json: &JsValue) -> Option<Me> {
        Some(Me { id: json::text(json, "id")?, epoch: json::text(json, "epoch") })
    }
}

/// Does the server hold these? The answers come in the order of the digests.
pub async fn ask(digests: &[Digest]) -> RequestEnd<Vec<Known>> {
    let question = question(digests);
    let end = http::post::<BulkUploadCheckResults>(immich::path::BULK_UPLOAD_CHECK, &question).await;
    understand(end, |answer| in_order(answer, digests.len()))
}

/// As the wire type has it; a general writer of them would be a hundredth of the service worker.
fn question(digests: &[Digest]) -> JsValue {
    let BulkUploadCheck { assets } = immich::question(digests);
    let item = |CheckItem { id, checksum }| object(&[("id", &id.into()), ("checksum", &checksum.into())]);
    let assets: Array = assets.into_iter().map(item).collect();
    object(&[("assets", &assets)])
}

/// Who are we, and what can the server do? Also whether it keeps the pieces of an upload. A server that is not ours
/// has no capabilities and is not trusted.
pub async fn check() -> (Checked, bool) {
    let account = http::get::<Me>(immich::path::USERS_ME).await;
    let account = understand(account, |me| {
        let id = me.epoch.map_or_else(|| me.id.clone(), |epoch| [&*me.id, &epoch].join(" "));
        (!me.id.is_empty()).then_some(KnownAccount(AccountId(id)))
    });
    let (verifies, keeps_pieces) = match http::get::<Capabilities>(safelight::path::CAPABILITIES).await {
        RequestEnd::Replied(Reply { body: Body::Understood(can), .. }) => {
            (can.verifies_digests, can.resumable_uploads)
        }
        RequestEnd::Replied(_) | RequestEnd::NoReply | RequestEnd::Stalled => (false, false),
    };
    let trust = if verifies { Trust::Verifies } else { Trust::StoresUnseen };
    (Checked { account, trust }, keeps_pieces)
}

pub async fn pair(code: String, device_name: String) -> PairEnd {
    let pair = object(&[("code", &code.into()), ("deviceName", &device_name.into())]);
    let end = http::post::<Anything>(safelight::path::PAIR, &pair).await;
    match end {
        RequestEnd::Replied(Reply { status: 200..=299, .. }) => PairEnd::Paired,
        RequestEnd::Replied(Reply { status: 429, .. }) => PairEnd::TooManyTries,
        RequestEnd::Replied(Reply { status: 400 | 401 | 403, .. }) => PairEnd::CodeRefused,
        RequestEnd::Replied(_) | RequestEnd::NoReply | RequestEnd::Stalled => PairEnd::NoReply,
    }
}

/// Lets the server take no more than this from us. A failure changes nothing: it is told again at the next look.
pub async fn limit_rate(bytes_per_second: Option<NonZeroU64>) -> RequestEnd<Anything> {
    let rate = bytes_per_second.map_or(JsValue::NULL, |rate| (rate.get() as f64).into());
    http::post(safelight::path::RATE, &object(&[("bytesPerSecond", &rate)])).await
}

/// What the server was told last of a folder.
struct Told {
    digest: String,
}

impl FromJson for Told {
    fn from_json(json: &JsValue) -> Option<Told> {
        Some(Told { digest: json::text(json, "digest")? })
    }
}

/// Tells what a folder holds, unless the server knows it. A failure changes nothing: it is told again at the next
/// look.
pub async fn tell_inventory(folder: FolderId, name: &str, text: String) {
    let path = format!("{}{}", safelight::path::OWN_FOLDERS, folder.0);
    let digest = Digest(Sha1::digest(&text).into()).to_string();
    let told = http::get::<Told>(&path).await;
    if !matches!(told, RequestEnd::Replied(Reply { body: Body::Understood(told), .. }) if told.digest == digest)
    {
        let named = format!("{path}?name={}", encode_uri_component(name));
        http::put_text(&named, &text).await;
    }
}

/// Turns a body that reads well but makes no sense into a foreign one.
fn understand<T, U>(end: RequestEnd<T>, sense: impl FnOnce(T) -> Option<U>) -> RequestEnd<U> {
    match end {
        RequestEnd::Replied(Reply { status, retry_after_ms, body }) => {
            let body = match body {
                Body::Understood(answer) => sense(answer).map_or(Body::Foreign, Body::Understood),
                Body::Refused(message) => Body::Refused(message),
                Body::Foreign => Body::Foreign,
            };
            RequestEnd::Replied(Reply { status, retry_after_ms, body })
        }
        RequestEnd::NoReply => RequestEnd::NoReply,
        RequestEnd::Stalled => RequestEnd::Stalled,
    }
}

/// Each question has exactly one answer, or none counts.
fn in_order(answer: BulkUploadCheckResults, asked: usize) -> Option<Vec<Known>> {
    let mut known: Vec<Option<Known>> = vec![None; asked];
    for result in answer.results {
        let at: usize = result.id.parse().ok()?;
        *known.get_mut(at)? = Some(known_from(&result)?);
    }
    known.into_iter().collect()
}

/// Only a plain word counts: a rejection without its reason says nothing about the bytes.
fn known_from(result: &CheckResult) -> Option<Known> {
    match (result.action, result.reason) {
        (CheckAction::Accept, _) => Some(Known::Lacking),
        (CheckAction::Reject, Some(RejectReason::UnsupportedFormat)) => Some(Known::Unsupported),
        (CheckAction::Reject, Some(RejectReason::Duplicate)) if result.is_trashed == Some(true) => {
            Some(Known::InTrash)
        }
        (CheckAction::Reject, Some(RejectReason::Duplicate)) => Some(Known::Held { asset: result.asset_id }),
        (CheckAction::Reject, None) => None,
    }
}
