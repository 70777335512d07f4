//! Hands files to nested workers and waits for their digests.
//!
//! Dropping the future of its [`Readers::digest`] terminates the reader, so an abandoned file stops being read at once.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use futures::channel::mpsc::{UnboundedReceiver, unbounded};
use futures::channel::oneshot::{Sender, channel};
use futures::future::{Either, LocalBoxFuture, select};
use futures::{FutureExt, StreamExt};
use gloo::events::EventListener;
use gloo::timers::future::TimeoutFuture;
use js_sys::{Array, Uint8Array};
use protocol::Digest;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::{Checkpoint, HERE_BYTES, Here, READER, ReadFault, ReaderSaid, Readers, STALL_MS};
use crate::{Fault, wire};

/// Enough to keep one disk busy; more would only compete for it.
const READERS: usize = 3;

/// The readers, and the queue of files that wait for one.
pub struct Pool {
    script: String,
    idle: RefCell<Vec<Reader>>,
    /// How many more readers may be in use.
    free: Cell<usize>,
    waiting: RefCell<VecDeque<Sender<Turn>>>,
}

/// Permission to use one reader. When dropped, it goes to the next in the queue; one that stopped waiting drops it
/// again.
struct Turn(Rc<Pool>);

impl Drop for Turn {
    fn drop(&mut self) {
        let next = self.0.waiting.borrow_mut().pop_front();
        match next {
            Some(next) => drop(next.send(Turn(Rc::clone(&self.0)))),
            None => self.0.free.set(self.0.free.get() + 1),
        }
    }
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
    /// `script` is the URL of the worker's own loader.
    pub fn new(script: String) -> Rc<Pool> {
        let free = Cell::new(READERS);
        Rc::new(Pool { script, idle: RefCell::default(), free, waiting: RefCell::default() })
    }

    async fn read(
        self: &Rc<Pool>,
        file: &File,
        from: Option<&Checkpoint>,
        hear: &dyn Fn(ReaderSaid),
    ) -> Result<Digest, ReadFault> {
        let _turn = self.turn().await.ok_or(ReadFault::ReaderStopped)?;
        let mut reader = self.reader().await.map_err(|_| ReadFault::ReaderStopped)?;
        let end = reader.digest(file, from, hear).await;
        if !matches!(end, Err(ReadFault::ReaderStopped)) {
            self.idle.borrow_mut().push(reader);
        }
        end
    }

    async fn turn(self: &Rc<Pool>) -> Option<Turn> {
        if let Some(left) = self.free.get().checked_sub(1) {
            self.free.set(left);
            return Some(Turn(Rc::clone(self)));
        }
        let (tell, told) = channel();
        self.waiting.borrow_mut().push_back(tell);
        told.await.ok()
    }

    async fn reader(&self) -> Result<Reader, Fault> {
        let idle = self.idle.borrow_mut().pop();
        match idle {
            Some(reader) => Ok(reader),
            None => Reader::start(&self.script).await,
        }
    }
}

impl Readers for Rc<Pool> {
    fn digest<'a>(
        &'a self,
        file: &'a File,
        from: Option<&'a Checkpoint>,
        hear: &'a dyn Fn(ReaderSaid),
    ) -> LocalBoxFuture<'a, Result<Digest, ReadFault>> {
        // Passing a file to a worker and back costs more than reading a small one.
        if file.size() <= HERE_BYTES {
            return Here.digest(file, from, hear);
        }
        self.read(file, from, hear).boxed_local()
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
                // A closed receiver means that nobody is waiting any more.
                _ = tell.unbounded_send(wire::decode(&data).ok());
            }),
            EventListener::new(&worker, "error", move |_| _ = failed.unbounded_send(None)),
        ];
        let mut reader = Reader { worker, said, _listeners: listeners };
        match reader.next().await {
            Some(ReaderSaid::Read(0)) => Ok(reader),
            Some(_) | None => Err(Fault::new("ReaderStopped", "the reader did not start")),
        }
    }

    async fn digest(
        &mut self,
        file: &File,
        from: Option<&Checkpoint>,
        hear: &dyn Fn(ReaderSaid),
    ) -> Result<Digest, ReadFault> {
        let told = Array::of1(file);
        if let Some(Checkpoint { read, state, .. }) = from {
            told.push(&JsValue::from_f64(*read as f64));
            told.push(&Uint8Array::from(state.as_slice()));
        }
        self.worker.post_message(&told).map_err(|_| ReadFault::ReaderStopped)?;
        loop {
            match self.next().await {
                Some(said @ (ReaderSaid::Read(_) | ReaderSaid::Reached(..))) => hear(said),
                Some(ReaderSaid::Digested(digest)) => return Ok(digest),
                Some(ReaderSaid::Failed(name)) => return Err(ReadFault::named(name)),
                None => return Err(ReadFault::ReaderStopped),
            }
        }
    }

    /// The reader's next message; `None` if it stopped or hung.
    async fn next(&mut self) -> Option<ReaderSaid> {
        match select(self.said.next(), TimeoutFuture::new(STALL_MS).fuse()).await {
            Either::Left((said, _)) => said.flatten(),
            Either::Right(_) => None,
        }
    }
}
