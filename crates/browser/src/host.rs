//! The one loop that runs the engine: events in, commands out, each to one adapter. It decides nothing.
//!
//! Invariant: in each turn everything durable is written before anything else begins.

mod folders;
mod work;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use engine::{Command, Engine, Event, FolderId, JobId, Moment, SavedRow};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::AbortHandle;
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use wasm_bindgen::{JsCast, JsValue};

use crate::Fault;
use crate::channel::{Channel, FromEngine, Message, Stopped, ToEngine};
use crate::hash::Pool;
use crate::now;
use crate::source::Source;
use crate::store::{Loaded, Store};

/// Often enough to look alive, rarely enough to cost nothing.
const PUBLISH_EVERY_MS: u64 = 150;
/// Events taken in one turn: what they save shares a transaction.
const EVENTS_PER_TURN: usize = 500;

pub struct Host {
    engine: RefCell<Engine>,
    store: Store,
    pool: Rc<Pool>,
    sources: RefCell<BTreeMap<FolderId, Rc<Source>>>,
    tell: UnboundedSender<Event>,
    /// The work that can be abandoned: a handful at a time.
    jobs: RefCell<Vec<(JobId, AbortHandle)>>,
    alarm: RefCell<Option<Timeout>>,
    pages: Channel,
    published_at: Cell<Moment>,
    publish_later: RefCell<Option<Timeout>>,
}

/// Runs the engine until something stops it that it cannot mend. Call it with the engine's lock held.
/// `script` is the address of this worker's loader.
pub async fn run(script: String) -> Stopped {
    match Host::start(script).await {
        Ok((host, events)) => host.serve(events).await,
        Err(fault) => stopped_by(&fault),
    }
}

/// Tells every page that is open why the engine stopped.
pub fn announce(why: Stopped) -> Result<(), Fault> {
    Channel::from_engine()?.send(&FromEngine::Stopped(why), &JsValue::NULL)
}

/// Tells every page that opens why the engine stands still, until one asks for a new start.
pub async fn stand_still(why: Stopped) -> Result<(), Fault> {
    let (tell, mut told) = unbounded();
    let pages = Channel::from_engine()?;
    let stopped = FromEngine::Stopped(why);
    pages.send(&stopped, &JsValue::NULL)?;
    let _listener = Channel::to_engine()?.listen(move |message: Option<Message<ToEngine>>| {
        let body = message.map(|message| message.body);
        if body == Some(ToEngine::Restart) {
            _ = tell.unbounded_send(());
        } else {
            _ = pages.send(&stopped, &JsValue::NULL);
        }
    });
    told.next().await;
    Ok(())
}

fn stopped_by(fault: &Fault) -> Stopped {
    if fault.is("QuotaExceededError") {
        Stopped::StorageFull
    } else {
        Stopped::StorageFailed(fault.to_string())
    }
}

impl Host {
    async fn start(script: String) -> Result<(Rc<Host>, UnboundedReceiver<Event>), Fault> {
        let store = Store::open().await?;
        let Loaded { saved, handles } = store.load().await?;
        let (tell, events) = unbounded();
        let source = |(id, handle)| (id, Rc::new(Source::directory(handle)));
        let host = Rc::new(Host {
            engine: RefCell::default(),
            store,
            pool: Pool::new(script),
            sources: RefCell::default(),
            tell,
            jobs: RefCell::default(),
            alarm: RefCell::default(),
            pages: Channel::from_engine()?,
            published_at: Cell::default(),
            publish_later: RefCell::default(),
        });
        host.sources.borrow_mut().extend(handles.into_iter().map(source));
        host.tell(Event::Started(saved));
        Ok((host, events))
    }

    async fn serve(self: Rc<Host>, mut events: UnboundedReceiver<Event>) -> Stopped {
        let listeners = match self.listen() {
            Ok(listeners) => listeners,
            Err(fault) => return stopped_by(&fault),
        };
        let outdated = self.outdated();
        let turns = async {
            while let Some(event) = events.next().await {
                let mut commands = self.hear(event);
                for _ in 1..EVENTS_PER_TURN {
                    let Ok(event) = events.try_recv() else { break };
                    commands.extend(self.hear(event));
                }
                if let Err(fault) = self.carry_out(commands).await {
                    return stopped_by(&fault);
                }
                self.publish_soon();
            }
            Stopped::StorageFailed("the host lost its own events".into())
        };
        futures::pin_mut!(turns, outdated);
        let stopped = futures::future::select(turns, outdated).await.factor_first().0;
        drop(listeners);
        self.let_everything_go();
        stopped
    }

