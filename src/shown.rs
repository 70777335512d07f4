//! What the screens show: a signal with the engine's latest view, and one way to send intents to the engine.

use browser::app_shell::NewVersion;
use browser::channel::{FromEngine, Notice, Stopped, ToEngine};
use browser::window::{Conversation, InstallOffer, clock_time, copy, notify_unless_seen, save_as};
use engine::{
    FolderId, FolderView, Headline, Incident, Intent, Large, Query, Recency, RowView, RowsPage, Run, Tally,
    View,
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
    /// The list that is on the screen, and the part of it that arrived last.
    pub list: RwSignal<Option<Query>>,
    pub rows: RwSignal<Option<RowsPage>>,
    /// The whole list that is wanted, and what for.
    wanted: RwSignal<Option<(Query, Purpose)>>,
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

/// How many rows of a list are asked for at once: what the largest screen shows, and as much above and below it.
pub const ROWS_AT_ONCE: u32 = 200;

/// What a whole list is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Save,
    CopyNames,
}

impl Purpose {
    fn serve(self, rows: &[RowView]) {
        match self {
            Purpose::Save => save_as("safelight-files.txt", "text/plain", &as_text(rows)),
            Purpose::CopyNames => {
                let names = names_of(rows);
                spawn_local(async move { _ = copy(&names).await });
            }
        }
    }
}

impl Model {
    pub fn open() -> Result<Model, browser::Fault> {
        let shown = RwSignal::new(Shown::Opening);
        let rows = RwSignal::new(None);
        let list = RwSignal::new(None);
        let wanted = RwSignal::new(None);
        let notice = RwSignal::new(None);
        let runs = RwSignal::new(Vec::new());
        let incidents = RwSignal::new(None);
        let largest = RwSignal::new(None);
        let conversation = Conversation::begin(move |said| match said {
            Some(FromEngine::View(view)) => shown.set(Shown::View(view)),
            Some(FromEngine::Rows(page)) => match purpose_of(wanted, &page) {
                Some(purpose) => {
                    wanted.set(None);
                    purpose.serve(&page.rows);
                }
                None if is_shown(list, &page) => rows.set(Some(page)),
                // For another tab, which shows another list.
                None => {}
            },
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
            list,
            rows,
            wanted,
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

    /// Asks for a whole list.
    pub fn want(self, query: Query, purpose: Purpose) {
        self.wanted.set(Some((query.clone(), purpose)));
        self.say(ToEngine::Rows { query, recency: Recency::Now, from: 0, count: u32::MAX });
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
            // A memo that is only tracked is never computed, and so never changes.
            newest.with(|_| ());
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

/// One line for each file: its folder and path.
pub fn names_of(rows: &[RowView]) -> String {
    rows.iter().map(|row| format!("{}/{}\n", row.folder, row.path)).collect()
}

fn purpose_of(wanted: RwSignal<Option<(Query, Purpose)>>, page: &RowsPage) -> Option<Purpose> {
    let is_whole = page.from == 0 && page.rows.len() as u64 == page.total;
    wanted.with_untracked(|wanted| {
        wanted.as_ref().filter(|(query, _)| is_whole && *query == page.query).map(|(_, purpose)| *purpose)
    })
}

/// A longer answer was wanted whole, by another tab.
fn is_shown(list: RwSignal<Option<Query>>, page: &RowsPage) -> bool {
    let is_part = page.rows.len() <= ROWS_AT_ONCE as usize;
    is_part && list.with_untracked(|list| list.as_ref() == Some(&page.query))
}
