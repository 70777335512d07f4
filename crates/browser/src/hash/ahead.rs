//! Digests small files while a listing has them open. To open them again would cost as much as to read them.

use std::cell::Cell;
use std::pin::pin;

use futures::FutureExt;
use futures::future::{Either, LocalBoxFuture, select};
use gloo::timers::future::TimeoutFuture;
use protocol::Digest;
use protocol::media::{Named, named};
use web_sys::File;

use super::HERE_BYTES;
use super::digest::digest_of_bytes;
use crate::settled::settle;

/// A few small files should not take longer, even on a slow network drive.
const PATIENCE_MS: u32 = 10_000;

/// What a listing does with the files that it has just looked at.
pub trait Ahead {
    /// The digests of some of these files, in their order; the list may be shorter.
    fn digests<'a>(&'a self, files: &'a [(String, File)]) -> LocalBoxFuture<'a, Vec<Option<Digest>>>;
}

/// Digests small photos and videos, until it is told to stop.
pub struct Small {
    pub goes_on: Cell<bool>,
}

impl Ahead for Small {
    fn digests<'a>(&'a self, files: &'a [(String, File)]) -> LocalBoxFuture<'a, Vec<Option<Digest>>> {
        async move {
            if !self.goes_on.get() {
                return Vec::new();
            }
            let digests = digests_of_small(files).await;
            // One file that hangs must not hold up the listing again.
            self.goes_on.set(self.goes_on.get() && digests.is_some());
            digests.unwrap_or_default()
        }
        .boxed_local()
    }
}

/// Of those that are small, and photos or videos by their names. One that cannot be read has none: whoever reads it later
/// finds out why. None at all if that takes too long.
async fn digests_of_small(files: &[(String, File)]) -> Option<Vec<Option<Digest>>> {
    let is_small = |(path, file): &(String, File)| {
        matches!(named(path), Named::Media(_)) && file.size() > 0.0 && file.size() <= HERE_BYTES
    };
    let small: Vec<&File> = files.iter().filter(|file| is_small(file)).map(|(_, file)| file).collect();
    if small.is_empty() {
        return Some(Vec::new());
    }
    let reading = pin!(settle(&small.iter().map(|file| file.array_buffer()).collect()));
    let Either::Left((read, _)) = select(reading, TimeoutFuture::new(PATIENCE_MS).fuse()).await else {
        return None;
    };
    let mut digests = small.iter().zip(read).map(|(file, read)| digest_of_bytes(file, read.ok()?).ok());
    Some(files.iter().map(|file| if is_small(file) { digests.next().flatten() } else { None }).collect())
}