    /// Ends once the database must be let go.
    async fn outdated(&self) -> Stopped {
        self.store.wait_for_version_change().await;
        Stopped::Outdated
    }

    fn let_everything_go(&self) {
        self.jobs.take().iter().for_each(|(_, job)| job.abort());
        self.alarm.replace(None);
        self.publish_later.replace(None);
    }

    fn hear(&self, event: Event) -> Vec<Command> {
        self.engine.borrow_mut().handle(now(), event)
    }

    pub(self) fn tell(&self, event: Event) {
        // A closed queue means that the host is stopping: the rows know where to go on.
        _ = self.tell.unbounded_send(event);
    }

    /// First what must be durable, then the rest, in order.
    async fn carry_out(self: &Rc<Host>, commands: Vec<Command>) -> Result<(), Fault> {
        let mut rows: Vec<SavedRow> = Vec::new();
        let mut begin = Vec::new();
        for command in commands {
            match command {
                Command::Save(changed) => rows.extend(changed),
                Command::SaveSettings(settings) => self.store.save_settings(settings).await?,
                Command::ForgetFolder(folder) => self.forget(folder).await?,
                Command::ListFolder { .. }
                | Command::Hash(_)
                | Command::Ask { .. }
                | Command::Upload(_)
                | Command::Abandon(_)
                | Command::CheckServer { .. }
                | Command::Pair { .. }
                | Command::WakeAt(_) => begin.push(command),
            }
        }
        if !rows.is_empty() {
            self.store.save(&rows).await?;
        }
        begin.into_iter().for_each(|command| self.begin(command));
        Ok(())
    }

    fn listen(self: &Rc<Host>) -> Result<[EventListener; 3], Fault> {
        let host = Rc::clone(self);
        let messages = Channel::to_engine()?.listen(move |message| {
            if let Some(message) = message {
                host.receive(message);
            }
        });
        let network = |name: &'static str, online: bool| {
            let tell = self.tell.clone();
            EventListener::new(js_sys::global().unchecked_ref(), name, move |_| {
                _ = tell.unbounded_send(Event::NetworkChanged { online });
            })
        };
        Ok([messages, network("online", true), network("offline", false)])
    }

    fn receive(self: &Rc<Host>, Message { body, attached }: Message<ToEngine>) {
        match body {
            ToEngine::Hello => self.publish(),
            ToEngine::Intent(intent) => self.tell(Event::Asked(intent)),
            ToEngine::Rows { filter, from, count } => {
                let rows = self.engine.borrow().rows(filter, from as usize, count as usize);
                self.say(&FromEngine::Rows(rows));
            }
            ToEngine::AddFolder => self.add_folder(attached),
            ToEngine::AddFiles { name } => self.add_files(name, &attached),
            ToEngine::Regranted(folder) => self.regranted(folder),
            // Another tab saw an older word of ours.
            ToEngine::Restart => self.publish(),
        }
    }

    fn publish_soon(self: &Rc<Host>) {
        let passed = now().since(self.published_at.get());
        if passed >= PUBLISH_EVERY_MS {
            self.publish();
        } else if self.publish_later.borrow().is_none() {
            let host = Rc::clone(self);
            let wait = (PUBLISH_EVERY_MS - passed) as u32;
            self.publish_later.replace(Some(Timeout::new(wait, move || host.publish())));
        }
    }

    fn publish(&self) {
        self.publish_later.replace(None);
        self.published_at.set(now());
        let view = self.engine.borrow().view(now());
        self.say(&FromEngine::View(Box::new(view)));
    }

    pub(self) fn say(&self, message: &FromEngine) {
        if let Err(fault) = self.pages.send(message, &JsValue::NULL) {
            // A page that does not hear this hears the next view.
            web_sys::console::warn_1(&fault.to_string().into());
        }
    }
}
