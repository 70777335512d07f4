//! One row of a card: a name, a line or two about it, and what can be done.

use leptos::prelude::*;

/// The children are the control, or further lines.
#[component]
pub fn Row(
    #[prop(into)] name: Signal<String>,
    #[prop(optional, into)] about: MaybeProp<String>,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="item">
            <div class="grow">
                <span class="name">{name}</span>
                <p>{move || about.get()}</p>
            </div>
            {children()}
        </div>
    }
}
