//! Asks about files that were sent to Safelight in a browser tab, as any website can do.

use browser::channel::ToEngine;
use browser::window;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use crate::words::held::question;

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
    let accept = move |_| {
        spawn_local(async move {
            window::accept_held().await;
            look(model).await;
        });
    };
    let discard = move |_| {
        spawn_local(async move {
            window::discard_held().await;
            look(model).await;
        });
    };
    view! {
        <Show when=move || model.held.with(|held| !held.is_empty())>
            <div class="notices" role="alert" data-testid="held">
                <div class="notice">
                    <p>{move || model.held.with(|held| question(held))}</p>
                    <button class="primary" on:click=accept>"Add to backup"</button>
                    <button class="quiet" on:click=discard>"Discard"</button>
                </div>
            </div>
        </Show>
    }
}
