//! Pairing this browser with the server: the first thing that a new person sees.

use engine::{Headline, Intent, PairingView};
use leptos::html;
use leptos::prelude::*;

use super::home::{Lamp, Status};
use crate::shell::arrive;
use crate::shown::Model;
use crate::words::headline::pairing_fault;
use kit::Field;

/// The whole window, while there is nothing else to show.
#[component]
pub fn Pair(model: Model) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    arrive("Pair".to_owned().into(), heading);
    view! {
        <main id="main" class="first">
            <Lamp state="unpaired" />
            <Status model heading />
            <PairingForm model />
        </main>
    }
}

#[component]
pub fn PairingForm(model: Model) -> impl IntoView {
    let code = NodeRef::<html::Input>::new();
    let running = model.is(|view| view.pairing == PairingView::Running);
    let fault = model.view(|view| match view.pairing {
        PairingView::Failed(end) if view.headline == Headline::Unpaired => {
            Some(pairing_fault(end).to_owned())
        }
        PairingView::Failed(_) | PairingView::Idle | PairingView::Running => None,
    });
    let pair = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = code.get().map(|input| input.value()).unwrap_or_default();
        if !text.trim().is_empty() && !running.get_untracked() {
            model.dispatch(Intent::Pair { code: text.trim().into() });
        }
    };
    view! {
        <form class="card stack" on:submit=pair>
            <Field id="code" label="Pairing code" input=code class="code" placeholder="XXXX-XXXX-XXXX" fault>
                "On the computer that runs your server, " <code>"safelight pair"</code>
                " prints a new link with a code. It works once, for a few minutes."
            </Field>
            <Submit running />
        </form>
    }
}

#[component]
fn Submit(running: Memo<bool>) -> impl IntoView {
    view! {
        <button class="button primary" aria-busy=move || running.get().then_some("true")>
            <span class="busy" hidden=move || !running.get()></span>
            {move || if running.get() { "Pairing…" } else { "Pair" }}
        </button>
    }
}
