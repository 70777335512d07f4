//! The files behind a number. Only the rows near the window exist, so a hundred thousand files cost no more than a
//! screen of them.

use std::ops::Range;

use browser::channel::ToEngine;
use browser::window::{clock_time, viewed_part};
use engine::{Filter, Query, Recency, RowView, RowsPage};
use gloo::timers::callback::Timeout;
use leptos::html::Div;
use leptos::prelude::*;

use super::causes::Causes;
use super::chosen::{BulkBar, Choosing};
use super::detail::{Detail, Opened};
use super::filters::{Filters, Tools};
use crate::shown::{Model, Purpose, ROWS_AT_ONCE};
use crate::words::lists::{empty, filtered_to_none};
use crate::words::numbers::bytes;
use crate::words::reasons;
use kit::{Button, Card, EmptyState, Icon, Inside, Skeleton};

/// The height of a row, as the style sheet has it.
const ROW_PX: f64 = 56.0;
/// A list that changes all the time is made again at most once in this time.
const AGAIN_MS: u32 = 1_000;
/// How many rows beyond the window are ready.
const AROUND: u64 = 10;

#[component]
pub fn Files(model: Model, filter: Filter) -> impl IntoView {
    let filters = Filters::of_address(model, filter);
    let list = FileList::open(model, filters.query);
    let choosing = Choosing::new();
    // What was chosen on another list is not chosen on this one.
    Effect::new(move |_| {
        filters.query.with(|_| ());
        choosing.clear();
    });
    let (total, is_known) = (list.total, move || list.total.get().is_some());
    let is_empty = move || total.get() == Some(0);
    let name = crate::address::Listing::Files(filter).name();
    view! {
        <section class="list" aria-label=name>
            <Causes filters model />
            <Show when=move || !is_empty() || filters.is_any()>
                <Tools filters />
            </Show>
            <Show when=is_known fallback=|| view! { <Skeleton height="3.5rem" count=6 /> }>
                <Show when=move || !is_empty() fallback=move || view! { <Nothing filters /> }>
                    <Rows model list choosing />
                    <div class="line under">
                        <Button press=move || model.want(filters.query.get_untracked(), Purpose::Save)>"Save list"</Button>
                    </div>
                </Show>
            </Show>
            <BulkBar model choosing filter query=filters.query />
        </section>
    }
}

#[component]
fn Nothing(filters: Filters) -> impl IntoView {
    let words = move || if filters.is_any() { filtered_to_none() } else { empty(filters.filter) };
    let title = Signal::derive(move || words().0.to_owned());
    let about = Signal::derive(move || Some(words().1.to_owned()));
    view! {
        <Card>
            <EmptyState icon=Icon::Tick title about>
                <Show when=move || filters.is_any()>
                    <Button press=move || filters.clear()>"Show all"</Button>
                </Show>
            </EmptyState>
        </Card>
    }
}

/// The part of a list that is on the screen.
#[derive(Clone, Copy)]
pub struct FileList {
    model: Model,
    query: Memo<Query>,
    total: Memo<Option<u64>>,
    /// The rows that the window shows.
    window: RwSignal<Range<u64>>,
}

impl FileList {
    fn open(model: Model, query: Memo<Query>) -> FileList {
        // Until the answer to other filters arrives, the rows of the former ones stay.
        let total = Memo::new(move |_| model.rows.with(|page| page.as_ref().map(|page| page.total)));
        let list = FileList { model, query, total, window: RwSignal::new(0..1) };
        // Another list, or other filters: from the beginning.
        Effect::new(move |_| {
            model.list.set(Some(query.get()));
            list.ask(Recency::Now);
        });
        list.follow_numbers();
        list.follow_answers();
        on_cleanup(move || {
            model.list.set(None);
            model.rows.set(None);
        });
        list
    }

