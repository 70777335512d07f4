//! The switch for background backup, the result of the last background run, and how to enable more.

use browser::channel::ToEngine;
use browser::window::local_time;
use engine::Intent;
use leptos::prelude::*;

use crate::parts::settings::Switch;
use crate::shown::Model;
use crate::words::background::{last_of, outlook};

#[component]
pub fn Background(model: Model) -> impl IntoView {
    let on = model.is(|view| view.settings.background);
    // Runs from before this page opened are in the history.
    model.say(ToEngine::Runs);
    let said = move || {
        let waking = model.waking.get().filter(|_| on.get())?;
        Some(model.runs.with(|runs| outlook(waking, last_of(runs), local_time)))
    };
    view! {
        <Switch
            id="background"
            name="Background backup"
            hint="While Safelight is closed, the browser may wake it to send remaining files and look for new ones."
            on
            turn=move |on| model.dispatch(Intent::SetBackground(on))
        />
        <div class="outlook">
            <p class="hint" data-testid="background">{said}</p>
            <button hidden=move || model.install.with(Option::is_none) on:click=move |_| model.offer_to_install()>"Install Safelight"</button>
        </div>
    }
}
