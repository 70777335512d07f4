//! What a screen reader hears of the backup, on every screen: its start, its quarters, its end, and problems. The
//! numbers that change several times a second are not spoken.

use leptos::html::Div;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::address::Section;
use crate::screens::home::Status;
use crate::shown::{Model, Shown};
use crate::words::spoken::{Progress, spoken};

#[component]
pub fn Spoken(model: Model) -> impl IntoView {
    let progress = model.view(|view| Some(Progress::of(view)));
    let region = NodeRef::<Div>::new();
    Effect::new(move |before: Option<Option<Progress>>| {
        let now = progress.get();
        let words = before.flatten().and_then(|before| {
            model.shown.with_untracked(|shown| match shown {
                Shown::View(view) => spoken(before, view),
                Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => None,
            })
        });
        if let (Some(words), Some(region)) = (words, region.get_untracked()) {
            browser::window::speak(&region, &words);
        }
        now
    });
    view! { <div class="only-read" aria-live="polite" data-testid="spoken" node_ref=region></div> }
}

/// The state in words, on every screen but Home, which shows it in full.
#[component]
pub fn ShortHeadline(model: Model) -> impl IntoView {
    let path = use_location().pathname;
    let elsewhere = Memo::new(move |_| Section::of(&path.get()) != Some(Section::Home));
    view! {
        <Show when=move || elsewhere.get()>
            <Status model />
        </Show>
    }
}
