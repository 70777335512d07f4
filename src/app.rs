//! The app: its screens by address, and the setup that runs when it opens.

use browser::channel::{Notice, ToEngine};
use engine::{Filter, Intent, View};
use gloo::events::EventListener;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::NavigateOptions;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::hooks::use_navigate;
use leptos_router::path;

use crate::address::Listing;
use crate::screens::Nowhere;
use crate::screens::activity::Activity;
use crate::screens::first_run::Pair;
use crate::screens::folders::{Folders, Restores};
use crate::screens::home::{Home, keep_awake};
use crate::screens::photos::Photos;
use crate::screens::settings::Settings;
use crate::shell::held::look_at_held;
use crate::shell::{DropTarget, Shell};
use crate::shown::Model;
use crate::words::background::{Waking, read_closed};

const INSECURE: &str = "Safelight works only over https, or at localhost on the server's own computer: browsers give no \
    access to folders anywhere else. Put the server behind a proxy with a certificate, and open that address.";

#[component]
pub fn App() -> impl IntoView {
    if !browser::window::is_secure() {
        return view! { <main class="failed">{INSECURE}</main> }.into_any();
    }
    match Model::open() {
        Ok(model) => {
            begin(model);
            view! { <Router><Opened model /></Router> }.into_any()
        }
        Err(fault) => view! {
            <main class="failed">"This browser lacks what Safelight needs. " {fault.to_string()}</main>
        }
        .into_any(),
    }
}

/// While there is nothing but to pair, that is all there is to see, whatever the address.
#[component]
fn Opened(model: Model) -> impl IntoView {
    let navigate = use_navigate();
    obey_address(model, navigate.clone());
    let again = EventListener::new(&window(), "hashchange", move |_| obey_address(model, navigate.clone()));
    again.forget();
    crate::shell::begin();
    Restores::begin();
    let is_new = model.is(|view| view.headline == engine::Headline::Unpaired && view.folders.is_empty());
    view! {
        <Show when=move || !is_new.get() fallback=move || view! { <Pair model /> }>
            <Shell model><Screens model /></Shell>
        </Show>
        <DropTarget model />
    }
}

#[component]
fn Screens(model: Model) -> impl IntoView {
    view! {
        <FlatRoutes fallback=|| view! { <Nowhere /> }>
            <Route path=path!("/") view=move || view! { <Home model /> } />
            <Route path=path!("/folders/:id?") view=move || view! { <Folders model /> } />
            <Route path=path!("/photos/:id?") view=move || view! { <Photos /> } />
            <Route path=path!("/activity/:list?") view=move || view! { <Activity model /> } />
            <Route path=path!("/settings/:page?") view=move || view! { <Settings model /> } />
        </FlatRoutes>
    }
}

/// Setup that runs once, when the page opens.
fn begin(model: Model) {
    if let Some(script) = worker_script() {
        browser::window::keep_worker(script);
    }
    browser::app_shell::keep(move |version| model.new_version.set(Some(version)));
    browser::window::keep_grants();
    look_at_held(model, None);
    // Another tab's engine may have scanned long ago.
    model.dispatch(Intent::Look);
    look_when_seen(model);
    browser::window::when_installable(move |offer| model.install.set(offer));
    keep_background(model);
    tell_surroundings(model);
    keep_pushes(model);
    keep_awake(model);
    let tally = model.tally();
    Effect::new(move |_| {
        if let Some(tally) = tally.get() {
            browser::window::set_badge(tally.remaining);
        }
    });
}

/// Runs whenever the server has confirmed who is signed in, since that may be a different account than before, and
/// whenever background backup becomes allowed or is no longer allowed.
fn keep_pushes(model: Model) {
    let held = model.view(|view| view.answered.then_some(!may_go_on(view)));
    Effect::new(move |_| {
        if let Some(held) = held.get() {
            spawn_local(browser::window::keep_pushes(held));
        }
    });
}

