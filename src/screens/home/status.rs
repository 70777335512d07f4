//! The headline and its numbers, which always show the true state. External tests rely on the names here.

use engine::Tally;
use leptos::html;
use leptos::prelude::*;

use crate::shown::Model;

/// In full it holds the screen's heading; in short it is only for screen readers and tests.
#[component]
pub fn Status(model: Model, #[prop(optional)] heading: Option<NodeRef<html::H1>>) -> impl IntoView {
    let words = Memo::new(move |_| model.shown.with(crate::shown::Shown::headline));
    let tally = model.tally();
    let number = move |of: fn(&Tally) -> u64| move || tally.get().map(|tally| of(&tally).to_string());
    let (title, detail) =
        (move || words.with(|words| words.title.clone()), move || words.with(|words| words.detail.clone()));
    let class = if heading.is_some() { "status" } else { "only-read" };
    let title = match heading {
        Some(heading) => view! { <h1 node_ref=heading tabindex="-1">{title}</h1> }.into_any(),
        None => view! { <p>{title}</p> }.into_any(),
    };
    view! {
        // Not announced from here, because the numbers change several times a second.
        <div
            class=class
            role="status"
            aria-live="off"
            data-testid="headline"
            data-state=move || words.with(|words| words.state)
            data-total=number(|tally| tally.total)
            data-protected=number(|tally| tally.protected)
            data-remaining=number(|tally| tally.remaining)
            data-skipped=number(|tally| tally.skipped)
            data-problems=number(|tally| tally.problems)
            data-hidden=number(|tally| tally.hidden)
        >
            {title}
            <p>{detail}</p>
        </div>
    }
}
