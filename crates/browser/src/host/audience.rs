//! Who receives the engine's messages and may send it messages: every open page or, if no page is open, only the first
//! one that opens.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use engine::{CopyEnd, Event, FolderId, LinkEvent, Lists, Moment, OfPage, Page, Read, Role, Shift};
use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use js_sys::Array;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{EventTarget, File};

use super::Host;
use super::folders::Coming;
use crate::Fault;
use crate::channel::{Channel, FromEngine, Message, ToEngine};
use crate::server::SERVER;
use crate::watch::Watch;
use crate::{device, inbox, now, spawn, surroundings};

/// The most files that the browser accepts in one background fetch (measured).
const MOST_FETCHED: usize = 100;
/// Often enough to look live, rarely enough to cost nothing.
const PUBLISH_EVERY_MS: u64 = 250;

pub(super) trait Audience: Sized + 'static {
    /// Which engine it has.
    type Role: Role;

    /// Receives messages to the engine until the listeners are dropped.
    fn listen(&self, host: &Rc<Host<Self>>) -> Result<Vec<EventListener>, Fault>;
    fn say(&self, message: &FromEngine, attached: &JsValue);
    /// The view may have changed, and everything it shows is stored.
    fn show(&self, host: &Rc<Host<Self>>);
    /// Carries out a command that only an engine with a page gives.
    fn carry_out(&self, host: &Rc<Host<Self>>, command: OfPage);
    /// Watches the folder from its next listing on.
    fn watch(&self, folder: FolderId);
    /// A file that its folder's handle cannot open, but that a page handed over.
    fn handed(&self, read: &Read) -> Option<File>;
    /// Starts the folder's watch, if the engine asked for it.
    async fn before_listing(&self, host: &Rc<Host<Self>>, folder: FolderId);
    /// The folder is no longer backed up.
    fn let_go(&self, folder: FolderId);
    /// The host is stopping.
    fn leave(&self);
}

/// The pages of all tabs.
pub(super) struct Pages {
    channel: Channel,
    was_at_rest: Cell<bool>,
    published: Rc<Published>,
    /// Folders whose watch must begin before their listing.
    pub(super) to_watch: RefCell<Vec<FolderId>>,
    pub(super) watches: RefCell<HashMap<FolderId, Watch>>,
    /// What is being added, one after the other.
    pub(super) coming: RefCell<VecDeque<Coming>>,
    /// Files with hidden names that a page found. Their folder's handle cannot open them.
    pub(super) handed: RefCell<HashMap<(FolderId, Box<str>), File>>,
    lists: RefCell<Lists>,
}

/// When the view was last published, and the timer for the next time.
#[derive(Default)]
struct Published {
    at: Cell<Moment>,
    later: RefCell<Option<Timeout>>,
}

impl Pages {
    pub(super) fn new() -> Result<Pages, Fault> {
        Ok(Pages {
            channel: Channel::from_engine()?,
            was_at_rest: Cell::default(),
            published: Rc::default(),
            to_watch: RefCell::default(),
            watches: RefCell::default(),
            coming: RefCell::default(),
            handed: RefCell::default(),
            lists: RefCell::default(),
        })
    }
}

impl Audience for Pages {
    type Role = Page;

