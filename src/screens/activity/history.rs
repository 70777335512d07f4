//! Past runs: what woke each one, what it did, and its final account.

use browser::window::{iso_time, local_time, save_as};
use engine::Run;
use leptos::prelude::*;

use crate::screens::home::wake_icon;
use crate::shown::Model;
use crate::words::history;
use kit::{Button, Card, EmptyState, Glyph, Icon, Inside};

#[component]
pub fn History(model: Model) -> impl IntoView {
    model.keep_runs();
    let is_any = move || model.runs.with(|runs| !runs.is_empty());
    view! {
        <section class="history" aria-label="History">
            <Show when=is_any fallback=|| view! { <EmptyState icon=Icon::Activity title="No runs yet".to_owned() /> }>
                <div class="line tools">
                    <Button press=move || save_csv(model)>"Save as CSV"</Button>
                    <Button press=move || save_json(model)>"Save as JSON"</Button>
                </div>
                <Card inside=Inside::Rows>
                    <ul>{move || model.runs.get().into_iter().map(line).collect_view()}</ul>
                </Card>
            </Show>
        </section>
    }
}

fn line(run: Run) -> impl IntoView {
    view! {
        <li class="item">
            <Glyph icon=wake_icon(run.woken_by) />
            <div class="grow">
                <span class="name">{format!("{} · {}", local_time(run.began), history::wake(run.woken_by))}</span>
                <p>{history::outcome(&run)}</p>
                <p>{history::account(&run.account)}</p>
            </div>
            <span class="soft small">{history::took(&run)}</span>
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
