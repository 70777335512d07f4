//! The one loop that runs the engine: events in, commands out, each to one adapter. It decides nothing.
//!
//! Invariant: in each turn everything durable is written before anything else begins.

mod folders;
mod work;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use engine::{Command, Engine, Event, FolderId, JobId, Moment, SavedRow};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::future::{AbortHandle, Either, select};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::spawn_local;

use crate::Fault;
use crate::channel::{Channel, FromEngine, Message, Stopped, ToEngine};
use crate::hash::Pool;
use crate::now;
use crate::source::Source;
use crate::store::{Loaded, Store};
use crate::upload::Pieces;
use crate::watch::Watch;

/// Often enough to look alive, rarely enough to cost nothing.
const PUBLISH_EVERY_MS: u64 = 250;
/// Events taken in one turn: what they save shares a transaction.
const EVENTS_PER_TURN: usize = 500;
/// Events that can wait are gathered to so many, for so long: each turn costs a transaction.
const EVENTS_GATHERED: usize = 8;
const GATHER_MS: u32 = 25;

pub struct Host {
    engine: RefCell<Engine>,
    store: Store,
    pool: Rc<Pool>,
    pieces: Pieces,
    /// A handful, so a list: the code of a map is larger than all that it would hold.
    sources: RefCell<Vec<(FolderId, Rc<Source>)>>,
    tell: UnboundedSender<Told>,
    /// Folders to be watched before they are listed, and those that are.
    to_watch: RefCell<Vec<FolderId>>,
    watches: RefCell<Vec<Watch>>,
    /// Folders on their way in: one after the other, or two drops of one folder would both find it new.
    coming: RefCell<Vec<(u32, JsValue)>>,
    /// The work that can be abandoned: a handful at a time.
    jobs: RefCell<Vec<(JobId, AbortHandle)>>,
    alarm: RefCell<Option<Timeout>>,
    pages: Channel,
    /// Whether all that the engine knows is saved.
    saved: Cell<bool>,
    published_at: Cell<Moment>,
    was_at_rest: Cell<bool>,
    publish_later: RefCell<Option<Timeout>>,
}

/// An event, and the message that it came by.
struct Told {
    event: Event,
    number: Option<u32>,
}

impl From<Event> for Told {
    fn from(event: Event) -> Told {
        Told { event, number: None }
    }
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

/// The events of the next turn: at once if somebody waits for one of them.
async fn gather(events: &mut UnboundedReceiver<Told>) -> Option<Vec<Told>> {
    let mut turn = vec![events.next().await?];
    let mut patience = TimeoutFuture::new(GATHER_MS);
    while turn.len() < EVENTS_GATHERED && turn.last().is_some_and(|told| told.event.can_wait()) {
        match select(events.next(), &mut patience).await {
            Either::Left((more, _)) => turn.push(more?),
            Either::Right(_) => break,
        }
    }
    turn.extend(std::iter::from_fn(|| events.try_recv().ok()).take(EVENTS_PER_TURN));
    Some(turn)
}

fn stopped_by(fault: &Fault) -> Stopped {
    if fault.is("QuotaExceededError") {
        Stopped::StorageFull
    } else {
        Stopped::StorageFailed(fault.to_string())
    }
}

impl Host {
    async fn start(script: String) -> Result<(Rc<Host>, UnboundedReceiver<Told>), Fault> {
        let store = Store::open().await?;
        let Loaded { saved, handles } = store.load().await?;
        let (tell, events) = unbounded();
        let source = |(id, handle)| (id, Rc::new(Source::directory(handle)));
        let host = Rc::new(Host {
            engine: RefCell::default(),
            store,
            pool: Pool::new(script),
            pieces: Pieces::default(),
            sources: RefCell::default(),
            tell,
            to_watch: RefCell::default(),
            watches: RefCell::default(),
            coming: RefCell::default(),
            jobs: RefCell::default(),
            alarm: RefCell::default(),
            pages: Channel::from_engine()?,
            saved: Cell::new(true),
            published_at: Cell::default(),
            was_at_rest: Cell::default(),
            publish_later: RefCell::default(),
        });
        host.sources.borrow_mut().extend(handles.into_iter().map(source));
        host.tell(Event::Started(saved));
        Ok((host, events))
    }

    async fn serve(self: Rc<Host>, mut events: UnboundedReceiver<Told>) -> Stopped {
        let listeners = match self.listen() {
            Ok(listeners) => listeners,
            Err(fault) => return stopped_by(&fault),
        };
        self.say(&FromEngine::Started);
        let outdated = self.outdated();
        let turns = async {
            while let Some(turn) = gather(&mut events).await {
                let (mut commands, mut numbers) = (Vec::new(), Vec::new());
                for Told { event, number } in turn {
                    commands.extend(self.hear(event));
                    numbers.extend(number);
                }
                self.saved.set(false);
                if let Err(fault) = self.carry_out(commands).await {
                    return stopped_by(&fault);
                }
                numbers.into_iter().for_each(|number| self.say(&FromEngine::Heard(number)));
                self.saved.set(true);
                self.publish_soon();
            }
            Stopped::StorageFailed("the host lost its own events".into())
        };
        futures::pin_mut!(turns, outdated);
        let stopped = select(turns, outdated).await.factor_first().0;
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
        self.watches.take();
        self.alarm.replace(None);
        self.publish_later.replace(None);
    }

