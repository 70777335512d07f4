//! Whether Safelight may be closed, and the screen that stays on while it may not.

use browser::window::Awake;
use engine::{Headline, Intent};
use leptos::prelude::*;

use crate::parts::leaving::Leaving;
use crate::shown::{Desk, Shown};
use crate::words::background::{GoesOn, goes_on, last_of};
use crate::words::closing::{closing, offer_to_stay_awake};

#[component]
pub fn Closing(desk: Desk) -> impl IntoView {
    let outlook = Memo::new(move |_| {
        let waking = desk.waking.get();
        desk.shown.with(|shown| match shown {
            Shown::View(view) => desk.runs.with(|runs| goes_on(view, waking, last_of(runs))),
            Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => GoesOn::Nothing,
        })
    });
    let said = desk.view(move |view| closing(view, outlook.get()));
    let offer = desk.view(offer_to_stay_awake);
    let refused = RwSignal::new(false);
    let awake = StoredValue::new_local(Awake::new());
    let can = awake.with_value(Option::is_some);
    let offer = move || offer.get().flatten().filter(|_| can && !refused.get());
    let wanted = desk.is(|view| {
        let busy = matches!(view.headline, Headline::Scanning | Headline::BackingUp);
        view.settings.keep_awake && busy
    });
    Effect::new(move |_| {
        let wanted = wanted.get();
        awake.with_value(|awake| awake.iter().for_each(|awake| awake.set(wanted)));
    });
    view! {
        <p class="hint closing" data-testid="closing">{move || said.get().flatten()}</p>
        <Leaving desk />
        <div class="row" hidden=move || offer().is_none()>
            <span class="hint">{offer}</span>
            <button on:click=move |_| desk.dispatch(Intent::SetKeepAwake(true))>"Keep the screen on"</button>
            <button class="quiet" on:click=move |_| refused.set(true)>"Not now"</button>
        </div>
    }
}