/// The engine sends nothing until it has heard both.
fn tell_surroundings(model: Model) {
    browser::window::when_fetched(move || spawn_local(tell_fetching(model)));
    // The page may have missed fetches that ended in the meantime.
    EventListener::new(&document(), "visibilitychange", move |_| {
        if !document().hidden() {
            spawn_local(tell_fetching(model));
        }
    })
    .forget();
    spawn_local(async move {
        tell_fetching(model).await;
        browser::window::keep_surroundings(move |around| model.say(ToEngine::Surroundings(around)));
    });
}

async fn tell_fetching(model: Model) {
    model.say(ToEngine::Fetching(browser::window::left_to_browser().await));
}

/// Files that remain when the page closes are left to the background.
fn keep_background(model: Model) {
    let on = model.view(|view| Some(view.settings.background && !view.folders.is_empty()));
    let left = model.is(|view| may_go_on(view) && view.tally.remaining > 0);
    let unseen = model.is(|view| may_go_on(view) && read_closed(view).is_none());
    Effect::new(move |_| {
        // An installed app may be woken more often.
        model.install.track();
        if let Some(on) = on.get() {
            spawn_local(async move { model.waking.set(Some(waking(on).await)) });
        }
    });
    // Registered in advance, for a page that dies without sending a message.
    Effect::new(move |_| {
        if left.get() {
            browser::window::ask_for_sync();
        }
    });
    // Also leave a message if we do not yet know which folders can be read without a page.
    browser::window::when_left(move || {
        if left.get_untracked() || unseen.get_untracked() {
            browser::window::leave();
        }
    });
    browser::window::when_offline(move || {
        if left.get_untracked() {
            browser::window::ask_for_sync_when_online();
        }
    });
}

/// Whether a backup may continue without a page.
fn may_go_on(view: &View) -> bool {
    view.settings.background && !view.settings.paused && !view.folders.is_empty()
}

async fn waking(wanted: bool) -> Waking {
    match browser::window::be_woken_now_and_then(wanted).await {
        _ if !browser::window::can_be_woken() => Waking::Never,
        _ if browser::window::may_not_be_woken().await => Waking::Forbidden,
        true => Waking::NowAndThen,
        false => Waking::ForWhatIsLeft,
    }
}

fn worker_script() -> Option<String> {
    document().body()?.get_attribute("data-backup-worker")
}

/// Handles the part of the address behind `#`: a pairing link, or a shortcut of the installed app. It is removed at
/// once, so that a code does not stay in the address bar or the history.
fn obey_address(model: Model, navigate: impl Fn(&str, NavigateOptions)) {
    let hash = window().location().hash().unwrap_or_default();
    if hash.is_empty() {
        return;
    }
    browser::window::clear_address();
    match hash.trim_start_matches('#').split_once('=') {
        Some(("pair", code)) => model.dispatch(Intent::Pair { code: code.into() }),
        Some(("shared", parcel)) => look_at_held(model, Some(parcel.to_owned())),
        Some(_) => {}
        None if hash == "#back-up-now" => model.dispatch(Intent::BackUpNow),
        None if hash == "#share-failed" => model.notice.set(Some(Notice::ShareFailed)),
        None if hash == "#share-empty" => model.notice.set(Some(Notice::ShareEmpty)),
        // The address of an older version's shortcut.
        None if hash == "#problems" => {
            let replace = NavigateOptions { replace: true, ..NavigateOptions::default() };
            navigate(&Listing::Files(Filter::Problems).address(), replace);
        }
        None => {}
    }
}

/// Scans for changes whenever the person returns to the page.
fn look_when_seen(model: Model) {
    EventListener::new(&document(), "visibilitychange", move |_| {
        if !document().hidden() {
            model.dispatch(Intent::Look);
        }
    })
    .forget();
    EventListener::new(&window(), "focus", move |_| model.dispatch(Intent::Look)).forget();
}
