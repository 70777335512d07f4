//! What the person chose and, separately, what the engine remembers. Both are kept in the store.

use std::num::NonZeroU64;

use serde::{Deserialize, Serialize};

use crate::folder::FolderId;
use crate::gate::{GateRules, PowerSeen};
use crate::notice::Noticed;
use crate::record::Loaded;
use crate::time::Moment;

/// What the person chose, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Back up automatically while Safelight is open.
    pub foreground: bool,
    /// Back up while Safelight is closed, whenever the browser wakes it.
    pub background: bool,
    pub paused: bool,
    /// Bytes per second that may be sent; `None` is no limit.
    pub rate_limit: Option<NonZeroU64>,
    /// Keep the screen on during a backup.
    pub keep_awake: bool,
    pub gates: GateRules,
    /// How many bytes of waiting files may be copied, for folders that cannot be read while Safelight is closed.
    pub copies_limit: Option<NonZeroU64>,
    /// Show notifications.
    pub notices: bool,
}

/// About two hundred photos.
const COPIES_BYTES: u64 = 1_000_000_000;

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            foreground: true,
            background: true,
            paused: false,
            rate_limit: None,
            keep_awake: false,
            gates: GateRules::default(),
            copies_limit: NonZeroU64::new(COPIES_BYTES),
            notices: true,
        }
    }
}

/// What the engine remembers from one start to the next.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    /// The account that confirmed the protected files.
    pub account: Option<AccountId>,
    /// The battery state, as a window last saw it.
    pub power: Option<PowerSeen>,
    /// Which folders could be read while no page was open. The browser does not say beforehand, so a wake-up finds out.
    pub closed_access: PerFolder<Readable>,
    pub noticed: Noticed,
    /// When each folder was last compared with a listing that hides no names.
    #[serde(default)]
    pub hidden_looks: PerFolder<Moment>,
}

/// The account on one server, with the id that the server gave it. A new vault has a new id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountId(pub String);

/// Something that is remembered about each folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PerFolder<T>(Vec<(FolderId, T)>);

/// Whether a folder could be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Readable {
    Yes,
    No,
}

impl<T> Default for PerFolder<T> {
    fn default() -> PerFolder<T> {
        PerFolder(Vec::new())
    }
}

impl<T: Copy> PerFolder<T> {
    pub fn of(&self, folder: FolderId) -> Option<T> {
        self.0.iter().find(|(id, _)| *id == folder).map(|(_, value)| *value)
    }

    pub fn set(&mut self, folder: FolderId, value: T) {
        match self.0.iter_mut().find(|(id, _)| *id == folder) {
            Some(known) => known.1 = value,
            None => self.0.push((folder, value)),
        }
    }

    pub fn forget(&mut self, folder: FolderId) {
        self.0.retain(|(id, _)| *id != folder);
    }
}

impl Memory {
    /// The memory to use when the stored record cannot be read. It is unknown who confirmed the protected files, so
    /// the server is asked about everything again. The first backup may have been done long ago.
    pub(crate) fn lost() -> Memory {
        let noticed = Noticed { first_backup_done: true, ..Noticed::default() };
        Memory { account: Some(AccountId(String::new())), noticed, ..Memory::default() }
    }
}

/// A value with a record in the store. The record is written at the end of each turn that changed the value. If the
/// record cannot be read, the value does not change and is not written until it is reset.
#[derive(Debug, Default)]
pub(crate) struct Kept<T> {
    value: T,
    changed: bool,
    unreadable: bool,
}

impl<T: Clone + Default + PartialEq> Kept<T> {
    pub(crate) fn restore(&mut self, record: Loaded<T>) {
        *self = match record {
            Loaded::Known(value) => Kept { value, changed: false, unreadable: false },
            Loaded::Unreadable => Kept { value: T::default(), changed: false, unreadable: true },
        };
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut T)) {
        if !self.unreadable {
            let before = self.value.clone();
            change(&mut self.value);
            self.changed |= self.value != before;
        }
    }

    pub(crate) fn reset(&mut self, value: T) {
        *self = Kept { value, changed: true, unreadable: false };
    }

    pub(crate) fn is_unreadable(&self) -> bool {
        self.unreadable
    }

    /// The value, if it changed since the last call.
    pub(crate) fn take_changed(&mut self) -> Option<T> {
        std::mem::take(&mut self.changed).then(|| self.value.clone())
    }
}

impl<T> std::ops::Deref for Kept<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}
