//! Reads files in this very context.

use futures::FutureExt;
use futures::future::LocalBoxFuture;
use protocol::Digest;
use web_sys::File;

use super::reader::digest_telling;
use super::{Checkpoint, ReadFault, ReaderSaid, Readers};

pub struct Here;

impl Readers for Here {
    fn digest<'a>(
        &'a self,
        file: &'a File,
        from: Option<&'a Checkpoint>,
        hear: &'a dyn Fn(ReaderSaid),
    ) -> LocalBoxFuture<'a, Result<Digest, ReadFault>> {
        async move {
            let from = from.map(|from| (from.read, &*from.state));
            digest_telling(file, from, hear).await.map_err(|fault| ReadFault::named(fault.name))
        }
        .boxed_local()
    }
}
