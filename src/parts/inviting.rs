//! Explains once why to install the app, and offers to do it.

use browser::window::{is_app, note_explained, user_agent, was_explained};
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::health::System;
use crate::words::inviting::{Installation, invitation};

const TOPIC: &str = "installing";

#[component]
pub fn Inviting(model: Model) -> impl IntoView {
    let explained = RwSignal::new(was_explained(TOPIC));
    let said = model.view(move |view| {
        let can_install = model.install.with(Option::is_some);
        let place = Installation { is_app: is_app(), can_install, system: System::of(&user_agent()) };
        invitation(view, model.waking.get(), place).filter(|_| !explained.get())
    });
    let done = move || {
        note_explained(TOPIC);
        explained.set(true);
    };
    let install = move |_| {
        model.offer_to_install();
        done();
    };
    view! {
        <Show when=move || said.with(Option::is_some)>
            <aside class="card invitation" aria-label="While Safelight is closed">
                <p>{move || said.get()}</p>
                <div class="row">
                    <button hidden=move || model.install.with(Option::is_none) on:click=install>"Install Safelight"</button>
                    <button class="quiet" on:click=move |_| done()>"Not now"</button>
                </div>
            </aside>
        </Show>
    }
}
