//! Two or three words in a trough, one of which holds. The browser's own radio buttons are underneath, so the arrow
//! keys work as everywhere.

use leptos::prelude::*;

/// `options` are values with their names. `id` is unique on the page.
#[component]
pub fn Choice(
    id: &'static str,
    #[prop(into)] name: String,
    #[prop(into)] hint: String,
    options: Vec<(&'static str, String)>,
    #[prop(into)] value: Signal<String>,
    #[prop(into)] choose: Callback<String>,
) -> impl IntoView {
    let option = move |(option, name): (&'static str, String)| {
        view! {
            <label>
                <input
                    type="radio"
                    name=id
                    value=option
                    prop:checked=move || value.get() == option
                    on:change=move |_| choose.run(option.to_owned())
                />
                {name}
            </label>
        }
    };
    view! {
        <div class="item">
            <div class="grow">
                <span class="name" id=id>{name}</span>
                <p>{hint}</p>
            </div>
            <div class="choice" role="radiogroup" aria-labelledby=id>
                {options.into_iter().map(option).collect_view()}
            </div>
        </div>
    }
}
