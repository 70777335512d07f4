//! Explains once why to install the app, and offers to do it.

use browser::window::{is_app, note_explained, user_agent, was_explained};
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::health::System;
use crate::words::inviting::{Installation, invitation};
use kit::{Button, Size, Weight};

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
    let install = move || {
        model.offer_to_install();
        done();
    };
    let can_install = move || model.install.with(Option::is_some);
    view! {
        <Show when=move || said.with(Option::is_some)>
            <aside class="card stack" aria-label="While Safelight is closed">
                <p class="hint">{move || said.get()}</p>
                <div class="line">
                    <Show when=can_install>
                        <Button size=Size::Small press=install>"Install Safelight"</Button>
                    </Show>
                    <Button size=Size::Small weight=Weight::Quiet press=done>"Not now"</Button>
                </div>
            </aside>
        </Show>
    }
}
