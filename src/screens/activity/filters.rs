//! Which files of a list are shown, as the address says it. Changing a filter changes the address, so a link, a reload
//! and Back find the same list.

use engine::{Cause, Filter, FolderId, Kind, ListOrder, Query};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::address::{self, Listing};
use crate::shell::Go;
use crate::shown::Model;
use crate::words::lists::{kind_name, order_name};
use crate::words::reasons;
use browser::window::month_between;

pub const ORDERS: [(ListOrder, &str); 4] = [
    (ListOrder::NewestFirst, "newest"),
    (ListOrder::OldestFirst, "oldest"),
    (ListOrder::ByName, "name"),
    (ListOrder::LargestFirst, "largest"),
];
const KINDS: [(Kind, &str); 2] = [(Kind::Photo, "photos"), (Kind::Video, "videos")];

/// The parts of the address.
const FOLDER: &str = "folder";
const CAUSE: &str = "reason";
const KIND: &str = "kind";
const MONTH: &str = "month";
const WORDS: &str = "q";
const ORDER: &str = "order";
const PARTS: [&str; 6] = [WORDS, FOLDER, CAUSE, KIND, MONTH, ORDER];

#[derive(Clone, Copy)]
pub struct Filters {
    model: Model,
    pub filter: Filter,
    parts: Memo<Vec<(&'static str, String)>>,
    go: Go,
    pub query: Memo<Query>,
}

impl Filters {
    pub fn of_address(model: Model, filter: Filter) -> Filters {
        // Not `use_query_map`: it keeps the query of another list when only the path changes.
        let map = use_location().query;
        let parts = Memo::new(move |_| {
            map.with(|map| {
                PARTS.into_iter().filter_map(|part| Some((part, map.get(part)?))).collect::<Vec<_>>()
            })
        });
        let causes = causes(model, filter);
        let query = Memo::new(move |_| {
            let part = |name| parts.with(|parts| value(parts, name));
            let cause =
                |wanted: String| causes.get().into_iter().find(|cause| address::cause(*cause) == wanted);
            Query {
                folder: part(FOLDER).and_then(|id| id.parse().ok()).map(FolderId),
                cause: part(CAUSE).and_then(cause),
                kind: part(KIND).and_then(|kind| named(&KINDS, &kind)),
                between: part(MONTH).and_then(|month| month_between(&month)),
                words: part(WORDS).unwrap_or_default(),
                order: part(ORDER).and_then(|order| named(&ORDERS, &order)).unwrap_or_default(),
                ..Query::of(filter)
            }
        });
        Filters { model, filter, parts, go: Go::from_here(), query }
    }

    pub fn value(self, name: &'static str) -> String {
        self.parts.with(|parts| value(parts, name)).unwrap_or_default()
    }

    /// Whether anything is left out.
    pub fn is_any(self) -> bool {
        self.parts.with(|parts| parts.iter().any(|(name, value)| *name != ORDER && !value.is_empty()))
    }

    pub fn set(self, name: &'static str, value: String) {
        let others = self.parts.get_untracked().into_iter().filter(|(part, _)| *part != name);
        let parts: Vec<_> = others.chain([(name, value)]).filter(|(_, value)| !value.is_empty()).collect();
        self.show(&parts);
    }

    pub fn clear(self) {
        self.show(&[]);
    }

