//! The navigation: a rail where there is room, else a bar at the bottom. It shows the state on every screen.

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::address::{Listing, Section};
use crate::shown::{Model, Shown};
use crate::words::needs::needs;
use crate::words::numbers::count;
use engine::{Filter, Headline};
use kit::{Badge, Glyph, Icon, Tone};

#[component]
pub fn Navigation(model: Model) -> impl IntoView {
    let path = use_location().pathname;
    let current = Memo::new(move |_| Section::of(&path.get()));
    view! {
        <header class="rail">
            <p class="brand">"Safelight"</p>
            <nav class="nav" aria-label="Main">
                <ul>
                    {Section::ALL.map(|section| view! { <li><Entry model section current /></li> }).collect_view()}
                </ul>
            </nav>
            <Place model />
        </header>
    }
}

#[component]
fn Entry(model: Model, section: Section, current: Memo<Option<Section>>) -> impl IntoView {
    let is_current = move || (current.get() == Some(section)).then_some("page");
    // Activity opens where there is something to see.
    let problems = model.view(|view| view.tally.problems);
    let address = move || match section {
        Section::Activity if problems.get() > 0 => Listing::Files(Filter::Problems).address(),
        Section::Activity => Listing::Files(Filter::Remaining).address(),
        Section::Home | Section::Folders | Section::Photos | Section::Settings => {
            section.address().to_owned()
        }
    };
    view! {
        <a href=address aria-current=is_current>
            {picture(model, section)}
            <span>{section.name()}</span>
            {note(model, section)}
        </a>
    }
}

fn picture(model: Model, section: Section) -> AnyView {
    match section {
        Section::Home => view! { <LampIcon model /> }.into_any(),
        Section::Folders => view! { <Glyph icon=Icon::Folder /> }.into_any(),
        Section::Photos => view! { <Glyph icon=Icon::Photos /> }.into_any(),
        Section::Activity => view! { <Glyph icon=Icon::Activity /> }.into_any(),
        Section::Settings => view! { <Glyph icon=Icon::Settings /> }.into_any(),
    }
}

fn note(model: Model, section: Section) -> Option<AnyView> {
    match section {
        Section::Home => {
            let short = Memo::new(move |_| model.shown.with(Shown::in_short));
            let needs = model.view(|view| needs(view).len());
            let asks = model.is(|view| view.headline == Headline::NeedsYou);
            let note = move || match asks.get() {
                true => {
                    view! { <Badge tone=Tone::Asks>{count(needs.get().max(1) as u64)}</Badge> }.into_any()
                }
                false => view! { {short} }.into_any(),
            };
            Some(view! { <span class="note">{note}</span> }.into_any())
        }
        Section::Activity => {
            let problems = model.view(|view| view.tally.problems);
            let badge = move || {
                let asks = problems.get() > 0;
                asks.then(|| {
                    view! {
                        <Badge tone=Tone::Asks>{count(problems.get())}</Badge>
                        <span class="only-read">" problems"</span>
                    }
                })
            };
            Some(view! { <span class="note">{badge}</span> }.into_any())
        }
        Section::Folders | Section::Photos | Section::Settings => None,
    }
}

/// The lamp in small: lit, hollow, or with bars or a “!” in place of its bulb.
#[component]
fn LampIcon(model: Model) -> impl IntoView {
    let state = Memo::new(move |_| model.shown.with(Shown::headline).state);
    let bulb = move || match state.get() {
        "done" | "scanning" | "backing-up" | "waiting" => ("bulb", "M6.25 11.5a3.75 3.75 0 0 0 7.5 0z"),
        "paused" => ("sign", "M8 13.5v4.5M12 13.5v4.5"),
        "needs-you" => ("sign", "M10 13v3.2M10 18.9h.01"),
        _ => ("hollow", "M6.25 11.5a3.75 3.75 0 0 0 7.5 0z"),
    };
    view! {
        <svg class="lamp-icon" viewBox="0 0 20 20" aria-hidden="true">
            <path class="cord" d="M10 .75v4" />
            <path class=move || bulb().0 d=move || bulb().1 />
            <path class="hood" d="M3.5 11a6.5 6.3 0 0 1 13 0z" />
        </svg>
    }
}

/// Which server this is.
#[component]
fn Place(model: Model) -> impl IntoView {
    let host = window().location().host().unwrap_or_default();
    let answers = model.view(|view| Some(view.answered));
    let says = move || match answers.get() {
        Some(true) => "Your server answers",
        Some(false) => "No answer yet",
        None => "",
    };
    view! {
        <a class="place" href=crate::address::Page::Devices.address()>
            <Glyph icon=Icon::Server />
            <b class="clip">{host}</b>
            <span>{says}</span>
        </a>
    }
}
