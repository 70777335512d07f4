//! Leaves large files to the browser. This starts with a click, because the browser requires one.

use browser::channel::ToEngine;
use browser::window::{can_leave_to_browser, leave_to_browser, left_to_browser};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use crate::words::leaving::{left, offer, outcome};

#[component]
pub fn Leaving(model: Model) -> impl IntoView {
    let can = can_leave_to_browser();
    let offer = model.view(offer);
    let left = model.view(left);
    let offer = move || offer.get().filter(|_| can);
    // The answer may be for another tab.
    let asked = RwSignal::new(false);
    let busy = RwSignal::new(false);
    let trouble = RwSignal::new(None);
    Effect::new(move |_| {
        if let Some(files) = model.largest.get()
            && asked.get_untracked()
        {
            asked.set(false);
            busy.set(true);
            spawn_local(async move {
                let begun = leave_to_browser(&files).await;
                trouble.set(outcome(begun.map_err(|fault| fault.to_string())));
                model.say(ToEngine::Fetching(left_to_browser().await));
                busy.set(false);
            });
        }
    });
    let ask = move |_| {
        asked.set(true);
        model.say(ToEngine::Largest);
    };
    view! {
        <p class="hint" data-testid="left">{left}</p>
        <div class="row" hidden=move || offer().is_none()>
            <span class="hint">{offer}</span>
            <button disabled=move || busy.get() on:click=ask>"Finish in the background"</button>
        </div>
        <p class="hint" role="alert">{trouble}</p>
    }
}