    fn listen(&self, host: &Rc<Host<Pages>>) -> Result<Vec<EventListener>, Fault> {
        let hearing = Rc::clone(host);
        let messages = Channel::to_engine()?.listen(move |message| {
            if let Some(message) = message {
                hearing.receive(message);
            }
        });
        let network = |name: &'static str, online: bool| {
            let host = Rc::clone(host);
            EventListener::new(js_sys::global().unchecked_ref(), name, move |_| {
                host.tell(Event::Link(LinkEvent::NetworkChanged { online }));
            })
        };
        Ok(vec![messages, network("online", true), network("offline", false)])
    }

    fn say(&self, message: &FromEngine, attached: &JsValue) {
        if let Err(fault) = self.channel.send(message, attached) {
            // A page that misses this message gets the next view.
            web_sys::console::warn_1(&fault.to_string().into());
        }
    }

    /// Publishes at once when work begins or ends, because people wait to see that.
    fn show(&self, host: &Rc<Host<Pages>>) {
        let passed = now().since(self.published.at.get());
        let at_rest = host.engine.borrow().is_at_rest();
        if passed >= PUBLISH_EVERY_MS || self.was_at_rest.replace(at_rest) != at_rest {
            self.published.publish(host);
        } else if self.published.later.borrow().is_none() {
            let (host, published) = (Rc::clone(host), Rc::clone(&self.published));
            // A clock that was set back must not stop the publishing.
            let wait = PUBLISH_EVERY_MS.saturating_sub(passed) as u32;
            self.published.later.replace(Some(Timeout::new(wait, move || published.publish(&host))));
        }
    }

    fn carry_out(&self, host: &Rc<Host<Pages>>, command: OfPage) {
        host.carry_out_for_page(command);
    }

    fn watch(&self, folder: FolderId) {
        self.to_watch.borrow_mut().push(folder);
    }

    fn handed(&self, read: &Read) -> Option<File> {
        self.handed.borrow().get(&(read.folder, read.path.clone())).cloned()
    }

    async fn before_listing(&self, host: &Rc<Host<Pages>>, folder: FolderId) {
        host.watch_if_asked(folder).await;
    }

    fn let_go(&self, folder: FolderId) {
        self.watches.borrow_mut().remove(&folder);
        self.handed.borrow_mut().retain(|(theirs, _), _| *theirs != folder);
    }

    fn leave(&self) {
        self.watches.take();
        self.published.later.take();
    }
}

impl Published {
    fn publish(&self, host: &Host<Pages>) {
        self.later.replace(None);
        self.at.set(now());
        host.publish();
    }
}

/// No page is open. A page that opens has an engine of its own, which waits for this one to end. Its first message may
/// arrive while this engine is still being loaded.
pub struct NoPage {
    opened: Rc<Opened>,
    _listener: EventListener,
}

#[derive(Default)]
struct Opened {
    heard: Cell<bool>,
    tell: RefCell<Option<Rc<Host<NoPage>>>>,
}

impl NoPage {
    pub fn listening() -> Result<NoPage, Fault> {
        let opened = Rc::<Opened>::default();
        let hearing = Rc::clone(&opened);
        let listener = Channel::to_engine()?.listen_for_anything(move || hearing.hear());
        Ok(NoPage { opened, _listener: listener })
    }
}

impl Opened {
    fn hear(&self) {
        self.heard.set(true);
        if let Some(host) = &*self.tell.borrow() {
            host.tell(Event::PageOpened);
        }
    }
}

impl Audience for NoPage {
    type Role = Shift;

    fn listen(&self, host: &Rc<Host<NoPage>>) -> Result<Vec<EventListener>, Fault> {
        self.opened.tell.replace(Some(Rc::clone(host)));
        if self.opened.heard.get() {
            self.opened.hear();
        }
        let telling = Rc::clone(host);
        let changed = surroundings::connection().dyn_into().map(|connection: EventTarget| {
            EventListener::new(&connection, "change", move |_| telling.tell(surroundings::changed()))
        });
        Ok(changed.into_iter().collect())
    }

    fn say(&self, _: &FromEngine, _: &JsValue) {}

    fn show(&self, _: &Rc<Host<NoPage>>) {}

    /// An engine without a page never gives such a command.
    fn carry_out(&self, _: &Rc<Host<NoPage>>, _: OfPage) {}

    /// A shift is too short to watch anything.
    fn watch(&self, _: FolderId) {}

    fn handed(&self, _: &Read) -> Option<File> {
        None
    }

    async fn before_listing(&self, _: &Rc<Host<NoPage>>, _: FolderId) {}

    fn let_go(&self, _: FolderId) {}

    fn leave(&self) {
        self.opened.tell.take();
    }
}

