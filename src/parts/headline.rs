//! The headline and the numbers. They always show the true state.

use engine::{Filter, Tally, View};
use leptos::prelude::*;

use super::lamp::Lamp;
use super::lists::toggle;
use crate::shown::{Model, Shown};
use crate::words::numbers::count;
use crate::words::{self, Headline};
use browser::channel::Stopped;

#[component]
pub fn HeadlinePart(model: Model) -> impl IntoView {
    let words = Memo::new(move |_| model.shown.with(words_of));
    let tally = model.tally();
    let number = move |of: fn(&Tally) -> u64| move || tally.get().map(|tally| of(&tally).to_string());
    let state = Signal::derive(move || words.with(|words| words.state));
    view! {
        <header class="headline">
            <Lamp state />
            <div
                role="status"
                data-testid="headline"
                data-state=state
                data-total=number(|tally| tally.total)
                data-protected=number(|tally| tally.protected)
                data-remaining=number(|tally| tally.remaining)
                data-skipped=number(|tally| tally.skipped)
                data-problems=number(|tally| tally.problems)
                data-hidden=number(|tally| tally.hidden)
            >
                <h1>{move || words.with(|words| words.title.clone())}</h1>
                // Not announced, because it changes several times a second.
                <p aria-live="off">{move || words.with(|words| words.detail.clone())}</p>
            </div>
        </header>
        <Show when=move || tally.with(|tally| tally.as_ref().is_some_and(|tally| tally.total > 0))>
            <Progress model />
            <Numbers model />
        </Show>
    }
}

#[component]
fn Progress(model: Model) -> impl IntoView {
    let working = model.is(|view| view.headline == engine::Headline::BackingUp);
    let share = model.view(|view| {
        let whole = view.tally.protected_bytes + view.tally.remaining_bytes;
        let moving: u64 =
            view.active.iter().filter(|job| job.stage == engine::Stage::Sending).map(|job| job.done).sum();
        (view.tally.protected_bytes + moving).min(whole) as f64 / whole.max(1) as f64
    });
    view! {
        <Show when=move || working.get()>
            <progress max="1" aria-label="Protected share of the bytes" prop:value=move || share.get()></progress>
        </Show>
    }
}

#[component]
fn Numbers(model: Model) -> impl IntoView {
    let protected = model.view(|view| view.tally.protected);
    view! {
        <ul class="numbers">
            <li>
                <span class="number"><strong>{move || count(protected.get())}</strong>" protected"</span>
            </li>
            <NumberButton model filter=Filter::Remaining name="remaining" of=|view| view.tally.remaining />
            <NumberButton model filter=Filter::Skipped name="skipped" of=|view| view.tally.skipped />
            <NumberButton model filter=Filter::Problems name="problems" of=|view| view.tally.problems />
        </ul>
    }
}

/// A number that opens its list of files.
#[component]
fn NumberButton(model: Model, filter: Filter, name: &'static str, of: fn(&View) -> u64) -> impl IntoView {
    let number = model.view(of);
    let is_open = move || model.open.with(|open| open.is_some_and(|(open, _)| open == filter));
    view! {
        <li>
            <button
                class="number"
                class:urgent={move || filter == Filter::Problems && number.get() > 0}
                disabled=move || number.get() == 0 && !is_open()
                aria-expanded=move || is_open().to_string()
                aria-controls="list"
                on:click=move |_| toggle(model, filter)
            >
                <strong>{move || count(number.get())}</strong>
                " "
                {name}
            </button>
        </li>
    }
}

fn words_of(shown: &Shown) -> Headline {
    match shown {
        Shown::Opening => words::opening(),
        Shown::View(view) => words::headline::headline(view),
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
