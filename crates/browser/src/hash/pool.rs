//! Hands files to nested workers and waits for their digests.
//!
//! Dropping the future of [`Pool::digest`] terminates the reader, so an abandoned file stops being read at once.

use std::cell::RefCell;
use std::rc::Rc;

use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::future::{Either, select};
use futures::{FutureExt, StreamExt};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use protocol::Digest;
use wasm_bindgen::JsCast;
use web_sys::{File, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::digest::ENDED_EARLY;
use super::{READER, ReaderSaid};
use crate::Fault;

/// A reader that says nothing for so long hangs. A slow network drive still delivers 4 MiB a minute.
const STALL_MS: u32 = 60_000;

/// Idle readers, kept for the next file.
pub struct Pool {
    script: String,
    idle: RefCell<Vec<Reader>>,
}

/// Why there is no digest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReadFault {
    /// The file could not be read; the name of the exception.
    Failed(String),
    /// The worker stopped or hangs; the file may be fine.
    ReaderStopped,
}

struct Reader {
    worker: Worker,
    said: UnboundedReceiver<Option<ReaderSaid>>,
    _listeners: [EventListener; 2],
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.worker.terminate();
    }
}

impl Pool {
    /// `script` is the address of the worker's own loader.
    pub fn new(script: String) -> Rc<Pool> {
        Rc::new(Pool { script, idle: RefCell::default() })
    }

    pub async fn digest(&self, file: &File, progress: impl FnMut(u64)) -> Result<Digest, ReadFault> {
        let mut reader = self.reader().await.map_err(|_| ReadFault::ReaderStopped)?;
        let end = reader.digest(file, progress).await;
        if !matches!(end, Err(ReadFault::ReaderStopped)) {
            self.idle.borrow_mut().push(reader);
        }
        end
    }

    async fn reader(&self) -> Result<Reader, Fault> {
        let idle = self.idle.borrow_mut().pop();
        match idle {
            Some(reader) => Ok(reader),
            None => Reader::start(&self.script).await,
        }
    }
}

impl Reader {
    async fn start(script: &str) -> Result<Reader, Fault> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        options.set_name(READER);
        let worker = Worker::new_with_options(script, &options)?;
        let (tell, said) = unbounded();
        let failed = tell.clone();
        let listeners = [
            EventListener::new(&worker, "message", move |event| {
                let data = event.unchecked_ref::<MessageEvent>().data();
                // A closed receiver means that nobody waits any more.
                _ = tell.unbounded_send(serde_wasm_bindgen::from_value(data).ok());
            }),
            EventListener::new(&worker, "error", move |_| _ = failed.unbounded_send(None)),
        ];
        let mut reader = Reader { worker, said, _listeners: listeners };
        match reader.next().await {
            Some(ReaderSaid::Read(0)) => Ok(reader),
            Some(_) | None => Err(Fault::new("ReaderStopped", "the reader did not start")),
        }
    }

    async fn digest(&mut self, file: &File, mut progress: impl FnMut(u64)) -> Result<Digest, ReadFault> {
        self.worker.post_message(file).map_err(|_| ReadFault::ReaderStopped)?;
        loop {
            match self.next().await {
                Some(ReaderSaid::Read(read)) => progress(read),
                Some(ReaderSaid::Digested(digest)) => return Ok(digest),
                Some(ReaderSaid::Failed(name)) if name == ENDED_EARLY => {
                    return Err(ReadFault::ReaderStopped);
                }
                Some(ReaderSaid::Failed(name)) => return Err(ReadFault::Failed(name)),
                None => return Err(ReadFault::ReaderStopped),
            }
        }
    }

    /// The next word of the reader; `None` if it stopped or hangs.
    async fn next(&mut self) -> Option<ReaderSaid> {
        match select(self.said.next(), TimeoutFuture::new(STALL_MS).fuse()).await {
            Either::Left((said, _)) => said.flatten(),
            Either::Right(_) => None,
        }
    }
}
