//! Activity accounts for every file by name: what waits, what has problems, what is skipped, and what each run did.

mod causes;
mod chosen;
mod detail;
mod filters;
mod history;
mod list;

use engine::{Filter, View};
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::hooks::use_params_map;

use super::later::{Loaded, later};
use crate::address::{Listing, Section};
use crate::shell::Screen;
use crate::shown::Model;
use crate::words::numbers::count;
use history::History;
use list::Files;

#[component]
pub fn Activity(model: Model) -> impl IntoView {
    let params = use_params_map();
    let current =
        Memo::new(move |_| params.with(|params| params.get("list").and_then(|last| Listing::called(&last))));
    // The first tab has no address of its own above the others.
    let current = Memo::new(move |_| current.get().unwrap_or(Listing::Files(Filter::Remaining)));
    let title = Signal::derive(move || current.get().name().to_owned());
    view! {
        <Screen title group=Section::Activity.name().to_owned()>
            <Tabs model current />
            {later(body(model, current))}
        </Screen>
    }
}

#[wasm_split(activity, wasm_split_path = ::leptos::wasm_split, fallible)]
fn body(model: Model, current: Memo<Listing>) -> Loaded {
    let shown = move || match current.get() {
        Listing::Files(filter) => view! { <Files model filter /> }.into_any(),
        Listing::History => view! { <History model /> }.into_any(),
    };
    Ok(view! { {shown} }.into_any())
}

#[component]
fn Tabs(model: Model, current: Memo<Listing>) -> impl IntoView {
    let tabs = Listing::ALL.map(|listing| {
        let number = model.view(move |view| number_of(listing, view));
        let is_current = move || (current.get() == listing).then_some("page");
        // Hidden names concern few people.
        let is_shown = move || {
            listing != Listing::Files(Filter::Hidden)
                || number.get().is_some_and(|number| number > 0)
                || current.get() == listing
        };
        view! {
            <a href=listing.address() aria-current=is_current hidden=move || !is_shown()>
                {listing.name()}
                <span class="count">{move || number.get().map(count)}</span>
            </a>
        }
    });
    view! { <nav class="tabs" aria-label="Activity">{tabs.collect_view()}</nav> }
}

fn number_of(listing: Listing, view: &View) -> Option<u64> {
    match listing {
        Listing::Files(Filter::Remaining) => Some(view.tally.remaining),
        Listing::Files(Filter::Problems) => Some(view.tally.problems),
        Listing::Files(Filter::Skipped) => Some(view.tally.skipped),
        Listing::Files(Filter::Hidden) => Some(view.tally.hidden),
        Listing::History => None,
    }
}
