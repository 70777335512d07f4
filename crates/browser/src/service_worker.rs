//! The service worker's use of the browser, and the messages between pages and the service worker.
//!
//! `sw.js` gives each event to the program in `crates/workers`, which decides what to do.

mod call;
mod message;
mod scope;

pub use crate::inbox::{Place, keep as keep_shared};
pub use crate::push::renew_pushes;
pub use call::Call;
pub use message::{FromServiceWorker, ToServiceWorker, Unreadable, post, read, write};
pub use scope::{
    ask_for_sync, comes_from_us, is_visible, notify, open_app, pages, pause, share_answer, shared_files,
    tell_pages, warn, withdraw_notification,
};

/// Why a page asks the browser to wake the service worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SyncTag {
    /// Work is left; also the tag of the periodic sync.
    Backup,
    /// The network is gone. This needs a tag of its own: the browser does not reset the retries of a tag that is
    /// already waiting, and those of the other tag may be used up or far apart by then.
    Offline,
}

impl SyncTag {
    const ALL: [SyncTag; 2] = [SyncTag::Backup, SyncTag::Offline];

    pub fn name(self) -> &'static str {
        match self {
            SyncTag::Backup => "safelight-backup",
            SyncTag::Offline => "safelight-offline",
        }
    }

    fn named(name: &str) -> Option<SyncTag> {
        SyncTag::ALL.into_iter().find(|tag| tag.name() == name)
    }
}
