//! Whether Safelight may be closed, and the switch that keeps the screen on until then.

use browser::window::Awake;
use engine::{Headline, Intent};
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::background::{goes_on, last_of};
use crate::words::closing::{closing, offer_to_stay_awake};
use kit::{Button, Size, Weight};

#[component]
pub fn Closing(model: Model) -> impl IntoView {
    let said = model.view(move |view| {
        let goes_on = model.runs.with(|runs| goes_on(view, model.waking.get(), last_of(runs)));
        closing(view, goes_on)
    });
    view! {
        <p class="closing" data-testid="closing" hidden=move || said.with(Option::is_none)>{said}</p>
        <StayAwake model />
    }
}

/// Offers to keep the screen on during a long backup.
#[component]
fn StayAwake(model: Model) -> impl IntoView {
    let offer = model.view(offer_to_stay_awake);
    let refused = RwSignal::new(false);
    let can = Awake::is_possible();
    let offer = move || offer.get().filter(|_| can && !refused.get());
    view! {
        <div hidden=move || offer().is_none()>
            <p>{offer}</p>
            <div class="line actions">
                <Button size=Size::Small press=move || model.dispatch(Intent::SetKeepAwake(true))>"Keep the screen on"</Button>
                <Button size=Size::Small weight=Weight::Quiet press=move || refused.set(true)>"Not now"</Button>
            </div>
        </div>
    }
}

/// Keeps the screen on while a backup runs and the person wants that, on whichever screen they are.
pub fn keep_awake(model: Model) {
    let awake = StoredValue::new_local(Awake::new());
    let wanted = model.is(|view| {
        let busy = matches!(view.headline, Headline::Scanning | Headline::BackingUp);
        view.settings.keep_awake && busy
    });
    Effect::new(move |_| {
        let wanted = wanted.get();
        awake.with_value(|awake| awake.iter().for_each(|awake| awake.set(wanted)));
    });
}
