//! The head of Home: the lamp, the headline, whether closing is safe, and what can be done.

use browser::channel::ToEngine;
use browser::window::hour_and_minute;
use engine::{Headline, Intent};
use leptos::html;
use leptos::prelude::*;

use super::asked::button_for;
use super::closing::Closing;
use super::status::Status;
use crate::screens::first_run::PairingForm;
use crate::screens::folders::adding::AddFolder;
use crate::shown::{Model, Shown};
use crate::words::gates;
use crate::words::needs::first;
use kit::{Button, Size, Weight};

#[component]
pub fn Hero(model: Model, heading: NodeRef<html::H1>) -> impl IntoView {
    let state = Memo::new(move |_| model.shown.with(Shown::headline).state);
    let is_lit = move || matches!(state.get(), "done" | "scanning" | "backing-up" | "waiting");
    let unpaired = model.is_unpaired();
    view! {
        <header class="hero">
            <div class="pool" hidden=move || !is_lit()></div>
            <Lamp state />
            <div class="words">
                <Status model heading />
                <Closing model />
                <Gates model />
                <Actions model />
                <Show when=move || unpaired.get()><PairingForm model /></Show>
            </div>
        </header>
    }
}

/// Silent to screen readers, because the headline says the same.
#[component]
pub fn Lamp(#[prop(into)] state: Signal<&'static str>) -> impl IntoView {
    view! {
        <div class="lamp" data-state=move || state.get() aria-hidden="true">
            <div class="halo"></div>
            <svg viewBox="0 0 96 96">
                <path class="cord whole" d="M48-260V27" />
                <path class="cord severed" d="M48-260V0M48 12v15M44 2l8-6M44 14l8-6" />
                <path class="bulb" d="M30 52a18 18 0 0 0 36 0z" />
                <path class="core" d="M39 52a9 9 0 0 0 18 0z" />
                <path class="hollow" d="M30 52a18 18 0 0 0 36 0z" />
                <path class="hood" d="M18 53a30 27 0 0 1 60 0z" />
                <path class="sign bars" d="M41 62v16M55 62v16" />
                <path class="sign thick call-sign" d="M48 63v14M48 89v.1" />
                <path class="sign arrow" d="M87 88V72M80.5 78.5l6.5-6.5 6.5 6.5" />
                <path class="sign ticked" d="M79 81l6 6 11-13" />
                <path class="sign dots" d="M74 82h.1M86 82h.1M98 82h.1" />
            </svg>
        </div>
    }
}

/// What holds files back now, and the button to back up anyway.
#[component]
fn Gates(model: Model) -> impl IntoView {
    let sentences = model.view(|view| {
        let words = |held| gates::held(held, &view.settings.gates, hour_and_minute);
        let sentences: Vec<String> = view.held.iter().map(words).collect();
        // While paused, the backup waits for the person, whatever the rules say.
        (!sentences.is_empty() && view.headline != Headline::Paused).then(|| sentences.join(" "))
    });
    view! {
        <div class="gates" data-testid="gates" hidden=move || sentences.with(Option::is_none)>
            <p>{sentences}</p>
            <div class="line actions">
                <Button press=move || model.dispatch(Intent::BackUpAnyway)>"Back up anyway"</Button>
            </div>
        </div>
    }
}

#[component]
fn Actions(model: Model) -> impl IntoView {
    let ready = model.is(|view| view.headline != Headline::Unpaired);
    let has_folders = model.is(|view| !view.folders.is_empty());
    let stopped = Memo::new(move |_| model.shown.with(|shown| matches!(shown, Shown::Stopped(_))));
    let outdated = Memo::new(move |_| model.shown.with(|shown| matches!(shown, Shown::OtherVersion)));
    view! {
        <div class="line actions">
            <Show when=move || stopped.get()>
                <Button weight=Weight::Primary press=move || model.say(ToEngine::Restart)>"Try again"</Button>
            </Show>
            <Show when=move || outdated.get()>
                <Button weight=Weight::Primary press=move || _ = window().location().reload()>"Reload"</Button>
            </Show>
            <Show when=move || ready.get()>
                <Asked model />
                <Show when=move || has_folders.get()>
                    <PauseButton model />
                    <Button press=move || model.dispatch(Intent::BackUpNow)>"Back up now"</Button>
                </Show>
                <AddFolder model />
            </Show>
        </div>
    }
}

/// The one primary button, for what is needed most.
#[component]
fn Asked(model: Model) -> impl IntoView {
    let need = model.view(first);
    move || need.get().map(|need| button_for(model, &need, Weight::Primary, Size::Normal))
}

#[component]
fn PauseButton(model: Model) -> impl IntoView {
    let paused = model.is(|view| view.settings.paused);
    let turn = move || model.dispatch(if paused.get_untracked() { Intent::Resume } else { Intent::Pause });
    view! { <Button press=turn>{move || if paused.get() { "Resume" } else { "Pause" }}</Button> }
}
