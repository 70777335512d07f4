//! The settings.

use std::num::NonZeroU64;

use browser::window::may_notify;
use engine::Intent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::parts::background::Background;
use crate::parts::rules::Rules;
use crate::shown::Model;
use crate::words::numbers::bytes;

#[component]
pub fn Settings(model: Model) -> impl IntoView {
    let unreadable = model.is(|view| view.settings_unreadable);
    let shown = model.is(|view| !view.folders.is_empty() || view.settings_unreadable);
    view! {
        <Show when=move || shown.get()>
            <section class="settings" aria-labelledby="settings">
                <h2 id="settings">"Settings"</h2>
                <Show when=move || !unreadable.get() fallback=move || view! { <Unreadable model /> }>
                    <Foreground model />
                    <Background model />
                    <Copies model />
                    <Notify model />
                    <RateLimit model />
                    <KeepAwake model />
                    <Rules model />
                </Show>
            </section>
        </Show>
    }
}

/// The person's choices are unknown, so no default is assumed.
#[component]
fn Unreadable(model: Model) -> impl IntoView {
    view! {
        <p>
            "Your settings can't be read from this browser's storage. To avoid acting against your wishes, \
             Safelight uploads nothing until you start again with the standard settings."
        </p>
        <div class="row">
            <button class="primary" on:click=move |_| model.dispatch(Intent::ResetSettings)>
                "Use standard settings"
            </button>
        </div>
    }
}

#[component]
fn Foreground(model: Model) -> impl IntoView {
    let on = model.is(|view| view.settings.foreground);
    view! {
        <Switch
            id="foreground"
            name="Foreground backup"
            hint="Whenever you open Safelight or come back to it, new and changed files are backed up. With this \
                off, only “Back up now” starts a backup while it is open."
            on
            turn=move |on| model.dispatch(Intent::SetForeground(on))
        />
    }
}

/// In decimal megabytes, as drives are labelled.
const COPIES_MB: [u64; 4] = [250, 1_000, 5_000, 20_000];
const BYTES_PER_MB: u64 = 1_000_000;

#[component]
fn Copies(model: Model) -> impl IntoView {
    let limit = model.view(|view| view.settings.copies_limit);
    let value = Signal::derive(move || limit.get().map_or(0, |bytes| bytes.get() / BYTES_PER_MB).to_string());
    let choose = move |chosen: String| {
        let megabytes: u64 = chosen.parse().unwrap_or(0);
        model.dispatch(Intent::SetCopiesLimit(NonZeroU64::new(megabytes * BYTES_PER_MB)));
    };
    let choices = COPIES_MB.map(|megabytes| {
        view! { <option value=megabytes.to_string()>{bytes(megabytes * BYTES_PER_MB)}</option> }
    });
    view! {
        <Choice
            id="copies"
            name="Copies for the background"
            hint="Where the browser does not let Safelight read folders while it is closed, Safelight keeps copies \
                of the newest waiting files until your server has them."
            value
            choose
        >
            <option value="0">"None"</option>
            {choices}
        </Choice>
    }
}

#[component]
fn Notify(model: Model) -> impl IntoView {
    let wanted = model.is(|view| view.settings.notices);
    // Without the browser's permission no notification is shown, whatever the setting says.
    let allowed = model.may_notify;
    spawn_local(async move { allowed.set(may_notify(false).await) });
    let on = Memo::new(move |_| wanted.get() && allowed.get());
    let refused = RwSignal::new(false);
    let turn = move |on| {
        model.dispatch(Intent::SetNotices(on));
        spawn_local(async move {
            let may = may_notify(on).await;
            allowed.set(may);
            refused.set(on && !may);
        });
    };
    view! {
        <Switch
            id="notices"
            name="Notifications"
            hint="Only a few: the first complete backup, when Safelight needs you, and a week without a backup."
            on
            turn
        />
        <p class="hint" role="alert" hidden=move || !refused.get()>
            "The browser blocks notifications here: see the site’s settings, to the left of the address."
        </p>
    }
}

#[component]
fn KeepAwake(model: Model) -> impl IntoView {
    let on = model.is(|view| view.settings.keep_awake);
    view! {
        <Switch
            id="awake"
            name="Keep the screen on"
            hint="While files are being backed up and Safelight is visible. If the computer goes to sleep, the \
                backup stops."
            on
            turn=move |on| model.dispatch(Intent::SetKeepAwake(on))
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

/// In megabits per second, as internet contracts state them.
const RATES_MBIT: [u64; 7] = [1, 2, 5, 10, 20, 50, 100];
const BYTES_PER_MBIT: u64 = 125_000;

#[component]
fn RateLimit(model: Model) -> impl IntoView {
    let limit = model.view(|view| view.settings.rate_limit);
    let value = Signal::derive(move || limit.get().map_or(0, |rate| rate.get() / BYTES_PER_MBIT).to_string());
    let choose = move |chosen: String| {
        let mbit: u64 = chosen.parse().unwrap_or(0);
        model.dispatch(Intent::LimitRate(NonZeroU64::new(mbit * BYTES_PER_MBIT)));
    };
    let choices =
        RATES_MBIT.map(|mbit| view! { <option value=mbit.to_string()>{format!("{mbit} Mbit/s")}</option> });
    view! {
        <Choice id="rate" name="Upload speed" hint="A limit leaves bandwidth for others at home. It takes effect at once." value choose>
            <option value="0">"No limit"</option>
            {choices}
        </Choice>
    }
}

/// A choice of one option. The options are its children.
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
