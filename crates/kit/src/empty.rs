//! What a place says while nothing is in it.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// The children are a button, if one helps.
#[component]
pub fn EmptyState(
    icon: Icon,
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] about: MaybeProp<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty">
            <Glyph icon />
            <h2>{title}</h2>
            <p>{move || about.get()}</p>
            {children.map(|children| children())}
        </div>
    }
}
