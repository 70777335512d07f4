//! Requests that only a Safelight server answers: devices, the contents of folders, and pushes.

use engine::{FolderId, RequestEnd};
use protocol::Digest;
use protocol::safelight::{KnownFolder, PushState, PushSubscription, Session, path};
use serde::de::IgnoredAny;
use sha1::{Digest as _, Sha1};

use super::Server;
use crate::http::{Client, Content, Method, understood, was_done};

/// The server's answer about pushes to this device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Pushing {
    /// The server offers no pushes.
    Missing,
    NoAnswer,
    State(PushState),
}

impl<C: Client> Server<C> {
    /// None if there is no answer.
    pub(crate) async fn sessions(&self) -> Option<Vec<Session>> {
        understood(self.0.get(path::SESSIONS).await)
    }

    /// True if the session has ended, now or earlier.
    pub(crate) async fn end_session(&self, id: &str) -> bool {
        let end = self.0.delete(&format!("{}/{id}", path::SESSIONS)).await;
        is_missing(&end) || was_done(&end)
    }

    /// The folders of all devices, the most recently reported first; none if there is no answer.
    pub(crate) async fn folders(&self) -> Option<Vec<KnownFolder>> {
        understood(self.0.get(path::FOLDERS).await)
    }

    /// The contents of a folder, in the format of [`protocol::inventory`]; none if there is no answer.
    pub(crate) async fn inventory(&self, folder: &str) -> Option<String> {
        self.0.get_text(&format!("{}/{folder}", path::FOLDERS)).await
    }

    /// Sends the contents of one of this device's folders, unless the server has them already. A failure is harmless:
    /// they are sent again after the next listing.
    pub(crate) async fn tell_inventory(&self, folder: FolderId, name: &str, text: String) {
        let path = format!("{}{}", path::OWN_FOLDERS, folder.0);
        let digest = Digest(Sha1::digest(&text).into()).to_string();
        let known = understood(self.0.get::<KnownFolder>(&path).await);
        if known.is_none_or(|known| known.digest != digest) {
            let query = form_urlencoded::Serializer::new(String::new()).append_pair("name", name).finish();
            self.0.put_text(&format!("{path}?{query}"), text).await;
        }
    }

    pub(crate) async fn pushing(&self) -> Pushing {
        let end = self.0.get(path::PUSH).await;
        if is_missing(&end) {
            return Pushing::Missing;
        }
        understood(end).map_or(Pushing::NoAnswer, Pushing::State)
    }

    /// True if the server accepted the subscription.
    pub(crate) async fn subscribe(&self, subscription: &PushSubscription) -> bool {
        was_done(&self.0.put(path::PUSH, subscription).await)
    }

    /// True if the server no longer pushes to this device.
    pub(crate) async fn unsubscribe(&self) -> bool {
        was_done(&self.0.delete(path::PUSH).await)
    }

    /// Asks for a push in a few seconds. True if the server will send one.
    pub(crate) async fn try_push(&self) -> bool {
        was_done(&self.0.ask::<IgnoredAny>(Method::Post, path::PUSH_TEST, Content::Nothing).await)
    }
}

fn is_missing<T>(end: &RequestEnd<T>) -> bool {
    matches!(end, RequestEnd::Replied(reply) if reply.status == 404)
}
