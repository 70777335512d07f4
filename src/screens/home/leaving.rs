//! Leaves large files to the browser. This starts with a click, because the browser requires one.

use browser::channel::ToEngine;
use browser::window::{can_leave_to_browser, leave_to_browser, left_to_browser};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use crate::words::leaving::{left, offer, outcome};
use kit::{Button, Card, Size};

#[component]
pub fn Leaving(model: Model) -> impl IntoView {
    let can = can_leave_to_browser();
    let offer = model.view(offer);
    let left = model.view(left);
    let offer = Memo::new(move |_| offer.get().filter(|_| can));
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
    let ask = move || {
        asked.set(true);
        model.say(ToEngine::Largest);
    };
    let is_any =
        move || left.with(Option::is_some) || offer.with(Option::is_some) || trouble.with(Option::is_some);
    view! {
        <Show when=is_any>
            <Card>
                <div class="stack">
                    <p class="hint" data-testid="left">{left}</p>
                    <p class="hint">{offer}</p>
                    <p class="fault" role="alert">{trouble}</p>
                    <div class="line" hidden=move || offer.with(Option::is_none)>
                        <Button size=Size::Small busy press=ask>"Finish in the background"</Button>
                    </div>
                </div>
            </Card>
        </Show>
    }
}
