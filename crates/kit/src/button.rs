//! Buttons, and links that look like them.

use leptos::prelude::*;

/// How much a button asks for attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Weight {
    /// Solid ink: what the person is asked to do. At most one on a screen, and none when all is calm.
    Primary,
    #[default]
    Secondary,
    /// Words only.
    Quiet,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Size {
    #[default]
    Normal,
    Small,
}

fn classes(weight: Weight, size: Size) -> &'static str {
    match (weight, size) {
        (Weight::Primary, Size::Normal) => "button primary",
        (Weight::Primary, Size::Small) => "button primary small",
        (Weight::Secondary, Size::Normal) => "button",
        (Weight::Secondary, Size::Small) => "button small",
        (Weight::Quiet, Size::Normal) => "button quiet",
        (Weight::Quiet, Size::Small) => "button quiet small",
    }
}

/// While it is busy, it keeps its place and ignores presses. Why it is disabled is said in words near it.
#[component]
pub fn Button(
    #[prop(into)] press: Callback<()>,
    #[prop(optional, into)] weight: Signal<Weight>,
    #[prop(optional)] size: Size,
    #[prop(optional, into)] disabled: Signal<bool>,
    #[prop(optional, into)] busy: Signal<bool>,
    /// What it is called, where its words alone would not say it.
    #[prop(optional, into)]
    label: Option<String>,
    children: Children,
) -> impl IntoView {
    let press = move |_| {
        if !busy.get_untracked() {
            press.run(());
        }
    };
    view! {
        <button
            type="button"
            class=move || classes(weight.get(), size)
            aria-label=label
            disabled=disabled
            aria-busy=move || busy.get().then_some("true")
            on:click=press
        >
            <span class="busy" hidden=move || !busy.get()></span>
            {children()}
        </button>
    }
}

/// Leads to another screen, or to a page that is not ours.
#[component]
pub fn ButtonLink(
    #[prop(into)] href: String,
    #[prop(optional)] weight: Weight,
    #[prop(optional)] size: Size,
    #[prop(optional)] is_elsewhere: bool,
    children: Children,
) -> impl IntoView {
    let rel = is_elsewhere.then_some("external");
    view! { <a class=classes(weight, size) href=href rel=rel>{children()}</a> }
}