impl Host<Pages> {
    fn carry_out_for_page(self: &Rc<Host<Pages>>, command: OfPage) {
        let host = Rc::clone(self);
        match command {
            OfPage::TellInventory(folder) => {
                let Some((name, text)) = self.inventory(folder) else { return };
                spawn(async move { SERVER.tell_inventory(folder, &name, text).await });
            }
            OfPage::Pair { code } => spawn(async move {
                let end = SERVER.pair(code, device::name()).await;
                host.tell(Event::Link(LinkEvent::PairingEnded(end)));
            }),
            OfPage::Copy { read, file } => spawn(async move {
                let end = match host.open(&read).await {
                    Ok(opened) => host.store.add_copy(file, &opened.file).await,
                    Err(_) => CopyEnd::Failed,
                };
                host.tell(Event::CopyEnded(read.job, end));
            }),
            OfPage::Discard { path, .. } => spawn(async move { inbox::discard(&path).await }),
            OfPage::DropUpload(_) if !self.uploads.keeps_parts() => {}
            OfPage::DropUpload(digest) => spawn(async move {
                // If this fails, the server drops it by itself after some days.
                _ = SERVER.drop_upload(digest).await;
            }),
            OfPage::Notify(notice) => self.say(&FromEngine::Notify(notice)),
        }
    }

    fn inventory(&self, folder: FolderId) -> Option<(String, String)> {
        let engine = self.engine.borrow();
        engine.inventory(folder).map(|(name, text)| (name.to_owned(), text))
    }

    fn receive(self: &Rc<Host<Pages>>, Message { body, attached, number }: Message<ToEngine>) {
        match body {
            // A request is confirmed by its answer. A message that changes something is confirmed once the change is
            // stored.
            ToEngine::Hello => {
                self.take_in_inbox();
                return self.publish();
            }
            ToEngine::Largest => self.say_largest(),
            ToEngine::Surroundings(around) => {
                return self.tell_for(number, Event::SurroundingsChanged(around));
            }
            ToEngine::Fetching(files) => return self.tell_for(number, Event::FetchingChanged(files)),
            ToEngine::Intent(intent) => return self.tell_for(number, Event::Asked(intent)),
            ToEngine::AddFolder => {
                return self.add(Coming::Folder { number, handle: attached.unchecked_into() });
            }
            ToEngine::HiddenFound { unread } => {
                let attached: Array = attached.unchecked_into();
                let (folder, files) = (attached.get(0).unchecked_into(), attached.get(1).unchecked_into());
                return self.add(Coming::Hidden { number, folder, files, unread });
            }
            ToEngine::AddFiles { name } => return self.add_files(number, name, &attached),
            ToEngine::Regranted(folder) => return self.regranted(number, folder),
            ToEngine::Rows { query, recency, from, count } => {
                let (from, count) = (from as usize, count as usize);
                let rows =
                    self.audience.lists.borrow_mut().page(&self.engine.borrow(), query, recency, from, count);
                self.say(&FromEngine::Rows(rows));
            }
            ToEngine::Runs => self.say_runs(),
            ToEngine::Handles => self.say_handles(),
            ToEngine::Incidents => self.say(&FromEngine::Incidents(self.engine.borrow().incidents())),
            // The page acted on an outdated message of ours.
            ToEngine::Restart => self.publish(),
        }
        self.say(&FromEngine::Confirmed(number));
    }

    fn say_largest(&self) {
        let all = self.engine.borrow().largest(MOST_FETCHED);
        self.say(&FromEngine::Largest(all));
    }

    fn say_runs(self: &Rc<Host<Pages>>) {
        let host = Rc::clone(self);
        spawn(async move {
            match host.store.runs().await {
                Ok(runs) => host.say(&FromEngine::Runs(runs)),
                Err(fault) => web_sys::console::warn_1(&fault.to_string().into()),
            }
        });
    }

    /// Only stored state is shown. If something is not stored yet, the end of the turn publishes it.
    fn publish(&self) {
        if self.stored.get() {
            let view = self.engine.borrow().view(now());
            self.say(&FromEngine::View(Box::new(view)));
        }
    }
}
