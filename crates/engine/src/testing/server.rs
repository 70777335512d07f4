//! A server in memory. It is as truthful as the real one, and fails when it is told to.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use protocol::immich::{UploadAnswer, UploadStatus};
use protocol::safelight::STATUS_DIGEST_MISMATCH;
use protocol::{AssetId, Digest};

use super::disk::digest_of;
use crate::abilities::Abilities;
use crate::event::{Body, Known, Reply, RequestEnd};
use crate::settings::AccountId;
use crate::time::Moment;

pub struct Server {
    pub paired: bool,
    /// A different account means a different vault.
    pub account: AccountId,
    /// Rejects bytes that do not have the promised digest.
    pub verifies: bool,
    /// What it holds, by the digest of the bytes that really arrived.
    pub assets: BTreeMap<Digest, Vec<u8>>,
    /// What a person moved to its trash.
    pub trash: BTreeSet<Digest>,
    /// Everything that it ever confirmed while it held the bytes.
    pub confirmed: BTreeSet<Digest>,
    /// How often it accepted each content as new.
    pub taken: BTreeMap<Digest, usize>,
    offline_until: Option<Moment>,
    /// Until then, connections hang: no byte moves, and none breaks.
    hangs_until: Option<Moment>,
    /// Until then, uploads hang, and everything else is answered: a proxy is still forwarding them.
    uploads_hang_until: Option<Moment>,
    /// The statuses of its answers to the next uploads, whatever is uploaded.
    upload_answers: VecDeque<u16>,
    corrupt_next: bool,
    /// Every upload of these bytes is cut off.
    pub cuts_off: Option<Vec<u8>>,
    /// The answer to an upload that is larger than this many bytes: there is no room for it.
    pub room: Option<(u16, usize)>,
    /// Something on the way refuses bundles of more files.
    pub most_in_bundle: Option<usize>,
    /// Something on the way cuts off every bundle.
    pub cuts_off_bundles: bool,
    /// A firewall in front answers every upload of these bytes with a page of its own.
    pub refuses_in_front: Option<Vec<u8>>,
    /// The same for every upload.
    pub refuses_all_in_front: bool,
    /// A sign-in in front of it answers everything.
    pub signs_in_front: bool,
    /// If set, it keeps the pieces of an upload, and this many bytes are said to get through each time.
    pub gets_on: Option<u64>,
}

impl Default for Server {
    fn default() -> Server {
        Server {
            paired: false,
            account: AccountId("first".into()),
            verifies: true,
            assets: BTreeMap::new(),
            trash: BTreeSet::new(),
            confirmed: BTreeSet::new(),
            taken: BTreeMap::new(),
            offline_until: None,
            hangs_until: None,
            uploads_hang_until: None,
            upload_answers: VecDeque::new(),
            corrupt_next: false,
            cuts_off: None,
            room: None,
            most_in_bundle: None,
            cuts_off_bundles: false,
            refuses_in_front: None,
            refuses_all_in_front: false,
            signs_in_front: false,
            gets_on: None,
        }
    }
}

impl Server {
    pub fn offline_until(&mut self, until: Moment) {
        self.offline_until = Some(until);
    }

    pub fn hangs_until(&mut self, until: Moment) {
        self.hangs_until = Some(until);
    }

    pub fn uploads_hang_until(&mut self, until: Moment) {
        self.uploads_hang_until = Some(until);
    }

    fn hangs(&self, now: Moment) -> bool {
        self.hangs_until.is_some_and(|until| now < until)
    }

    pub(super) fn uploads_hang(&self, now: Moment) -> bool {
        self.hangs(now) || self.uploads_hang_until.is_some_and(|until| now < until)
    }

    /// Somebody set up the server again at the same address. It holds nothing, and nobody is paired.
    pub fn start_anew(&mut self, account: &str) {
        *self = Server { verifies: self.verifies, account: AccountId(account.into()), ..Server::default() };
    }

    /// The next upload is answered with this status, and nothing is kept.
    pub fn says(&mut self, status: u16) {
        self.upload_answers.push_back(status);
    }

    /// Ends every fault except the curses.
    pub(super) fn is_well_again(&mut self) {
        (self.offline_until, self.hangs_until, self.uploads_hang_until) = (None, None, None);
        self.upload_answers.clear();
        self.corrupt_next = false;
        (self.room, self.signs_in_front) = (None, false);
    }

    /// A bit flips in transit during the next upload.
    pub fn corrupt_next(&mut self) {
        self.corrupt_next = true;
    }

