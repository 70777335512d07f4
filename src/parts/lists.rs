//! The files behind a number, listed by name, each with its reason.

use engine::{Filter, Intent, Problem, Reason, RowView};
use leptos::prelude::*;

use crate::shown::{Model, ROWS_AT_ONCE};
use crate::words::numbers::{bytes, count};
use crate::words::reasons;
use browser::channel::ToEngine;
use browser::window::clock_time;

/// Opens a list, or closes it if it is open.
pub fn toggle(model: Model, filter: Filter) {
    model.open.update(|open| {
        *open = if open.is_some_and(|(is_open, _)| is_open == filter) {
            None
        } else {
            Some((filter, ROWS_AT_ONCE))
        };
    });
}

#[component]
pub fn Lists(model: Model) -> impl IntoView {
    // Requested again whenever the numbers change, so that the list stays current.
    let numbers = model.tally();
    Effect::new(move |_| {
        numbers.track();
        if let Some((filter, count)) = model.open.get() {
            model.say(ToEngine::Rows { filter, from: 0, count });
        }
    });
    view! {
        <section id="list" class="list" aria-live="off">
            <Show when=move || model.open.with(Option::is_some)>
                <List model />
            </Show>
        </section>
    }
}

#[component]
fn List(model: Model) -> impl IntoView {
    let filter = Memo::new(move |_| model.open.get().map(|(filter, _)| filter));
    let page = Memo::new(move |_| model.rows.get().filter(|page| Some(page.filter) == filter.get()));
    let rows = move || page.get().map(|page| page.rows).unwrap_or_default();
    let total = move || page.with(|page| page.as_ref().map_or(0, |page| page.total));
    let more = move || total() > page.with(|page| page.as_ref().map_or(0, |page| page.rows.len() as u64));
    let is_any = move || total() > 0;
    let show_more = move |_| {
        model.open.update(|open| {
            if let Some((_, count)) = open {
                *count += ROWS_AT_ONCE;
            }
        })
    };
    view! {
        <div class="row list-head">
            <h2>{move || filter.get().map(title)}</h2>
            <Show when=move || filter.get() == Some(Filter::Problems) && (total() > 1)>
                <button on:click=move |_| model.dispatch(Intent::RetryAll)>"Retry all"</button>
            </Show>
            <Show when=is_any>
                <button on:click=move |_| model.save_list(filter.get())>"Save list"</button>
            </Show>
            <button class="quiet" on:click=move |_| model.open.set(None)>"Close"</button>
        </div>
        <ul>
            <For each=rows key=|row| (row.id, format!("{:?}", row.reason)) children=move |row| view! { <Row model row /> } />
        </ul>
        <Show when=more>
            <button on:click=show_more>{move || format!("Show more of {}", count(total()))}</button>
        </Show>
    }
}

#[component]
fn Row(model: Model, row: RowView) -> impl IntoView {
    let retry = matches!(row.reason, Reason::Problem(problem) if problem != Problem::HiddenName);
    let id = row.id;
    view! {
        <li>
            <div>
                <span class="path">{format!("{}/{}", row.folder, row.path)}</span>
                <span class="reason">{reasons::reason(&row.reason, clock_time)}</span>
            </div>
            <span class="amount">{row.size.map(bytes)}</span>
            {retry.then(|| view! { <button on:click=move |_| model.dispatch(Intent::Retry(id))>"Try again"</button> })}
        </li>
    }
}

/// One line for each file: its folder and path, and the reason.
pub fn as_text(rows: &[RowView]) -> String {
    let line = |row: &RowView| {
        let reason = reasons::reason(&row.reason, clock_time);
        format!("{}/{}\t{reason}\n", row.folder, row.path)
    };
    rows.iter().map(line).collect()
}

fn title(filter: Filter) -> &'static str {
    match filter {
        Filter::Problems => "Problems",
        Filter::Skipped => "Skipped on purpose",
        Filter::Remaining => "Still to do",
        Filter::Hidden => "Names that your browser hides",
    }
}
