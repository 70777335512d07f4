//! The events of the service worker, as far as they matter here.

use protocol::safelight::{Push, PushReason};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{
    ExtendableEvent, ExtendableMessageEvent, FetchEvent, MessagePort, Notification, NotificationEvent,
    PushEvent, Request,
};

use super::SyncTag;
use super::message::{ToServiceWorker, Unreadable, read};
use crate::Fault;
use crate::bindings::{BackgroundFetchEvent, SyncEvent};

pub enum Call {
    Sync {
        tag: SyncTag,
        is_last_chance: bool,
    },
    PeriodicSync,
    /// A background fetch ended, successfully or not.
    FetchEnded {
        id: String,
    },
    /// None if this version does not know the server's reason.
    Push {
        reason: Option<PushReason>,
    },
    /// The push service gave the browser a new address.
    PushAddressChanged,
    NotificationClicked(Notification),
    Message {
        message: ToServiceWorker,
        port: Option<MessagePort>,
    },
    UnreadableMessage {
        why: Unreadable,
        port: Option<MessagePort>,
    },
    /// Another app shared files.
    Share(Request),
}

impl Call {
    pub fn of(event: &ExtendableEvent) -> Result<Call, Fault> {
        let kind = event.type_();
        match kind.as_str() {
            "sync" => {
                let event: &SyncEvent = event.unchecked_ref();
                let tag = SyncTag::named(&event.tag()).ok_or_else(|| unknown(&kind, &event.tag()))?;
                Ok(Call::Sync { tag, is_last_chance: event.last_chance() })
            }
            "periodicsync" => {
                let tag = event.unchecked_ref::<SyncEvent>().tag();
                (tag == SyncTag::Backup.name())
                    .then_some(Call::PeriodicSync)
                    .ok_or_else(|| unknown(&kind, &tag))
            }
            "backgroundfetchsuccess" | "backgroundfetchfail" | "backgroundfetchabort" => {
                Ok(Call::FetchEnded { id: event.unchecked_ref::<BackgroundFetchEvent>().registration().id() })
            }
            "push" => Ok(Call::Push { reason: reason(event.unchecked_ref()) }),
            "pushsubscriptionchange" => Ok(Call::PushAddressChanged),
            "notificationclick" => {
                Ok(Call::NotificationClicked(event.unchecked_ref::<NotificationEvent>().notification()))
            }
            "message" => Ok(message(event.unchecked_ref())),
            "fetch" => Ok(Call::Share(event.unchecked_ref::<FetchEvent>().request())),
            _ => Err(unknown(&kind, "")),
        }
    }
}

fn message(event: &ExtendableMessageEvent) -> Call {
    let port = event.ports().get(0).dyn_into().ok();
    match read(event.data()) {
        Ok(message) => Call::Message { message, port },
        Err(why) => Call::UnreadableMessage { why, port },
    }
}

fn reason(event: &PushEvent) -> Option<PushReason> {
    let json: JsValue = event.data()?.json().ok()?;
    serde_wasm_bindgen::from_value::<Push>(json).ok().map(|push| push.reason)
}

fn unknown(kind: &str, what: &str) -> Fault {
    Fault::new("NotSupportedError", format!("an event of no known kind: {kind} {what}"))
}