    pub fn holds(&self, bytes: &str) -> bool {
        self.assets.contains_key(&digest_of(bytes.as_bytes()))
    }

    pub(super) fn abilities(&self) -> Abilities {
        if self.verifies { Abilities::of_a_vault() } else { Abilities::default() }
    }

    pub(super) fn account(&self, now: Moment) -> RequestEnd<AccountId> {
        self.answer(now, || replied(200, Body::Understood(self.account.clone())))
    }

    pub(super) fn check(&mut self, now: Moment, digests: &[Digest]) -> RequestEnd<Vec<Known>> {
        let known = |digest: &Digest| match self.assets.get(digest) {
            Some(_) if self.trash.contains(digest) => Known::InTrash { asset: Some(asset_of(*digest)) },
            Some(_) => Known::Held { asset: Some(asset_of(*digest)) },
            None => Known::Lacking,
        };
        let end = self.answer(now, || replied(200, Body::Understood(digests.iter().map(known).collect())));
        let held = digests.iter().filter(|digest| self.assets.contains_key(digest)).copied();
        self.confirmed.extend(held.collect::<Vec<_>>());
        end
    }

    pub fn upload(&mut self, now: Moment, mut bytes: Vec<u8>, promised: Digest) -> RequestEnd<UploadAnswer> {
        if std::mem::take(&mut self.corrupt_next) {
            bytes.push(b'!');
        }
        if self.cuts_off.as_ref() == Some(&bytes) {
            return RequestEnd::NoReply;
        }
        if self.uploads_hang(now) {
            return RequestEnd::Stalled;
        }
        let told = self.upload_answers.pop_front();
        let arrived = digest_of(&bytes);
        let full = self.room.filter(|(_, most)| bytes.len() > *most);
        let refused = self.refuses_all_in_front || self.refuses_in_front.as_ref() == Some(&bytes);
        let end = self.answer(now, || match told {
            _ if refused => replied(403, Body::Foreign),
            None if full.is_some() => {
                let status = full.map_or(507, |(status, _)| status);
                replied(status, Body::Refused("Quota has been exceeded!".into()))
            }
            Some(status) => replied(status, Body::Refused("as told".into())),
            None if self.verifies && arrived != promised => {
                replied(STATUS_DIGEST_MISMATCH, Body::Refused("digest".into()))
            }
            None => {
                let status = if self.assets.contains_key(&arrived) {
                    UploadStatus::Duplicate
                } else {
                    UploadStatus::Created
                };
                replied(201, Body::Understood(UploadAnswer { id: asset_of(arrived), status }))
            }
        });
        if let RequestEnd::Replied(Reply { body: Body::Understood(_), .. }) = &end {
            if self.verifies {
                self.confirmed.insert(arrived);
            }
            if self.assets.insert(arrived, bytes).is_none() {
                *self.taken.entry(arrived).or_default() += 1;
            }
        }
        end
    }

    /// Why a bundle of so many files is refused as a whole.
    pub(super) fn refuses_bundle(&self, files: usize) -> Option<RequestEnd<UploadAnswer>> {
        if self.cuts_off_bundles {
            return Some(RequestEnd::NoReply);
        }
        self.most_in_bundle.filter(|most| files > *most).map(|_| replied(413, Body::Foreign))
    }

    /// Delivers an answer. It is lost if the connection is gone by then.
    pub(super) fn deliver<T>(&self, now: Moment, answer: RequestEnd<T>) -> RequestEnd<T> {
        match () {
            () if self.is_offline(now) => RequestEnd::NoReply,
            () if self.hangs(now) => RequestEnd::Stalled,
            () => answer,
        }
    }

    fn is_offline(&self, now: Moment) -> bool {
        self.offline_until.is_some_and(|until| now < until)
    }

    fn answer<T>(&self, now: Moment, answer: impl FnOnce() -> RequestEnd<T>) -> RequestEnd<T> {
        if self.is_offline(now) {
            RequestEnd::NoReply
        } else if self.hangs(now) {
            RequestEnd::Stalled
        } else if self.signs_in_front {
            replied(302, Body::Foreign)
        } else if self.paired {
            answer()
        } else {
            replied(401, Body::Refused("Authentication required".into()))
        }
    }
}

fn replied<T>(status: u16, body: Body<T>) -> RequestEnd<T> {
    RequestEnd::Replied(Reply { status, retry_after_ms: None, body })
}

fn asset_of(digest: Digest) -> AssetId {
    let mut id = [0; 16];
    id.copy_from_slice(&digest.0[..16]);
    AssetId(id)
}
