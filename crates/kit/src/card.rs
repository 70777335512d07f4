//! A raised surface. What is inside parts by single lines.

use leptos::prelude::*;

/// What the card holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Inside {
    #[default]
    Text,
    Rows,
    /// Rows that react to a pointer, and so reach from edge to edge.
    ReactingRows,
}

#[component]
pub fn Card(#[prop(optional)] inside: Inside, children: Children) -> impl IntoView {
    let class = match inside {
        Inside::Text => "card",
        Inside::Rows => "card rows",
        Inside::ReactingRows => "card edge",
    };
    view! { <div class=class>{children()}</div> }
}
