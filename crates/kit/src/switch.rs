//! A switch takes effect at once. On is lit.

use leptos::prelude::*;

/// `id` is unique on the page.
#[component]
pub fn Switch(
    id: &'static str,
    #[prop(into)] name: String,
    #[prop(into)] hint: String,
    #[prop(into)] on: Signal<bool>,
    #[prop(into)] turn: Callback<bool>,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let described = format!("{id}-hint");
    view! {
        <div class="item">
            // The whole row is the label.
            <label class="grow" for=id>
                <span class="name" id=format!("{id}-name")>{name}</span>
                <p id=described.clone()>{hint}</p>
            </label>
            <button
                type="button"
                id=id
                role="switch"
                class="switch"
                aria-checked=move || on.get().to_string()
                aria-labelledby=format!("{id}-name")
                aria-describedby=described
                disabled=disabled
                on:click=move |_| turn.run(!on.get_untracked())
            ></button>
        </div>
    }
}
