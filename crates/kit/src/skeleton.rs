//! The shape of what is coming. It appears only after a moment, so that quick answers do not flicker.

use leptos::prelude::*;

/// `height` is a CSS length.
#[component]
pub fn Skeleton(height: &'static str, #[prop(default = 1)] count: usize) -> impl IntoView {
    let shape = move |_| view! { <div class="skeleton" style=("--height", height)></div> };
    view! { <div class="stack" aria-hidden="true">{(0..count).map(shape).collect_view()}</div> }
}
