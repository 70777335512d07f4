//! What also needs the person, as cards with one button each, the gravest first.

use leptos::prelude::*;

use super::asked::button_for;
use crate::shown::Model;
use crate::words::needs::{Need, others};
use crate::words::numbers::count;
use kit::{Request, Size, Weight};

/// Nobody wants to read more at once.
const MOST: usize = 3;

#[component]
pub fn Requests(model: Model) -> impl IntoView {
    let needs = model.view(others);
    let cards = move || needs.get().into_iter().take(MOST).map(|need| card(model, need)).collect_view();
    let more = move || needs.with(|needs| needs.len().saturating_sub(MOST));
    view! {
        {cards}
        <Show when=move || more() != 0>
            <p class="hint">{move || format!("{} more, on the screens of their folders.", count(more() as u64))}</p>
        </Show>
    }
}

fn card(model: Model, need: Need) -> impl IntoView {
    let button = button_for(model, &need, Weight::Secondary, Size::Small);
    view! { <Request title=need.title() about=need.about()>{button}</Request> }
}
