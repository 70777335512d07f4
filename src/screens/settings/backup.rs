//! Whether Safelight backs up, open and closed.

use std::num::NonZeroU64;

use browser::channel::ToEngine;
use browser::window::local_time;
use engine::Intent;
use leptos::prelude::*;

use crate::address::Page;
use crate::shown::Model;
use crate::words::background::{last_of, outlook};
use crate::words::numbers::bytes;
use kit::{Button, Card, Inside, Row, Select, Switch};

#[component]
pub fn Backup(model: Model) -> impl IntoView {
    let foreground = model.is(|view| view.settings.foreground);
    let awake = model.is(|view| view.settings.keep_awake);
    view! {
        <h2 class="group-head">"While Safelight is open"</h2>
        <Card inside=Inside::Rows>
            <Switch
                id="foreground"
                name="Foreground backup"
                hint="Whenever you open Safelight or come back to it, new and changed files are backed up. With this \
                    off, only “Back up now” starts a backup while it is open."
                on=foreground
                turn=move |on| model.dispatch(Intent::SetForeground(on))
            />
            <Switch
                id="awake"
                name="Keep the screen on"
                hint="While files are being backed up and Safelight is visible. If the computer goes to sleep, the \
                    backup stops."
                on=awake
                turn=move |on| model.dispatch(Intent::SetKeepAwake(on))
            />
        </Card>
        <h2 class="group-head">"While Safelight is closed"</h2>
        <Card inside=Inside::Rows>
            <Background model />
            <Copies model />
        </Card>
    }
}

/// The switch, what came of the last background run, and how to enable more.
#[component]
fn Background(model: Model) -> impl IntoView {
    let on = model.is(|view| view.settings.background);
    // Runs from before this page opened are in the history.
    model.say(ToEngine::Runs);
    let said = Signal::derive(move || {
        let waking = model.waking.get().filter(|_| on.get())?;
        Some(model.runs.with(|runs| outlook(waking, last_of(runs), local_time)))
    });
    let can_install = move || model.install.with(Option::is_some);
    view! {
        <Switch
            id="background"
            name="Background backup"
            hint="While Safelight is closed, the browser may wake it to send remaining files and look for new ones."
            on
            turn=move |on| model.dispatch(Intent::SetBackground(on))
        />
        <div class="item" data-testid="background" hidden=move || said.with(Option::is_none)>
            <p class="grow">{said}</p>
            <Show when=can_install>
                <Button press=move || model.offer_to_install()>"Install Safelight"</Button>
            </Show>
        </div>
        <Row name="Does it work here?".to_owned() about="What this browser allows, link by link, and a test of it.".to_owned()>
            <a class="button" href=Page::Health.address()>{Page::Health.name()}</a>
        </Row>
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
    let sizes = COPIES_MB.map(|megabytes| (megabytes.to_string(), bytes(megabytes * BYTES_PER_MB)));
    let options = [("0".to_owned(), "None".to_owned())].into_iter().chain(sizes).collect::<Vec<_>>();
    view! {
        <Select
            id="copies"
            name="Copies for the background"
            hint="Where the browser does not let Safelight read folders while it is closed, Safelight keeps copies \
                of the newest waiting files until your server has them."
            options
            value
            choose
        />
    }
}