    fn show(self, parts: &[(&str, String)]) {
        let encoded = |(name, value): &(&str, String)| format!("{name}={}", browser::window::encoded(value));
        let asked = parts.iter().map(encoded).collect::<Vec<_>>().join("&");
        let mark = if asked.is_empty() { "" } else { "?" };
        let to = format!("{}{mark}{asked}", Listing::Files(self.filter).address());
        // Each letter of a search is not a place to go back to.
        self.go.instead(&to);
    }
}

fn value(parts: &[(&str, String)], name: &str) -> Option<String> {
    parts.iter().find(|(part, _)| *part == name).map(|(_, value)| value.clone())
}

fn named<T: Copy>(names: &[(T, &str)], wanted: &str) -> Option<T> {
    names.iter().find(|(_, name)| *name == wanted).map(|(value, _)| *value)
}

/// Why files are on this list now, with the number of each, the most frequent first.
pub fn causes_with_counts(view: &engine::View, filter: Filter) -> Vec<(Cause, u64)> {
    let tally = &view.tally;
    let mut causes: Vec<(Cause, u64)> = match filter {
        Filter::Skipped => {
            tally.skipped_by_reason.iter().map(|(reason, count)| (Cause::Skipped(*reason), *count)).collect()
        }
        Filter::Problems => {
            tally.problems_by_kind.iter().map(|(problem, count)| (Cause::Problem(*problem), *count)).collect()
        }
        Filter::Remaining | Filter::Hidden => Vec::new(),
    };
    causes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    causes
}

fn causes(model: Model, filter: Filter) -> Memo<Vec<Cause>> {
    model.view(move |view| match filter {
        Filter::Remaining => vec![Cause::Sending, Cause::NotSentYet, Cause::NotReadYet, Cause::Waiting],
        Filter::Skipped | Filter::Problems => {
            causes_with_counts(view, filter).into_iter().map(|(cause, _)| cause).collect()
        }
        Filter::Hidden => Vec::new(),
    })
}

/// The search field, the menus and the order.
#[component]
pub fn Tools(filters: Filters) -> impl IntoView {
    let Filters { model, filter, query, .. } = filters;
    let folders = model.view(|view| {
        view.folders.iter().map(|folder| (folder.id.0.to_string(), folder.name.clone())).collect::<Vec<_>>()
    });
    let causes = causes(model, filter);
    let causes = Memo::new(move |_| {
        let named = |cause: &Cause| (address::cause(*cause), reasons::cause(*cause));
        causes.with(|causes| causes.iter().map(named).collect::<Vec<_>>())
    });
    let kinds = KINDS.map(|(kind, value)| (value.to_owned(), kind_name(kind).to_owned())).to_vec();
    let orders = ORDERS.map(|(order, value)| {
        view! { <option value=value prop:selected=move || query.get().order == order>{order_name(order)}</option> }
    });
    view! {
        <div class="line tools" role="search">
            <span class="search grow">
                <kit::Glyph icon=kit::Icon::Search small=true />
                <input
                    class="input"
                    type="search"
                    aria-label="Search by name"
                    placeholder="Search by name"
                    prop:value=move || filters.value(WORDS)
                    on:input=move |event| filters.set(WORDS, event_target_value(&event))
                />
            </span>
            {menu(filters, FOLDER, "Folder", "All folders", Signal::from(folders))}
            {menu(filters, CAUSE, "Reason", "All reasons", Signal::from(causes))}
            {menu(filters, KIND, "Kind", "Photos and videos", Signal::derive(move || kinds.clone()))}
            <input
                class="input month"
                type="month"
                aria-label="Month"
                prop:value=move || filters.value(MONTH)
                on:change=move |event| filters.set(MONTH, event_target_value(&event))
            />
            <span class="select">
                <select aria-label="Order" on:change=move |event| filters.set(ORDER, event_target_value(&event))>
                    {orders}
                </select>
                <kit::Glyph icon=kit::Icon::Down small=true />
            </span>
        </div>
    }
}

/// A menu that limits the list; nothing to choose from, no menu.
fn menu(
    filters: Filters,
    part: &'static str,
    name: &'static str,
    all: &'static str,
    options: Signal<Vec<(String, String)>>,
) -> impl IntoView {
    let is_useful = move || options.with(|options| options.len() > 1) || !filters.value(part).is_empty();
    let choices = move || {
        let chosen = filters.value(part);
        let option = move |(value, name): (String, String)| {
            let selected = value == chosen;
            view! { <option value=value selected=selected>{name}</option> }
        };
        options.get().into_iter().map(option).collect_view()
    };
    view! {
        <Show when=is_useful>
            <span class="select">
                <select aria-label=name on:change=move |event| filters.set(part, event_target_value(&event))>
                    <option value="">{all}</option>
                    {choices}
                </select>
                <kit::Glyph icon=kit::Icon::Down small=true />
            </span>
        </Show>
    }
}
