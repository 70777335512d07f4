//! The one loop that runs the engine: events in, commands out, each to one adapter. It decides nothing.
//!
//! Invariant: in each turn everything durable is written before anything else begins.

mod audience;
mod folders;
mod work;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::spawn;
use engine::{Checked, Command, Engine, Event, FileId, FolderId, JobId, Left, Moment, SavedRow, Wake};
use futures::StreamExt;
use futures::channel::mpsc::{UnboundedReceiver, UnboundedSender, unbounded};
use futures::channel::oneshot;
use futures::future::{AbortHandle, Either, select};
use gloo::timers::callback::Timeout;
use gloo::timers::future::TimeoutFuture;
use protocol::safelight::Pieces;
use wasm_bindgen::JsValue;

use crate::Fault;
use crate::channel::{Channel, FromEngine, Message, Stopped, ToEngine};
use crate::hash::{Here, Pool, Readers};
use crate::now;
use crate::server::SERVER;
use crate::source::Source;
use crate::store::{Loaded, Store};
use crate::surroundings;
use crate::upload::Uploads;
use crate::watch::Watch;

/// Events taken in one turn: what they save shares a transaction.
const EVENTS_PER_TURN: usize = 500;
/// Events that can wait are gathered to so many, for so long: each turn costs a transaction.
const EVENTS_GATHERED: usize = 8;
const GATHER_MS: u32 = 25;

pub use audience::NoPage;
use audience::{Audience, Pages};

pub struct Host {
    engine: RefCell<Engine>,
    store: Store,
    readers: Box<dyn Readers>,
    uploads: Uploads,
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
    audience: Box<dyn Audience>,
    early: RefCell<Option<Early>>,
    /// Whether all that the engine knows is saved.
    saved: Cell<bool>,
}

/// What the context that the host runs in lends it.
struct Tools {
    readers: Box<dyn Readers>,
    uploads: Uploads,
    audience: Box<dyn Audience>,
}

/// What the server says at the start: asked for before anybody needs it.
struct Early {
    answered: oneshot::Receiver<(Checked, Option<Pieces>)>,
}

impl Early {
    fn ask() -> Early {
        let (tell, answered) = oneshot::channel();
        spawn(async move {
            // Nobody hears it if the store cannot be read.
            _ = tell.send(SERVER.check().await);
        });
        Early { answered }
    }

    async fn answer(self) -> Option<(Checked, Option<Pieces>)> {
        self.answered.await.ok()
    }
}

/// How a host ends.
enum Ending {
    /// Something stopped it that it cannot mend.
    Stopped(Stopped),
    /// The engine was woken without a page and is done.
    Over,
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
    let pages = match Pages::new() {
        Ok(pages) => Box::new(pages),
        Err(fault) => return stopped_by(&fault),
    };
    let tools = Tools { readers: Box::new(Pool::new(script)), uploads: Uploads::by_xhr(), audience: pages };
    match Host::start(Engine::new(), tools).await {
        Ok((host, events)) => match host.serve(events).await {
            Ending::Stopped(why) => why,
            Ending::Over => Stopped::StorageFailed("the engine of a page ended by itself".into()),
        },
        Err(fault) => stopped_by(&fault),
    }
}

/// Runs an engine without a page until its time is up or nothing is left to do. Call it with the engine's lock held.
pub async fn run_shift(
    by: Wake,
    until: Moment,
    pages: NoPage,
    fetching: Vec<FileId>,
) -> Result<Left, Stopped> {
    let tools = Tools { readers: Box::new(Here), uploads: Uploads::by_fetch(), audience: Box::new(pages) };
    let started = Host::start(Engine::woken(by, until, fetching), tools).await;
    let (host, events) = started.map_err(|fault| stopped_by(&fault))?;
    host.tell(surroundings::changed());
    match Rc::clone(&host).serve(events).await {
        Ending::Over => Ok(host.engine.borrow().left()),
        Ending::Stopped(why) => Err(why),
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
    async fn start(engine: Engine, tools: Tools) -> Result<(Rc<Host>, UnboundedReceiver<Told>), Fault> {
        let (tell, events) = unbounded();
        let early = RefCell::new(Some(Early::ask()));
        let store = Store::open().await?;
        let Loaded { saved, handles } = store.load().await?;
        let source = |(id, handle)| (id, Rc::new(Source::directory(handle)));
        let host = Rc::new(Host {
            engine: RefCell::new(engine),
            store,
            readers: tools.readers,
            uploads: tools.uploads,
            sources: RefCell::default(),
            tell,
            to_watch: RefCell::default(),
            watches: RefCell::default(),
            coming: RefCell::default(),
            jobs: RefCell::default(),
            alarm: RefCell::default(),
            audience: tools.audience,
            early,
            saved: Cell::new(true),
        });
        host.sources.borrow_mut().extend(handles.into_iter().map(source));
        host.tell(Event::Started(Box::new(saved)));
        Ok((host, events))
    }

    async fn serve(self: Rc<Host>, mut events: UnboundedReceiver<Told>) -> Ending {
        let listeners = match self.audience.listen(&self) {
            Ok(listeners) => listeners,
            Err(fault) => return Ending::Stopped(stopped_by(&fault)),
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
                    return Ending::Stopped(stopped_by(&fault));
                }
                numbers.into_iter().for_each(|number| self.say(&FromEngine::Heard(number)));
                self.saved.set(true);
                self.audience.notice(&self);
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

    /// Ends once the database must be let go.
    async fn outdated(&self) -> Ending {
        self.store.wait_for_version_change().await;
        Ending::Stopped(Stopped::Outdated)
    }

    fn let_everything_go(&self) {
        self.jobs.take().iter().for_each(|(_, job)| job.abort());
        self.watches.take();
        self.alarm.replace(None);
        self.audience.leave();
        self.store.close();
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
                Command::WatchFolder(_)
                | Command::ListFolder { .. }
                | Command::Hash(_)
                | Command::CheckServer { .. } => self.begin(command),
                Command::Ask { .. }
                | Command::Upload(_)
                | Command::Abandon(_)
                | Command::LimitRate(_)
                | Command::TellInventory(_)
                | Command::Pair { .. }
                | Command::Stage { .. }
                | Command::Unstage(_)
                | Command::Discard { .. }
                | Command::Notify(_)
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
            Command::SaveRun { run, replaces } => self.store.save_run(&run, replaces).await,
            Command::SaveRules { .. } | Command::ForgetFolder(_) => self.audience.keep(self, command).await,
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
            | Command::Stage { .. }
            | Command::Unstage(_)
            | Command::Discard { .. }
            | Command::Notify(_)
            | Command::WakeAt(_) => Ok(()),
        }
    }

    pub(self) fn say(&self, message: &FromEngine) {
        self.audience.say(message, &JsValue::NULL);
    }
}
