//! What the page knows: one signal for the engine's word, and one way to answer.

use browser::app_shell::NewVersion;
use browser::channel::{FromEngine, Notice, Stopped, ToEngine};
use browser::window::{Conversation, InstallOffer, notify_unless_seen};
use engine::{Filter, Headline, Incident, Intent, Large, RowsPage, Run, Tally, View};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::words::background::Waking;

/// The last word of the engine.
#[derive(Clone, PartialEq)]
pub enum Shown {
    /// Not heard yet.
    Opening,
    View(Box<View>),
    Stopped(Stopped),
    /// The engine is of another version: this page must be loaded anew.
    OtherVersion,
}

/// Handed to every part. Signals and the conversation are cheap to copy.
#[derive(Clone, Copy)]
pub struct Desk {
    pub shown: RwSignal<Shown>,
    /// The list that is open, and how many of its rows are wanted.
    pub open: RwSignal<Option<(Filter, u32)>>,
    pub rows: RwSignal<Option<RowsPage>>,
    pub notice: RwSignal<Option<Notice>>,
    /// The history, as last told.
    pub runs: RwSignal<Vec<Run>>,
    /// What went wrong lately, once it was told.
    pub incidents: RwSignal<Option<Vec<Incident>>>,
    /// What could be left to the browser, as last told.
    pub largest: RwSignal<Option<Vec<Large>>>,
    pub new_version: RwSignal<Option<NewVersion>, LocalStorage>,
    /// The browser's offer to install Safelight as an app.
    pub install: RwSignal<Option<InstallOffer>, LocalStorage>,
    /// The browser shows notifications of ours.
    pub may_notify: RwSignal<bool>,
    /// What the browser said about waking us, once it did.
    pub waking: RwSignal<Option<Waking>>,
    conversation: StoredValue<Conversation, LocalStorage>,
}

/// How many rows a list shows at first, and how many more each time.
pub const ROWS_AT_ONCE: u32 = 100;

impl Desk {
    pub fn open() -> Result<Desk, browser::Fault> {
        let shown = RwSignal::new(Shown::Opening);
        let rows = RwSignal::new(None);
        let open = RwSignal::new(None);
        let notice = RwSignal::new(None);
        let runs = RwSignal::new(Vec::new());
        let incidents = RwSignal::new(None);
        let largest = RwSignal::new(None);
        let conversation = Conversation::begin(move |said| match said {
            Some(FromEngine::View(view)) => shown.set(Shown::View(view)),
            // The answer may be to another tab, which shows another list.
            Some(FromEngine::Rows(page)) if is_open(open, &page) => rows.set(Some(page)),
            Some(FromEngine::Rows(_)) => {}
            Some(FromEngine::Notice(said)) => notice.set(Some(said)),
            Some(FromEngine::Stopped(why)) => shown.set(Shown::Stopped(why)),
            Some(FromEngine::Runs(history)) => runs.set(history),
            Some(FromEngine::Incidents(lately)) => incidents.set(Some(lately)),
            Some(FromEngine::Notify(told)) => {
                spawn_local(notify_unless_seen(told));
            }
            // The answer may be to another tab.
            Some(FromEngine::Largest(all)) => largest.set(Some(all)),
            // Heard by the conversation itself.
            Some(FromEngine::Started | FromEngine::Heard(_) | FromEngine::Handles) => {}
            None => shown.set(Shown::OtherVersion),
        })?;
        Ok(Desk {
            shown,
            open,
            rows,
            notice,
            runs,
            incidents,
            largest,
            new_version: RwSignal::new_local(None),
            install: RwSignal::new_local(None),
            may_notify: RwSignal::new(false),
            waking: RwSignal::new(None),
            conversation: StoredValue::new_local(conversation),
        })
    }

    /// Needs a fresh gesture.
    pub fn offer_to_install(self) {
        self.install.with_untracked(|offer| offer.iter().for_each(browser::window::InstallOffer::show));
        // The browser takes an offer once.
        self.install.set(None);
    }

    pub fn dispatch(self, intent: Intent) {
        self.say(ToEngine::Intent(intent));
    }

    pub fn say(self, message: ToEngine) {
        self.conversation.with_value(|conversation| conversation.say(message));
    }

    pub fn with_conversation(self, act: impl FnOnce(&Conversation)) {
        self.conversation.with_value(act);
    }

    /// What follows from the view; while there is none, what stands for nothing. Each type of it is kilobytes of code, so
    /// there are few.
    pub fn view<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&View) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        Memo::new(move |_| {
            self.shown.with(|shown| match shown {
                Shown::View(view) => part(view),
                Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => T::default(),
            })
        })
    }

    /// True while the engine says so.
    pub fn is(self, state: impl Fn(&View) -> bool + Send + Sync + 'static) -> Memo<bool> {
        self.view(state)
    }

    /// The numbers, once they are known.
    pub fn tally(self) -> Memo<Option<Tally>> {
        self.view(|view| Some(view.tally.clone()))
    }

    pub fn is_unpaired(self) -> Memo<bool> {
        self.is(|view| view.headline == Headline::Unpaired)
    }
}

fn is_open(open: RwSignal<Option<(Filter, u32)>>, page: &RowsPage) -> bool {
    open.with_untracked(|open| open.is_some_and(|(filter, _)| filter == page.filter))
}
