//! What the screens show: a signal with the engine's latest view, and one way to send intents to the engine.

use browser::app_shell::NewVersion;
use browser::channel::{FromEngine, Notice, Stopped, ToEngine};
use browser::window::{Conversation, InstallOffer, clock_time, notify_unless_seen, save_as};
use engine::{
    Filter, FolderId, FolderView, Headline, Incident, Intent, Large, RowView, RowsPage, Run, Tally, View,
};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::words::background::Waking;
use crate::words::{self, reasons};

/// The engine's latest message.
#[derive(Clone, PartialEq)]
pub enum Shown {
    /// Nothing received yet.
    Opening,
    View(Box<View>),
    Stopped(Stopped),
    /// The engine has another version: this page must be reloaded.
    OtherVersion,
}

impl Shown {
    pub fn headline(&self) -> words::Headline {
        match self {
            Shown::Opening => words::opening(),
            Shown::View(view) => words::headline(view),
            Shown::Stopped(Stopped::StorageFull) => words::stopped(
                "This browser's storage is full. Free some disk space, then try again. Nothing is lost.",
            ),
            Shown::Stopped(Stopped::StorageFailed(why)) => words::stopped(&format!(
                "This browser's storage failed. Nothing is lost, on disk or on the server. ({why})"
            )),
            Shown::Stopped(Stopped::Outdated) | Shown::OtherVersion => {
                words::stopped("Safelight was updated in another tab. Reload this page.")
            }
        }
    }

    /// For the navigation.
    pub fn in_short(&self) -> String {
        match self {
            Shown::Opening => String::new(),
            Shown::View(view) => words::headline::in_short(view),
            Shown::Stopped(_) | Shown::OtherVersion => "Stopped".into(),
        }
    }
}

/// Handed to every screen. Signals and the conversation are cheap to copy.
#[derive(Clone, Copy)]
pub struct Model {
    pub shown: RwSignal<Shown>,
    /// The open list, and how many of its rows are requested.
    pub open: RwSignal<Option<(Filter, u32)>>,
    pub rows: RwSignal<Option<RowsPage>>,
    /// The list that is saved to a file once all its rows have arrived.
    saving: RwSignal<Option<Filter>>,
    pub notice: RwSignal<Option<Notice>>,
    /// The names of files that wait for the person's agreement.
    pub held: RwSignal<Vec<String>>,
    /// The history, as last received.
    pub runs: RwSignal<Vec<Run>>,
    /// Recent errors, once received.
    pub incidents: RwSignal<Option<Vec<Incident>>>,
    /// The files that could be left to the browser, as last received.
    pub largest: RwSignal<Option<Vec<Large>>>,
    pub new_version: RwSignal<Option<NewVersion>, LocalStorage>,
    /// The browser's offer to install Safelight as an app.
    pub install: RwSignal<Option<InstallOffer>, LocalStorage>,
    /// Whether the browser may show our notifications.
    pub may_notify: RwSignal<bool>,
    /// What the browser said about waking us, once it has answered.
    pub waking: RwSignal<Option<Waking>>,
    conversation: StoredValue<Conversation, LocalStorage>,
}

/// How many rows a list shows at first, and how many each further request adds.
pub const ROWS_AT_ONCE: u32 = 100;

