//! What can happen to the network and the server.

use super::misfortune::{HOUR_MS, SECOND_MS};
use super::{Event, Life};
use crate::event::LinkEvent;

const STATUSES: [u16; 14] = [400, 401, 403, 404, 408, 413, 429, 460, 500, 502, 503, 507, 520, 200];

/// A fault that affects one content for ever.
#[derive(Debug, Clone)]
pub(super) enum Curse {
    CutOff(Vec<u8>),
    RefusedInFront(Vec<u8>),
}

impl Curse {
    pub(super) fn concerns(&self, contents: &[u8]) -> bool {
        let (Curse::CutOff(bytes) | Curse::RefusedInFront(bytes)) = self;
        bytes == contents
    }
}

impl Life {
    pub(super) fn offline(&mut self) -> String {
        let ms = self.choose(&[1, 5 * SECOND_MS, 300 * SECOND_MS, 5 * HOUR_MS]);
        let until = self.world.now + ms;
        self.world.server.offline_until(until);
        format!("offline for {ms} ms")
    }

    pub(super) fn hang(&mut self) -> String {
        let ms = self.choose(&[20 * SECOND_MS, 300 * SECOND_MS, HOUR_MS]);
        let until = self.world.now + ms;
        if self.random.bool() {
            self.world.server.hangs_until(until);
            return format!("the server hangs for {ms} ms");
        }
        self.world.server.uploads_hang_until(until);
        format!("uploads hang for {ms} ms")
    }

    pub(super) fn network_told(&mut self) -> String {
        let online = self.random.bool();
        self.tell(Event::Link(LinkEvent::NetworkChanged { online }));
        format!("the browser says online: {online}")
    }

    pub(super) fn server_says(&mut self) -> String {
        let status = self.choose(&STATUSES);
        (0..self.random.u8(1..4)).for_each(|_| self.world.server.says(status));
        format!("the server will say {status}")
    }

    pub(super) fn fill(&mut self) -> String {
        let status = self.choose(&[400, 507]);
        let most = self.choose(&[None, Some(0), Some(9), Some(10)]);
        self.world.server.room = most.map(|most| (status, most));
        format!("the server has room for {most:?} bytes a file, else {status}")
    }

    pub(super) fn sign_in_in_front(&mut self) -> String {
        self.world.server.signs_in_front = self.random.u8(..4) == 0;
        format!("a sign-in in front: {}", self.world.server.signs_in_front)
    }

    pub(super) fn corrupt(&mut self) -> String {
        self.world.server.corrupt_next();
        "a bit will flip".into()
    }

    pub(super) fn sign_out(&mut self) -> String {
        self.world.server.paired = false;
        "signed out".into()
    }

    pub(super) fn pair_again(&mut self) -> String {
        self.pair();
        "paired".into()
    }

    pub(super) fn new_vault(&mut self) -> String {
        if self.random.u8(..4) > 0 {
            return "no new vault".into();
        }
        self.edits += 1;
        self.world.server.start_anew(&format!("vault {}", self.edits));
        "a new, empty vault at the same address".into()
    }

    pub(super) fn throw_away(&mut self) -> String {
        let held: Vec<_> = self.world.server.assets.keys().copied().collect();
        if held.is_empty() {
            return "nothing to throw away".into();
        }
        let digest = self.choose(&held);
        self.world.server.trash.insert(digest);
        format!("{digest:?} thrown away on the server")
    }

    pub(super) fn curse(&mut self) -> String {
        let Some((folder, path)) = self.any_file() else { return "nothing to curse".into() };
        if !self.curses.is_empty() || self.random.bool() {
            return "no curse".into();
        }
        let bytes = self.world.disk_of(folder).files[&path].bytes.clone();
        if self.random.bool() {
            self.world.server.refuses_in_front = Some(bytes.clone());
            self.curses.push(Curse::RefusedInFront(bytes));
            return format!("a firewall will refuse {path} for ever");
        }
        self.world.server.cuts_off = Some(bytes.clone());
        self.curses.push(Curse::CutOff(bytes));
        format!("uploads of {path} will be cut off for ever")
    }
}
