//! An original that is being downloaded from the server. Dropping it ends the request: an unread connection would
//! occupy one of the six connections that a browser opens to a server.

use futures::future::{Either, select};
use gloo::timers::future::TimeoutFuture;
use js_sys::Uint8Array;
use protocol::AssetId;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, ReadableStreamDefaultReader};

use super::WriteFault;
use crate::bindings::IteratorResult;
use crate::http;

/// How often to check whether to continue.
const ASK_EVERY_MS: u32 = 500;
/// A server that sends nothing for a minute never will.
const MOST_ASKED: usize = 120;

pub(super) struct Download {
    aborter: AbortController,
    reader: Option<ReadableStreamDefaultReader>,
}

/// What arrived.
pub(super) enum Came {
    Bytes(Uint8Array),
    End,
    /// The restore was stopped.
    Stopped,
}

impl Download {
    /// `None` if the restore was stopped.
    pub(super) async fn begin(
        asset: AssetId,
        goes_on: &impl Fn() -> bool,
    ) -> Result<Option<Download>, WriteFault> {
        let aborter = AbortController::new()?;
        let mut download = Download { aborter, reader: None };
        let path = format!("/api/assets/{asset}/original");
        let answer = http::stream(&path, download.aborter.signal());
        match wait_for(Box::pin(answer), goes_on).await? {
            None => Ok(None),
            Some(None) => Err(WriteFault::NoAnswer),
            Some(Some(stream)) => {
                download.reader = Some(stream.get_reader().unchecked_into());
                Ok(Some(download))
            }
        }
    }

    pub(super) async fn next(&self, goes_on: &impl Fn() -> bool) -> Result<Came, WriteFault> {
        let Some(reader) = &self.reader else { return Ok(Came::End) };
        match wait_for(JsFuture::from(reader.read()), goes_on).await? {
            None => Ok(Came::Stopped),
            // The connection broke.
            Some(Err(_)) => Err(WriteFault::NoAnswer),
            Some(Ok(step)) => {
                let step: IteratorResult = step.unchecked_into();
                Ok(if step.done() { Came::End } else { Came::Bytes(step.value().unchecked_into()) })
            }
        }
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        self.aborter.abort();
    }
}

/// `None` if the restore was stopped.
async fn wait_for<T>(
    mut work: impl Future<Output = T> + Unpin,
    goes_on: &impl Fn() -> bool,
) -> Result<Option<T>, WriteFault> {
    for _ in 0..MOST_ASKED {
        match select(work, TimeoutFuture::new(ASK_EVERY_MS)).await {
            Either::Left((done, _)) => return Ok(Some(done)),
            Either::Right(((), unfinished)) => work = unfinished,
        }
        if !goes_on() {
            return Ok(None);
        }
    }
    Err(WriteFault::NoAnswer)
}