impl Model {
    pub fn open() -> Result<Model, browser::Fault> {
        let shown = RwSignal::new(Shown::Opening);
        let rows = RwSignal::new(None);
        let open = RwSignal::new(None);
        let saving = RwSignal::new(None);
        let notice = RwSignal::new(None);
        let runs = RwSignal::new(Vec::new());
        let incidents = RwSignal::new(None);
        let largest = RwSignal::new(None);
        let conversation = Conversation::begin(move |said| match said {
            Some(FromEngine::View(view)) => shown.set(Shown::View(view)),
            Some(FromEngine::Rows(page)) if is_complete(saving, &page) => {
                saving.set(None);
                save_as("safelight-files.txt", "text/plain", &as_text(&page.rows));
            }
            // The answer may be for another tab, which shows another list.
            Some(FromEngine::Rows(page)) if is_open(open, &page) => rows.set(Some(page)),
            Some(FromEngine::Rows(_)) => {}
            Some(FromEngine::Notice(said)) => notice.set(Some(said)),
            Some(FromEngine::Stopped(why)) => shown.set(Shown::Stopped(why)),
            Some(FromEngine::Runs(history)) => runs.set(history),
            Some(FromEngine::Incidents(lately)) => incidents.set(Some(lately)),
            Some(FromEngine::Notify(told)) => {
                spawn_local(notify_unless_seen(told));
            }
            // The answer may be for another tab.
            Some(FromEngine::Largest(all)) => largest.set(Some(all)),
            // Handled by the conversation itself.
            Some(FromEngine::Started | FromEngine::Confirmed(_) | FromEngine::Handles) => {}
            None => shown.set(Shown::OtherVersion),
        })?;
        Ok(Model {
            shown,
            open,
            rows,
            saving,
            notice,
            held: RwSignal::new(Vec::new()),
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

    /// Requires a user gesture.
    pub fn offer_to_install(self) {
        self.install.with_untracked(|offer| offer.iter().for_each(browser::window::InstallOffer::show));
        // The browser accepts an offer only once.
        self.install.set(None);
    }

    pub fn dispatch(self, intent: Intent) {
        self.say(ToEngine::Intent(intent));
    }

    /// Saves a whole list to a file.
    pub fn save_list(self, filter: Option<Filter>) {
        self.saving.set(filter);
        filter.into_iter().for_each(|filter| self.say(ToEngine::Rows { filter, from: 0, count: u32::MAX }));
    }

    pub fn say(self, message: ToEngine) {
        self.conversation.with_value(|conversation| conversation.say(message));
    }

    pub fn with_conversation(self, act: impl FnOnce(&Conversation)) {
        self.conversation.with_value(act);
    }

    /// A memo derived from the view, or the default value while there is no view. Each type adds kilobytes of code,
    /// so use few types.
    pub fn view<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&View) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        // Boxed, because everything below is compiled for each type of closure.
        self.memo(Box::new(part))
    }

    fn memo<T: Default + PartialEq + Send + Sync + 'static>(
        self,
        part: Box<dyn Fn(&View) -> T + Send + Sync>,
    ) -> Memo<T> {
        Memo::new(move |_| {
            self.shown.with(|shown| match shown {
                Shown::View(view) => part(view),
                Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => T::default(),
            })
        })
    }

    /// True while there is a view and the condition holds.
    pub fn is(self, state: impl Fn(&View) -> bool + Send + Sync + 'static) -> Memo<bool> {
        self.view(state)
    }

    /// The numbers, once they are known.
    pub fn tally(self) -> Memo<Option<Tally>> {
        self.view(|view| Some(view.tally.clone()))
    }

    pub fn folder(self, id: FolderId) -> Memo<Option<FolderView>> {
        self.view(move |view| view.folders.iter().find(|folder| folder.id == id).cloned())
    }

    /// Asks for the history, and asks again whenever a run begins or ends.
    pub fn keep_runs(self) {
        let newest = self.view(|view| {
            let latest = |run: &Run| run.ended.map_or(run.began, |ended| ended.at).0;
            view.run.as_ref().map_or(0, latest)
        });
        Effect::new(move |_| {
            newest.track();
            self.say(ToEngine::Runs);
        });
    }

    pub fn is_unpaired(self) -> Memo<bool> {
        self.is(|view| view.headline == Headline::Unpaired)
    }
}

pub fn folder_ids(view: &View) -> Vec<FolderId> {
    view.folders.iter().map(|folder| folder.id).collect()
}

/// One line for each file: its folder and path, and the reason.
fn as_text(rows: &[RowView]) -> String {
    let line = |row: &RowView| {
        let reason = reasons::reason(&row.reason, clock_time);
        format!("{}/{}\t{reason}\n", row.folder, row.path)
    };
    rows.iter().map(line).collect()
}

fn is_complete(saving: RwSignal<Option<Filter>>, page: &RowsPage) -> bool {
    let is_wanted = saving.with_untracked(|saving| *saving == Some(page.filter));
    is_wanted && page.from == 0 && page.rows.len() as u64 == page.total
}

fn is_open(open: RwSignal<Option<(Filter, u32)>>, page: &RowsPage) -> bool {
    // A longer answer is for another tab, or is to be saved.
    let fits = |count: u32| page.rows.len() <= count as usize;
    open.with_untracked(|open| open.is_some_and(|(filter, count)| filter == page.filter && fits(count)))
}
