//! Past runs: what woke each one, what it did, and its final account.

use engine::Run;
use leptos::prelude::*;
use leptos::wasm_split::wasm_split;

use crate::parts::later::{Loaded, later};
use crate::parts::section_head::SectionHead;
use crate::shown::Model;
use crate::words::history;
use browser::channel::ToEngine;
use browser::window::{iso_time, local_time, save_as};

#[component]
pub fn History(model: Model) -> impl IntoView {
    let shown = model.is(|view| !view.folders.is_empty());
    let open = RwSignal::new(false);
    // Requested again whenever a run begins or ends while the history is open.
    let newest = model.view(|view| {
        let latest = |run: &engine::Run| run.ended.map_or(run.began, |ended| ended.at).0;
        view.run.as_ref().map_or(0, latest)
    });
    Effect::new(move |_| {
        newest.track();
        if open.get() {
            model.say(ToEngine::Runs);
        }
    });
    view! {
        <Show when=move || shown.get()>
            <section class="history" aria-labelledby="history">
                <SectionHead id="history" name="History" open toggle=move || open.update(|open| *open = !*open) />
                <Show when=move || open.get()>
                    {later(runs(model))}
                </Show>
            </section>
        </Show>
    }
}

#[wasm_split(history, wasm_split_path = ::leptos::wasm_split, fallible)]
fn runs(model: Model) -> Loaded {
    Ok(view! { <Runs model /> }.into_any())
}

#[component]
fn Runs(model: Model) -> impl IntoView {
    view! {
        <div class="list">
            <ul>
                {move || model.runs.get().into_iter().map(|run| view! { <Line run /> }).collect_view()}
            </ul>
            <div class="row">
                <button on:click=move |_| save_csv(model)>"Save as CSV"</button>
                <button on:click=move |_| save_json(model)>"Save as JSON"</button>
            </div>
        </div>
    }
}

#[component]
fn Line(run: Run) -> impl IntoView {
    view! {
        <li>
            <div>
                <span class="path">{format!("{} · {}", local_time(run.began), history::wake(run.woken_by))}</span>
                <span class="reason">{history::outcome(&run)}</span>
                <span class="reason">{history::account(&run.account)}</span>
            </div>
            <span class="amount">{history::took(&run)}</span>
        </li>
    }
}

fn save_csv(model: Model) {
    let text = model.runs.with_untracked(|runs| history::csv(runs, iso_time));
    save_as("safelight-history.csv", "text/csv", &text);
}

fn save_json(model: Model) {
    if let Ok(text) = model.runs.with_untracked(|runs| history::json(runs, iso_time)) {
        save_as("safelight-history.json", "application/json", &text);
    }
}
