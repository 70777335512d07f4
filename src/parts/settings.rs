//! What the person can set.

use engine::Intent;
use leptos::prelude::*;

use crate::shown::Desk;

#[component]
pub fn Settings(desk: Desk) -> impl IntoView {
    let shown = desk.is(|view| !view.folders.is_empty());
    view! {
        <Show when=move || shown.get()>
            <section class="settings" aria-labelledby="settings">
                <h2 id="settings">"Settings"</h2>
                <Foreground desk />
            </section>
        </Show>
    }
}

#[component]
fn Foreground(desk: Desk) -> impl IntoView {
    let on = desk.is(|view| view.settings.foreground);
    view! {
        <div class="setting">
            <div>
                <span id="foreground">"Foreground backup"</span>
                <p class="hint" id="foreground-hint">
                    "Whenever you open Safelight or come back to it, new and changed files are backed up. "
                    "With this off, only “Back up now” does it."
                </p>
            </div>
            <button
                role="switch"
                class="switch"
                aria-checked=move || on.get().to_string()
                aria-labelledby="foreground"
                aria-describedby="foreground-hint"
                on:click=move |_| desk.dispatch(Intent::SetForeground(!on.get()))
            ></button>
        </div>
    }
}