    /// Asks again when files come or go, but not more often than anybody can read.
    fn follow_numbers(self) {
        let numbers = self.model.tally();
        let active =
            self.model.view(|view| view.active.iter().map(|job| (job.file, job.stage)).collect::<Vec<_>>());
        let is_due = StoredValue::new(false);
        Effect::new(move |was: Option<()>| {
            // A memo that is only tracked is never computed, and so never changes.
            numbers.with(|_| ());
            active.with(|_| ());
            if was.is_some() && !is_due.get_value() {
                is_due.set_value(true);
                Timeout::new(AGAIN_MS, move || {
                    // None if the list is gone by then.
                    if is_due.try_update_value(|is_due| *is_due = false).is_some() {
                        self.ask(Recency::Now);
                    }
                })
                .forget();
            }
        });
    }

    /// Asks for the rows of the window, with as many above and below.
    fn ask(self, recency: Recency) {
        let Range { start, end } = self.window.get_untracked();
        let spare = u64::from(ROWS_AT_ONCE).saturating_sub(end - start) / 2;
        let from = u32::try_from(start.saturating_sub(spare)).unwrap_or(u32::MAX);
        self.model.say(ToEngine::Rows {
            query: self.query.get_untracked(),
            recency,
            from,
            count: ROWS_AT_ONCE,
        });
    }

    fn show(self, window: Range<u64>) {
        if self.window.get_untracked() != window {
            self.window.set(window);
            if self.model.rows.with_untracked(|page| !self.covers(page.as_ref())) {
                self.ask(Recency::AsBefore);
            }
        }
    }

    /// An answer may be to an earlier question, for another part of the list.
    fn follow_answers(self) {
        Effect::new(move |_| {
            let is_other_part = self.model.rows.with(|page| page.is_some() && !self.covers(page.as_ref()));
            if is_other_part {
                self.ask(Recency::AsBefore);
            }
        });
    }

    /// Whether these are the rows of the window, as far as the list has so many.
    fn covers(self, page: Option<&RowsPage>) -> bool {
        page.is_some_and(|page| {
            let Range { start, end } = self.window.get_untracked();
            let until = page.from + u64::from(ROWS_AT_ONCE);
            start.min(page.total) >= page.from.min(page.total) && end.min(page.total) <= until
        })
    }

    pub fn row(self, at: u64) -> Option<RowView> {
        self.model.rows.with(|page| {
            let page = page.as_ref()?;
            page.rows.get(usize::try_from(at.checked_sub(page.from)?).ok()?).cloned()
        })
    }
}

#[component]
fn Rows(model: Model, list: FileList, choosing: Choosing) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let current = RwSignal::new(0_u64);
    let opened = Opened::new();
    let look = move || {
        if let Some(place) = place.get_untracked() {
            let (top, bottom) = viewed_part(&place);
            let first = (top / ROW_PX) as u64;
            let last = (bottom / ROW_PX) as u64 + 1;
            list.show(first.saturating_sub(AROUND)..(last + AROUND).max(1));
        }
    };
    Effect::new(move |_| {
        place.track();
        look();
    });
    let watch = StoredValue::new_local(browser::window::when_scrolled(look));
    on_cleanup(move || watch.update_value(|watch| drop(watch.take())));
    let total = move || list.total.get().unwrap_or_default();
    let shown = move || {
        let window = list.window.get();
        (window.start..window.end.min(total())).collect::<Vec<_>>()
    };
    // Another list begins at its beginning.
    Effect::new(move |_| {
        list.query.with(|_| ());
        current.set(0);
    });
    let keys = move |event: leptos::ev::KeyboardEvent| {
        if event.key() == " " && browser::window::is_on_control(&event) {
            return;
        }
        let last = total().saturating_sub(1);
        let to = match event.key().as_str() {
            "ArrowDown" => (current.get_untracked() + 1).min(last),
            "ArrowUp" => current.get_untracked().saturating_sub(1),
            "Home" => 0,
            "End" => last,
            "a" if event.ctrl_key() || event.meta_key() => {
                event.prevent_default();
                return choosing.choose_all();
            }
            " " => {
                event.prevent_default();
                list.row(current.get_untracked()).iter().for_each(|row| choosing.toggle(row));
                return;
            }
            "Enter" => return opened.show(list.row(current.get_untracked())),
            "Escape" => return choosing.clear(),
            _ => return,
        };
        event.prevent_default();
        if event.shift_key() {
            let between = current.get_untracked().min(to)..=current.get_untracked().max(to);
            choosing.add(&between.filter_map(|at| list.row(at)).collect::<Vec<_>>());
        }
        current.set(to);
        if let Some(place) = place.get_untracked() {
            browser::window::scroll_into_view(&place, to as f64 * ROW_PX, ROW_PX);
        }
    };
    let line = move |at: u64| view! { <Line list choosing at current opened /> };
    view! {
        <Card inside=Inside::ReactingRows>
            <div
                class="files"
                role="grid"
                tabindex="0"
                aria-label="Files"
                aria-multiselectable="true"
                aria-rowcount=move || (total() + 1).to_string()
                aria-activedescendant=move || {
                    list.window.with(|window| window.contains(&current.get())).then(|| format!("file-{}", current.get()))
                }
                on:keydown=keys
            >
                <Head choosing />
                <div
                    role="rowgroup"
                    class="window"
                    node_ref=place
                    style=("block-size", move || format!("{}px", total() * ROW_PX as u64))
                >
                    <For each=shown key=|at| *at children=line />
                </div>
            </div>
        </Card>
        <Detail model opened />
    }
}

