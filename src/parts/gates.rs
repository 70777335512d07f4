//! What holds files back now, and the way past it.

use browser::window::hour_and_minute;
use engine::Intent;
use leptos::prelude::*;

use crate::shown::Desk;
use crate::words::gates;

#[component]
pub fn Gates(desk: Desk) -> impl IntoView {
    let sentences = desk.view(|view| {
        let words = |held| gates::held(held, &view.settings.gates, hour_and_minute);
        view.held.iter().map(words).collect::<Vec<_>>()
    });
    let shown = move || sentences.get().unwrap_or_default();
    view! {
        <div class="row gates" data-testid="gates" hidden=move || shown().is_empty()>
            <span class="hint">{move || shown().join(" ")}</span>
            <button on:click=move |_| desk.dispatch(Intent::BackUpAnyway)>"Back up anyway"</button>
        </div>
    }
}
