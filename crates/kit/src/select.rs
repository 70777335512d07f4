//! One of several options, as a row.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// `options` are values with their names. `id` is unique on the page.
#[component]
pub fn Select(
    id: &'static str,
    #[prop(into)] name: String,
    #[prop(into)] hint: String,
    options: Vec<(String, String)>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] choose: Callback<String>,
) -> impl IntoView {
    let described = format!("{id}-hint");
    // Each option knows whether it is chosen: a value that is set before its option exists is ignored.
    let option = move |(option, name): (String, String)| {
        let is_chosen = {
            let option = option.clone();
            move || value.with(|value| *value == option)
        };
        view! { <option value=option prop:selected=is_chosen>{name}</option> }
    };
    view! {
        <div class="item">
            <div class="grow">
                <label class="name" for=id>{name}</label>
                <p id=described.clone()>{hint}</p>
            </div>
            <span class="select">
                <select
                    id=id
                    aria-describedby=described
                    on:change=move |event| choose.run(event_target_value(&event))
                >
                    {options.into_iter().map(option).collect_view()}
                </select>
                <Glyph icon=Icon::Down small=true />
            </span>
        </div>
    }
}
