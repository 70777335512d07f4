//! What holds files back now, and the button to back up anyway.

use browser::window::hour_and_minute;
use engine::{Headline, Intent};
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::gates;

#[component]
pub fn Gates(model: Model) -> impl IntoView {
    let sentences = model.view(|view| {
        let words = |held| gates::held(held, &view.settings.gates, hour_and_minute);
        let sentences: Vec<String> = view.held.iter().map(words).collect();
        // While paused, the backup waits for the person, whatever the rules say.
        (!sentences.is_empty() && view.headline != Headline::Paused).then(|| sentences.join(" "))
    });
    view! {
        <div class="row gates" data-testid="gates" hidden=move || sentences.with(Option::is_none)>
            <span class="hint">{sentences}</span>
            <button on:click=move |_| model.dispatch(Intent::BackUpAnyway)>"Back up anyway"</button>
        </div>
    }
}
