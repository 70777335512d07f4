//! The header of a section that opens and closes.

use leptos::prelude::*;

/// `id` is the id of the heading that labels the section.
#[component]
pub fn SectionHead(
    id: &'static str,
    name: &'static str,
    open: RwSignal<bool>,
    #[prop(into)] toggle: Callback<()>,
) -> impl IntoView {
    let word = move || if open.get() { "Hide" } else { "Show" };
    view! {
        <div class="row list-head">
            <h2 id=id>{name}</h2>
            <button
                class="quiet"
                aria-label=move || format!("{}: {name}", word())
                aria-expanded=move || open.get().to_string()
                on:click=move |_| toggle.run(())
            >
                {word}
            </button>
        </div>
    }
}