    fn hear(&self, event: Event) -> Vec<Command> {
        self.engine.borrow_mut().handle(now(), event)
    }

    pub(self) fn tell(&self, event: Event) {
        // A closed queue means that the host is stopping: the rows know where to go on.
        _ = self.tell.unbounded_send(event.into());
    }

    /// The message of this number is confirmed once everything that follows from it is saved.
    pub(self) fn tell_for(&self, number: u32, event: Event) {
        _ = self.tell.unbounded_send(Told { event, number: Some(number) });
    }

    /// What only looks and reads begins at once; what the server hears of waits until the rows are saved.
    async fn carry_out(self: &Rc<Host>, commands: Vec<Command>) -> Result<(), Fault> {
        let mut rows: Vec<SavedRow> = Vec::new();
        let (mut durable, mut later) = (Vec::new(), Vec::new());
        for command in commands {
            match command {
                Command::Save(changed) => rows.extend(changed),
                Command::SaveSettings(_)
                | Command::SaveRules { .. }
                | Command::SaveRun { .. }
                | Command::ForgetFolder(_) => durable.push(command),
                Command::WatchFolder(_) | Command::ListFolder { .. } | Command::Hash(_) => {
                    self.begin(command)
                }
                Command::Ask { .. }
                | Command::Upload(_)
                | Command::Abandon(_)
                | Command::CheckServer { .. }
                | Command::LimitRate(_)
                | Command::TellInventory(_)
                | Command::Pair { .. }
                | Command::WakeAt(_) => later.push(command),
            }
        }
        if !rows.is_empty() {
            self.store.save(&rows).await?;
        }
        for command in durable {
            self.make_durable(command).await?;
        }
        later.into_iter().for_each(|command| self.begin(command));
        Ok(())
    }

    async fn make_durable(&self, command: Command) -> Result<(), Fault> {
        match command {
            Command::SaveSettings(settings) => self.store.save_settings(settings).await,
            Command::SaveRules { folder, rules } => self.store.save_rules(folder, rules).await,
            Command::SaveRun { run, replaces } => self.store.save_run(&run, replaces).await,
            Command::ForgetFolder(folder) => self.forget(folder).await,
            Command::Save(_)
            | Command::WatchFolder(_)
            | Command::ListFolder { .. }
            | Command::Hash(_)
            | Command::Ask { .. }
            | Command::Upload(_)
            | Command::Abandon(_)
            | Command::CheckServer { .. }
            | Command::LimitRate(_)
            | Command::TellInventory(_)
            | Command::Pair { .. }
            | Command::WakeAt(_) => Ok(()),
        }
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
                _ = tell.unbounded_send(Event::NetworkChanged { online }.into());
            })
        };
        Ok([messages, network("online", true), network("offline", false)])
    }

    fn receive(self: &Rc<Host>, Message { body, attached, number }: Message<ToEngine>) {
        match body {
            // What asks for an answer has it for a confirmation; what changes something is confirmed once that
            // is saved.
            ToEngine::Hello => return self.publish(),
            ToEngine::Intent(intent) => return self.tell_for(number, Event::Asked(intent)),
            ToEngine::AddFolder => return self.add_folder(number, attached),
            ToEngine::AddFiles { name } => return self.add_files(number, name, &attached),
            ToEngine::Regranted(folder) => return self.regranted(number, folder),
            ToEngine::Rows { filter, from, count } => {
                let rows = self.engine.borrow().rows(filter, from as usize, count as usize);
                self.say(&FromEngine::Rows(rows));
            }
            ToEngine::Runs => self.say_runs(),
            ToEngine::Incidents => self.say(&FromEngine::Incidents(self.engine.borrow().incidents())),
            // Another tab saw an older word of ours.
            ToEngine::Restart => self.publish(),
        }
        self.say(&FromEngine::Heard(number));
    }

    fn say_runs(self: &Rc<Host>) {
        let host = Rc::clone(self);
        spawn_local(async move {
            match host.store.runs().await {
                Ok(runs) => host.say(&FromEngine::Runs(runs)),
                Err(fault) => web_sys::console::warn_1(&fault.to_string().into()),
            }
        });
    }

    /// At once when work begins or ends: that is what people wait to see.
    fn publish_soon(self: &Rc<Host>) {
        let passed = now().since(self.published_at.get());
        let at_rest = self.engine.borrow().is_at_rest();
        if passed >= PUBLISH_EVERY_MS || self.was_at_rest.replace(at_rest) != at_rest {
            self.publish();
        } else if self.publish_later.borrow().is_none() {
            let host = Rc::clone(self);
            // A clock that was set back must not silence us.
            let wait = PUBLISH_EVERY_MS.saturating_sub(passed) as u32;
            self.publish_later.replace(Some(Timeout::new(wait, move || host.publish())));
        }
    }

    /// Nothing is shown that is not saved: the end of the turn publishes it.
    fn publish(&self) {
        self.publish_later.replace(None);
        if !self.saved.get() {
            return;
        }
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