#[component]
fn Head(choosing: Choosing) -> impl IntoView {
    let turn = move |_| if choosing.is_all() { choosing.clear() } else { choosing.choose_all() };
    view! {
        <div role="row" class="file-row head-row" aria-rowindex="1">
            <span role="columnheader">
                <input
                    type="checkbox"
                    class="check"
                    tabindex="-1"
                    aria-label="Choose all files"
                    prop:checked=move || choosing.is_all()
                    prop:indeterminate=move || choosing.is_any() && !choosing.is_all()
                    on:change=turn
                />
            </span>
            <span role="columnheader">"Name"</span>
            <span role="columnheader" class="folder">"Folder"</span>
            <span role="columnheader" class="size">"Size"</span>
            <span role="columnheader" class="why">"Reason"</span>
        </div>
    }
}

#[component]
fn Line(
    list: FileList,
    choosing: Choosing,
    at: u64,
    current: RwSignal<u64>,
    opened: Opened,
) -> impl IntoView {
    let row = Memo::new(move |_| list.row(at));
    let is_chosen = move || row.with(|row| row.as_ref().is_some_and(|row| choosing.has(row.id)));
    let cells = move || {
        let row = row.get()?;
        let (folders, name) = row.path.rsplit_once('/').unwrap_or(("", &row.path));
        let (reason, size) =
            (reasons::reason(&row.reason, clock_time), row.stamp.map(|stamp| bytes(stamp.size)));
        let toggled = row.clone();
        Some(view! {
            <span role="gridcell">
                <input
                    type="checkbox"
                    class="check"
                    tabindex="-1"
                    aria-label=format!("Choose {name}")
                    prop:checked=is_chosen
                    on:click=move |event| {
                        event.stop_propagation();
                        current.set(at);
                    }
                    on:change=move |_| choosing.toggle(&toggled)
                />
            </span>
            <span role="gridcell" class="name-cell" data-path=format!("{}/{}", row.folder, row.path)>
                <span class="clip">{name.to_owned()}</span>
                <span class="clip tiny">{folders.to_owned()}</span>
            </span>
            <span role="gridcell" class="folder clip">{row.folder.clone()}</span>
            <span role="gridcell" class="size">{size}</span>
            <span role="gridcell" class="why reason">{reason}</span>
        })
    };
    view! {
        <div
            role="row"
            id=format!("file-{at}")
            class="file-row"
            class:current=move || current.get() == at
            aria-rowindex=(at + 2).to_string()
            aria-selected=move || is_chosen().to_string()
            style=("inset-block-start", format!("{}px", at * ROW_PX as u64))
            on:click=move |_| {
                current.set(at);
                opened.show(row.get_untracked());
            }
        >
            {cells}
        </div>
    }
}
