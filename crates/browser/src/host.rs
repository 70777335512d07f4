//! The one loop that runs the engine: events in, effects out, each effect to one adapter. It decides nothing. The order
//! of the effects is defined by [`engine::effects`], which the simulator follows too.

mod audience;
mod folders;
mod work;

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use engine::{
    Checked, Effect, Engine, Event, FileId, FolderId, JobId, Moment, ScanId, ShiftReport, Tell, Turn, Wake,
    effects,
};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::channel::oneshot;
use futures::future::{AbortHandle, Either, select};
use gloo::timers::callback::Timeout;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsValue;

use crate::channel::{Channel, FromEngine, Message, Stopped, ToEngine};
use crate::hash::ahead::Small;
use crate::hash::{Here, Pool, Readers};
use crate::server::SERVER;
use crate::source::Source;
use crate::store::{Opened, Store, StoreFault};
use crate::surroundings;
use crate::upload::Uploads;
use crate::{Fault, device, now, spawn};

/// The most events handled in one turn; everything they save shares one transaction.
const EVENTS_PER_TURN: usize = 500;
/// Events that can wait are collected up to this number and for this long, because each turn costs a transaction.
const EVENTS_GATHERED: usize = 32;
const GATHER_MS: u32 = 25;

pub use audience::NoPage;
use audience::{Audience, Pages};

struct Host<A: Audience> {
    engine: RefCell<Engine<A::Role>>,
    store: Store,
    readers: Box<dyn Readers>,
    uploads: Uploads,
    sources: RefCell<HashMap<FolderId, Rc<Source>>>,
    tell: UnboundedSender<Incoming>,
    /// Listings that digest small files, until they are told to stop.
    reading_ahead: RefCell<Vec<(ScanId, Rc<Small>)>>,
    /// Jobs that can be abandoned.
    jobs: RefCell<HashMap<JobId, AbortHandle>>,
    alarm: RefCell<Option<Timeout>>,
    audience: A,
    first_check: RefCell<Option<FirstCheck>>,
    /// Whether everything the engine knows is stored. Only stored state is shown.
    stored: Cell<bool>,
}

/// What the host gets from the context it runs in.
struct Tools<A> {
    readers: Box<dyn Readers>,
    uploads: Uploads,
    audience: A,
}

/// The first check of the server, which runs while the store is being loaded.
struct FirstCheck {
    answered: oneshot::Receiver<Checked>,
}

impl FirstCheck {
    fn begin() -> FirstCheck {
        let (tell, answered) = oneshot::channel();
        spawn(async move {
            // Nobody receives it if the store cannot be read.
            _ = tell.send(SERVER.check().await);
        });
        FirstCheck { answered }
    }

    async fn answer(self) -> Option<Checked> {
        self.answered.await.ok()
    }
}

/// How a host ends.
enum Ending {
    /// The engine stopped and cannot recover by itself.
    Stopped(Stopped),
    /// The engine was woken without a page and has finished.
    Over,
}

/// An event, and the number of the page's message that caused it.
struct Incoming {
    event: Event,
    message: Option<u32>,
}

impl From<Event> for Incoming {
    fn from(event: Event) -> Incoming {
        Incoming { event, message: None }
    }
}

/// Runs the engine until it stops and cannot recover by itself. Call it only while holding the engine's lock. `script`
/// is the URL of this worker's loader.
pub async fn run(script: String) -> Stopped {
    let pages = match Pages::new() {
        Ok(pages) => pages,
        Err(fault) => return stopped_by(fault.into()),
    };
    let (engine, readers): (Engine, Box<dyn Readers>) = if device::hangs_in_nested_workers() {
        (Engine::new().reading_alone(), Box::new(Here))
    } else {
        (Engine::new(), Box::new(Pool::new(script)))
    };
    let tools = Tools { readers, uploads: Uploads::by_xhr(), audience: pages };
    match Host::start(engine, tools).await {
        Ok((host, events)) => match host.serve(events).await {
            Ending::Stopped(why) => why,
            Ending::Over => Stopped::StorageFailed("the engine of a page ended by itself".into()),
        },
        Err(fault) => stopped_by(fault),
    }
}

/// Runs an engine without a page until its time is up or nothing is left to do. Call it only while holding the engine's
/// lock.
pub async fn run_shift(
    by: Wake,
    until: Moment,
    pages: NoPage,
    fetching: Vec<FileId>,
) -> Result<ShiftReport, Stopped> {
    let tools = Tools { readers: Box::new(Here), uploads: Uploads::by_fetch(), audience: pages };
    let started = Host::start(Engine::woken(by, until, fetching), tools).await;
    let (host, events) = started.map_err(stopped_by)?;
    host.tell(surroundings::changed());
    match Rc::clone(&host).serve(events).await {
        Ending::Over => Ok(host.engine.borrow().report()),
        Ending::Stopped(why) => Err(why),
    }
}

/// Tells every open page why the engine stopped.
pub fn announce(why: Stopped) -> Result<(), Fault> {
    Channel::from_engine()?.send(&FromEngine::Stopped(why), &JsValue::NULL)
}

