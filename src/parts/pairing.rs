//! The request to pair, shown while nobody is signed in, and the way to a sign-in in front of the server.

use browser::window::SIGN_IN;
use engine::{Halt, Intent, PairingView};
use leptos::html::Input;
use leptos::prelude::*;

use crate::shown::Model;

#[component]
pub fn Pairing(model: Model) -> impl IntoView {
    let unpaired = model.is_unpaired();
    let is_stopped = model.is(|view| view.halt == Some(Halt::SignInInFront));
    view! {
        <Show when=move || unpaired.get()><PairingForm model /></Show>
        // A link, because a sign-in page must be opened, not fetched.
        <Show when=move || is_stopped.get()>
            <div class="controls"><a class="button primary" href=SIGN_IN>"Sign in"</a></div>
        </Show>
    }
}

#[component]
fn PairingForm(model: Model) -> impl IntoView {
    let code = NodeRef::<Input>::new();
    let running = model.is(|view| view.pairing == PairingView::Running);
    let pair = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = code.get().map(|input| input.value()).unwrap_or_default();
        if !text.trim().is_empty() {
            model.dispatch(Intent::Pair { code: text.trim().into() });
        }
    };
    view! {
        <form class="card pairing" on:submit=pair>
            <label for="code">"Pairing code"</label>
            <div class="row">
                <input
                    id="code"
                    node_ref=code
                    autocomplete="off"
                    autocapitalize="characters"
                    spellcheck="false"
                    placeholder="XXXX-XXXX-XXXX"
                />
                <button class="primary" disabled=move || running.get()>"Pair"</button>
            </div>
            <p class="hint">
                "On the computer that runs your server, " <code>"safelight pair"</code>
                " prints a new link with a code. It works once, for a few minutes."
            </p>
        </form>
    }
}
