//! What the person can set.

use std::num::NonZeroU64;

use engine::Intent;
use leptos::prelude::*;

use crate::parts::background::Background;
use crate::parts::rules::Rules;
use crate::shown::Desk;

#[component]
pub fn Settings(desk: Desk) -> impl IntoView {
    let shown = desk.is(|view| !view.folders.is_empty());
    view! {
        <Show when=move || shown.get()>
            <section class="settings" aria-labelledby="settings">
                <h2 id="settings">"Settings"</h2>
                <Foreground desk />
                <Background desk />
                <RateLimit desk />
                <KeepAwake desk />
                <Rules desk />
            </section>
        </Show>
    }
}

#[component]
fn Foreground(desk: Desk) -> impl IntoView {
    let on = desk.is(|view| view.settings.foreground);
    view! {
        <Switch
            id="foreground"
            name="Foreground backup"
            hint="Whenever you open Safelight or come back to it, new and changed files are backed up. With this off, \
                  only “Back up now” does it."
            on
            turn=move |on| desk.dispatch(Intent::SetForeground(on))
        />
    }
}

#[component]
fn KeepAwake(desk: Desk) -> impl IntoView {
    let on = desk.is(|view| view.settings.keep_awake);
    view! {
        <Switch
            id="awake"
            name="Keep the screen on"
            hint="While files are backed up and Safelight is in view. A computer that falls asleep stops the backup."
            on
            turn=move |on| desk.dispatch(Intent::SetKeepAwake(on))
        />
    }
}

#[component]
pub fn Switch(
    id: &'static str,
    name: &'static str,
    hint: &'static str,
    on: Memo<bool>,
    #[prop(into)] turn: Callback<bool>,
) -> impl IntoView {
    let described = format!("{id}-hint");
    view! {
        <div class="setting">
            <div>
                <span id=id>{name}</span>
                <p class="hint" id=described.clone()>{hint}</p>
            </div>
            <button
                role="switch"
                class="switch"
                aria-checked=move || on.get().to_string()
                aria-labelledby=id
                aria-describedby=described
                on:click=move |_| turn.run(!on.get())
            ></button>
        </div>
    }
}

/// Megabits per second, as people know them from their contracts.
const RATES_MBIT: [u64; 7] = [1, 2, 5, 10, 20, 50, 100];
const BYTES_PER_MBIT: u64 = 125_000;

#[component]
fn RateLimit(desk: Desk) -> impl IntoView {
    let limit = desk.view(|view| view.settings.rate_limit);
    let value = Signal::derive(move || {
        limit.get().flatten().map_or(0, |rate| rate.get() / BYTES_PER_MBIT).to_string()
    });
    let choose = move |chosen: String| {
        let mbit: u64 = chosen.parse().unwrap_or(0);
        desk.dispatch(Intent::LimitRate(NonZeroU64::new(mbit * BYTES_PER_MBIT)));
    };
    let choices =
        RATES_MBIT.map(|mbit| view! { <option value=mbit.to_string()>{format!("{mbit} Mbit/s")}</option> });
    view! {
        <Choice id="rate" name="Upload speed" hint="A limit leaves room for others at home. It holds at once." value choose>
            <option value="0">"No limit"</option>
            {choices}
        </Choice>
    }
}

/// One of several; the options are its children.
#[component]
pub fn Choice(
    id: &'static str,
    name: &'static str,
    hint: &'static str,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] choose: Callback<String>,
    children: Children,
) -> impl IntoView {
    let described = format!("{id}-hint");
    view! {
        <div class="setting">
            <div>
                <label for=id>{name}</label>
                <p class="hint" id=described.clone()>{hint}</p>
            </div>
            <select
                id=id
                aria-describedby=described
                prop:value=value
                on:change=move |event| choose.run(event_target_value(&event))
            >
                {children()}
            </select>
        </div>
    }
}