/// Tells every page that opens why the engine stopped, until one asks for a restart.
pub async fn wait_for_restart(why: Stopped) -> Result<(), Fault> {
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

/// Collects the events of the next turn; returns at once if one of them cannot wait.
async fn gather(events: &mut UnboundedReceiver<Incoming>) -> Option<Vec<Incoming>> {
    let mut turn = vec![events.next().await?];
    let mut patience = TimeoutFuture::new(GATHER_MS);
    while turn.len() < EVENTS_GATHERED && turn.last().is_some_and(|incoming| incoming.event.can_wait()) {
        match select(events.next(), &mut patience).await {
            Either::Left((more, _)) => turn.push(more?),
            Either::Right(_) => break,
        }
    }
    turn.extend(std::iter::from_fn(|| events.try_recv().ok()).take(EVENTS_PER_TURN));
    Some(turn)
}

fn stopped_by(fault: StoreFault) -> Stopped {
    match fault {
        StoreFault::Newer => Stopped::Outdated,
        StoreFault::Browser(fault) if fault.is("QuotaExceededError") => Stopped::StorageFull,
        StoreFault::Browser(fault) => Stopped::StorageFailed(fault.to_string()),
    }
}

impl<A: Audience> Host<A> {
    async fn start(
        engine: Engine<A::Role>,
        tools: Tools<A>,
    ) -> Result<(Rc<Host<A>>, UnboundedReceiver<Incoming>), StoreFault> {
        let (tell, events) = unbounded();
        let first_check = RefCell::new(Some(FirstCheck::begin()));
        let store = Store::open().await?;
        let Opened { saved, handles } = store.load().await?;
        let source = |(id, handle)| (id, Rc::new(Source::directory(handle)));
        let host = Rc::new(Host {
            engine: RefCell::new(engine),
            store,
            readers: tools.readers,
            uploads: tools.uploads,
            sources: RefCell::new(handles.into_iter().map(source).collect()),
            tell,
            reading_ahead: RefCell::default(),
            jobs: RefCell::default(),
            alarm: RefCell::default(),
            audience: tools.audience,
            first_check,
            stored: Cell::new(true),
        });
        host.tell(Event::Started(Box::new(saved)));
        Ok((host, events))
    }

    async fn serve(self: Rc<Host<A>>, mut events: UnboundedReceiver<Incoming>) -> Ending {
        let listeners = match self.audience.listen(&self) {
            Ok(listeners) => listeners,
            Err(fault) => return Ending::Stopped(stopped_by(fault.into())),
        };
        self.say(&FromEngine::Started);
        let outdated = self.outdated();
        let turns = async {
            while let Some(gathered) = gather(&mut events).await {
                self.stored.set(false);
                let turns = gathered.into_iter().map(|incoming| self.handle(incoming)).collect();
                if let Err(fault) = self.carry_out(effects(turns)).await {
                    return Ending::Stopped(stopped_by(fault));
                }
                if self.engine.borrow().is_over() {
                    return Ending::Over;
                }
            }
            Ending::Stopped(Stopped::StorageFailed("the host lost its own events".into()))
        };
        futures::pin_mut!(turns, outdated);
        let ending = select(turns, outdated).await.factor_first().0;
        drop(listeners);
        self.let_everything_go();
        ending
    }

    /// Ends once the database must be closed.
    async fn outdated(&self) -> Ending {
        self.store.wait_for_version_change().await;
        Ending::Stopped(Stopped::Outdated)
    }

    fn let_everything_go(&self) {
        self.jobs.take().into_values().for_each(|job| job.abort());
        self.stop_reading_ahead(|_| true);
        self.alarm.replace(None);
        self.audience.leave();
        self.store.close();
    }

    fn handle(&self, Incoming { event, message }: Incoming) -> Turn {
        Turn { commands: self.engine.borrow_mut().handle(now(), event), message }
    }

    pub(self) fn tell(&self, event: Event) {
        // A closed queue means that the host is stopping; the stored rows know where to continue.
        _ = self.tell.unbounded_send(event.into());
    }

    /// The message with this number is confirmed once everything that follows from it is stored.
    pub(self) fn tell_for(&self, number: u32, event: Event) {
        _ = self.tell.unbounded_send(Incoming { event, message: Some(number) });
    }

    async fn carry_out(self: &Rc<Host<A>>, effects: VecDeque<Effect>) -> Result<(), StoreFault> {
        for effect in effects {
            match effect {
                Effect::Begin(command) => self.begin(command),
                Effect::Store(changes) => {
                    self.store.save(&changes).await?;
                    changes.forgotten.iter().for_each(|folder| self.let_go(*folder));
                }
                Effect::AfterStored(command) => self.after_stored(command),
                Effect::Tell(told) => {
                    self.stored.set(true);
                    self.tell_pages(told);
                }
            }
        }
        Ok(())
    }

    fn tell_pages(self: &Rc<Host<A>>, told: Tell) {
        match told {
            Tell::Confirm(number) => self.say(&FromEngine::Confirmed(number)),
            Tell::View => self.audience.show(self),
        }
    }

    pub(self) fn say(&self, message: &FromEngine) {
        self.audience.say(message, &JsValue::NULL);
    }
}
