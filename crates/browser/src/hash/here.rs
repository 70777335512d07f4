//! Hashes files in the current context, without a nested worker.

use std::cell::Cell;
use std::pin::pin;

use futures::FutureExt;
use futures::future::{Either, LocalBoxFuture, select};
use gloo::timers::future::TimeoutFuture;
use protocol::Digest;
use web_sys::File;

use super::reader::digest_telling;
use super::{Checkpoint, ReadFault, ReaderSaid, Readers, STALL_MS};

pub struct Here;

/// Ends when there was no progress for a while. Nothing else would end a read that never answers.
async fn standstill(moved: &Cell<bool>) {
    loop {
        TimeoutFuture::new(STALL_MS).await;
        if !moved.take() {
            return;
        }
    }
}

impl Readers for Here {
    fn digest<'a>(
        &'a self,
        file: &'a File,
        from: Option<&'a Checkpoint>,
        hear: &'a dyn Fn(ReaderSaid),
    ) -> LocalBoxFuture<'a, Result<Digest, ReadFault>> {
        async move {
            let from = from.map(|from| (from.read, &*from.state));
            let moved = Cell::new(false);
            let hear_moving = |said| {
                moved.set(true);
                hear(said);
            };
            let reading = pin!(digest_telling(file, from, &hear_moving));
            match select(reading, pin!(standstill(&moved))).await {
                Either::Left((digest, _)) => digest.map_err(|fault| ReadFault::named(fault.name)),
                Either::Right(_) => Err(ReadFault::ReaderStopped),
            }
        }
        .boxed_local()
    }
}
