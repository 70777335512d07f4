//! Whether Safelight may be closed, and the switch that keeps the screen on until then.

use browser::window::Awake;
use engine::{Headline, Intent};
use leptos::prelude::*;

use crate::parts::leaving::Leaving;
use crate::shown::Model;
use crate::words::background::{goes_on, last_of};
use crate::words::closing::{closing, offer_to_stay_awake};

#[component]
pub fn Closing(model: Model) -> impl IntoView {
    let said = model.view(move |view| {
        let goes_on = model.runs.with(|runs| goes_on(view, model.waking.get(), last_of(runs)));
        closing(view, goes_on)
    });
    let offer = model.view(offer_to_stay_awake);
    let refused = RwSignal::new(false);
    let awake = StoredValue::new_local(Awake::new());
    let can = awake.with_value(Option::is_some);
    let offer = move || offer.get().filter(|_| can && !refused.get());
    let wanted = model.is(|view| {
        let busy = matches!(view.headline, Headline::Scanning | Headline::BackingUp);
        view.settings.keep_awake && busy
    });
    Effect::new(move |_| {
        let wanted = wanted.get();
        awake.with_value(|awake| awake.iter().for_each(|awake| awake.set(wanted)));
    });
    view! {
        <p class="hint closing" data-testid="closing">{said}</p>
        <Leaving model />
        <div class="row" hidden=move || offer().is_none()>
            <span class="hint">{offer}</span>
            <button on:click=move |_| model.dispatch(Intent::SetKeepAwake(true))>"Keep the screen on"</button>
            <button class="quiet" on:click=move |_| refused.set(true)>"Not now"</button>
        </div>
    }
}
