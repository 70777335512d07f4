//! The files that the person chose on a list, and what can be done with them.

use std::collections::BTreeMap;

use engine::{Chosen, FileId, Filter, Intent, Query, Reason, RowView, SkipReason};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::{Model, Purpose, names_of};
use crate::words::lists::chosen as chosen_words;
use kit::{Button, Glyph, Icon, Size, Weight};

/// One file is remembered with its row, because it may be far outside of what is loaded.
#[derive(Clone, Default)]
pub enum Selection {
    #[default]
    Nothing,
    Files(BTreeMap<FileId, RowView>),
    /// Every file that the list shows, also those that are not loaded.
    All,
}

#[derive(Clone, Copy)]
pub struct Choosing(pub RwSignal<Selection, LocalStorage>);

impl Choosing {
    pub fn new() -> Choosing {
        Choosing(RwSignal::new_local(Selection::Nothing))
    }

    pub fn has(self, id: FileId) -> bool {
        self.0.with(|selection| match selection {
            Selection::Nothing => false,
            Selection::Files(files) => files.contains_key(&id),
            Selection::All => true,
        })
    }

    pub fn is_any(self) -> bool {
        self.0.with(|selection| !matches!(selection, Selection::Nothing))
    }

    pub fn is_all(self) -> bool {
        self.0.with(|selection| matches!(selection, Selection::All))
    }

    pub fn clear(self) {
        self.0.set(Selection::Nothing);
    }

    pub fn choose_all(self) {
        self.0.set(Selection::All);
    }

    /// With everything chosen, a single file is chosen alone.
    pub fn toggle(self, row: &RowView) {
        self.0.update(|selection| {
            let mut files = match std::mem::take(selection) {
                Selection::Files(files) => files,
                Selection::Nothing | Selection::All => BTreeMap::new(),
            };
            if files.remove(&row.id).is_none() {
                files.insert(row.id, row.clone());
            }
            *selection = if files.is_empty() { Selection::Nothing } else { Selection::Files(files) };
        });
    }

    pub fn add(self, rows: &[RowView]) {
        self.0.update(|selection| {
            let mut files = match std::mem::take(selection) {
                Selection::Files(files) => files,
                Selection::Nothing | Selection::All => BTreeMap::new(),
            };
            files.extend(rows.iter().map(|row| (row.id, row.clone())));
            *selection = if files.is_empty() { Selection::Nothing } else { Selection::Files(files) };
        });
    }

    fn chosen(self, query: Query) -> Chosen {
        self.0.with_untracked(|selection| match selection {
            Selection::Nothing => Chosen::Files(Vec::new()),
            Selection::Files(files) => Chosen::Files(files.keys().copied().collect()),
            Selection::All => Chosen::All(query),
        })
    }
}

/// Appears with the first choice.
#[component]
pub fn BulkBar(model: Model, choosing: Choosing, filter: Filter, query: Memo<Query>) -> impl IntoView {
    let words = move || {
        let (all, bytes) =
            model.rows.with(|page| page.as_ref().map_or((0, 0), |page| (page.total, page.bytes)));
        choosing.0.with(|selection| match selection {
            Selection::Nothing => String::new(),
            Selection::All => chosen_words(all, bytes),
            Selection::Files(files) => {
                let size = |row: &RowView| row.stamp.map_or(0, |stamp| stamp.size);
                chosen_words(files.len() as u64, files.values().map(size).sum())
            }
        })
    };
    let act = move |intent: fn(Chosen) -> Intent| {
        model.dispatch(intent(choosing.chosen(query.get_untracked())));
        choosing.clear();
    };
    let copy = move || {
        match choosing.0.get_untracked() {
            Selection::Nothing => {}
            Selection::All => model.want(query.get_untracked(), Purpose::CopyNames),
            Selection::Files(files) => {
                let rows: Vec<RowView> = files.into_values().collect();
                spawn_local(async move { _ = browser::window::copy(&names_of(&rows)).await });
            }
        }
        choosing.clear();
    };
    let can_retry = matches!(filter, Filter::Problems | Filter::Remaining);
    let is_skipped = filter == Filter::Skipped;
    let left_out = model.is(|view| view.tally.skipped_by_reason.contains_key(&SkipReason::Chosen));
    // What a rule skips is included by the rule.
    let can_include = move || {
        choosing.0.with(|selection| match selection {
            Selection::Nothing => false,
            Selection::All => left_out.get(),
            Selection::Files(files) => {
                files.values().any(|row| row.reason == Reason::Skipped(SkipReason::Chosen))
            }
        })
    };
    view! {
        <Show when=move || choosing.is_any()>
            <div class="bulk" role="toolbar" aria-label="Chosen files">
                <span class="grow" role="status">{words}</span>
                <Show when=move || can_retry>
                    <Button size=Size::Small press=move || act(Intent::Retry)>"Retry"</Button>
                </Show>
                <Show when=move || !is_skipped>
                    <Button size=Size::Small press=move || act(Intent::Skip)>"Skip"</Button>
                </Show>
                <Show when=can_include>
                    <Button size=Size::Small press=move || act(Intent::Include)>"Include again"</Button>
                </Show>
                <Button size=Size::Small press=copy>"Copy names"</Button>
                <Button size=Size::Small weight=Weight::Quiet label="Choose none" press=move || choosing.clear()>
                    <Glyph icon=Icon::Close small=true />
                </Button>
            </div>
        </Show>
    }
}
