//! A request to the person: what happened, what it means, and one button. It looks the same everywhere.

use leptos::prelude::*;

/// The children are the button.
#[component]
pub fn Request(
    #[prop(into)] title: Signal<String>,
    #[prop(into)] about: Signal<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="request">
            <span class="call" aria-hidden="true">"!"</span>
            <div>
                <h3>{title}</h3>
                <p>{about}</p>
                <div class="line">{children()}</div>
            </div>
        </div>
    }
}
