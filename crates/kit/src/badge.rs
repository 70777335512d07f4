//! A remark, or a count that asks for the person.

use leptos::prelude::*;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Tone {
    #[default]
    Remark,
    /// It asks for the person.
    Asks,
}

#[component]
pub fn Badge(#[prop(optional)] tone: Tone, children: Children) -> impl IntoView {
    let class = match tone {
        Tone::Remark => "badge",
        Tone::Asks => "badge ink",
    };
    view! { <span class=class>{children()}</span> }
}
