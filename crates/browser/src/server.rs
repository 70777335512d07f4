//! The requests to the server, one function each.
//!
//! Pure: a [`Client`] carries them.

mod library;
mod own;
#[cfg(test)]
mod tests;

use std::num::NonZeroU64;

use engine::{Abilities, AccountId, Body, Checked, Known, PairEnd, Reply, RequestEnd};
use protocol::Digest;
use protocol::immich::{self, BulkUploadCheckResults, CheckAction, CheckResult, RejectReason, UserMe};
use protocol::safelight::{self, Capabilities, Pair, Rate};
use serde::de::IgnoredAny;

#[cfg(target_arch = "wasm32")]
use crate::http::FetchClient;
use crate::http::{Client, understood};

pub use library::Gallery;
pub(crate) use own::Pushing;

/// A server, reached by a client.
pub(crate) struct Server<C>(pub C);

/// The server that this app was loaded from.
#[cfg(target_arch = "wasm32")]
pub(crate) const SERVER: Server<FetchClient> = Server(FetchClient);

impl<C: Client> Server<C> {
    /// Does the server have these files? The answers come in the order of the digests.
    pub(crate) async fn ask(&self, digests: &[Digest]) -> RequestEnd<Vec<Known>> {
        let question = immich::question(digests);
        let end = self.0.post(immich::path::BULK_UPLOAD_CHECK, &question).await;
        understand(end, |answer| in_order(answer, digests.len()))
    }

    /// Which account is this, and what can the server do?
    pub(crate) async fn check(&self) -> Checked {
        let account = understand(self.0.get(immich::path::USERS_ME).await, account_of);
        let abilities = self.capabilities().await.map(abilities_of).unwrap_or_default();
        Checked { account, abilities }
    }

    /// None for a server that does not list its capabilities, as Immich does not.
    async fn capabilities(&self) -> Option<Capabilities> {
        understood(self.0.get(safelight::path::CAPABILITIES).await)
    }

    pub(crate) async fn pair(&self, code: String, device_name: String) -> PairEnd {
        let end = self.0.post::<IgnoredAny>(safelight::path::PAIR, &Pair { code, device_name }).await;
        match end {
            RequestEnd::Replied(Reply { status: 200..=299, .. }) => PairEnd::Paired,
            RequestEnd::Replied(Reply { status: 429, .. }) => PairEnd::TooManyTries,
            RequestEnd::Replied(Reply { status: 400 | 401 | 403, body: Body::Refused(_), .. }) => {
                PairEnd::CodeRefused
            }
            RequestEnd::Replied(_) | RequestEnd::NoReply | RequestEnd::Stalled => PairEnd::NoReply,
        }
    }

    /// Tells the server that an upload will not be finished.
    pub(crate) async fn drop_upload(&self, digest: Digest) -> RequestEnd<IgnoredAny> {
        self.0.delete(&format!("{}{digest}", safelight::path::UPLOADS)).await
    }

    /// Asks the server to limit our uploads to this rate. A failure is harmless: the limit is sent again after the next
    /// check.
    pub(crate) async fn limit_rate(&self, bytes_per_second: Option<NonZeroU64>) -> RequestEnd<IgnoredAny> {
        self.0.post(safelight::path::RATE, &Rate { bytes_per_second }).await
    }
}

fn abilities_of(capabilities: Capabilities) -> Abilities {
    let Capabilities {
        version: _,
        verifies_digests,
        pieces,
        bundle_of,
        keeps_inventories,
        albums,
        trash,
        thumbnails,
    } = capabilities;
    Abilities { verifies_digests, pieces, bundle_of, keeps_inventories, albums, trash, thumbnails }
}

/// What an answer must contain to be accepted as the server's and not a proxy's. A server that lost something has a new
/// epoch. It then counts as a different account, and every file is asked about again.
fn account_of(me: UserMe) -> Option<AccountId> {
    if me.id.is_empty() {
        return None;
    }
    let id = match me.epoch {
        Some(epoch) => format!("{} {epoch}", me.id),
        None => me.id,
    };
    Some(AccountId(id))
}

/// Turns a body that parses but makes no sense into a foreign one.
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

/// There must be exactly one answer for each digest; otherwise none counts.
fn in_order(answer: BulkUploadCheckResults, asked: usize) -> Option<Vec<Known>> {
    let mut known: Vec<Option<Known>> = vec![None; asked];
    for result in answer.results {
        let at: usize = result.id.parse().ok()?;
        *known.get_mut(at)? = Some(known_from(&result)?);
    }
    known.into_iter().collect()
}

/// Only an unambiguous answer counts: a rejection without a reason says nothing about the bytes.
fn known_from(result: &CheckResult) -> Option<Known> {
    match (result.action, result.reason) {
        (CheckAction::Accept, _) => Some(Known::Lacking),
        (CheckAction::Reject, Some(RejectReason::UnsupportedFormat)) => Some(Known::Unsupported),
        (CheckAction::Reject, Some(RejectReason::Duplicate)) if result.is_trashed == Some(true) => {
            Some(Known::InTrash { asset: result.asset_id })
        }
        (CheckAction::Reject, Some(RejectReason::Duplicate)) => Some(Known::Held { asset: result.asset_id }),
        (CheckAction::Reject, None) => None,
    }
}
