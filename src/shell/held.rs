//! Asks about files that were sent to Safelight in a browser tab, as any website can do.

use browser::channel::ToEngine;
use browser::window;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use crate::words::held::question;
use kit::{Button, Weight};

/// Looks at what is held, and at what has just arrived.
pub fn look_at_held(model: Model, arrived: Option<String>) {
    spawn_local(async move {
        if let Some(parcel) = arrived {
            window::receive(&parcel).await;
        }
        look(model).await;
    });
}

async fn look(model: Model) {
    model.held.set(window::held_files().await);
    // The engine takes what was let in.
    model.say(ToEngine::Hello);
}

#[component]
pub fn Held(model: Model) -> impl IntoView {
    let accept = move || {
        spawn_local(async move {
            window::accept_held().await;
            look(model).await;
        });
    };
    let discard = move || {
        spawn_local(async move {
            window::discard_held().await;
            look(model).await;
        });
    };
    view! {
        <Show when=move || model.held.with(|held| !held.is_empty())>
            <div class="toast" role="alert" data-testid="held">
                <p>{move || model.held.with(|held| question(held))}</p>
                <Button weight=Weight::Primary press=accept>"Add to backup"</Button>
                <Button weight=Weight::Quiet press=discard>"Discard"</Button>
            </div>
        </Show>
    }
}
