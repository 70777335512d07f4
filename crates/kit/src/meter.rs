//! How much is proven, and how much is on its way. The words beside it say the same.

use leptos::prelude::*;

/// The shares of the whole, each from 0 to 1. It is full only when everything is proven.
#[component]
pub fn Meter(
    #[prop(into)] proven: Signal<f64>,
    #[prop(optional, into)] moving: Signal<f64>,
    /// What it measures. Without a name it is only a picture of the words beside it.
    #[prop(optional, into)]
    label: Option<String>,
) -> impl IntoView {
    let (role, hidden) = if label.is_some() { (Some("meter"), None) } else { (None, Some("true")) };
    let percent = move || role.map(|_| (permille(proven.get() + moving.get()) / 10).to_string());
    view! {
        <div class="meter" role=role aria-hidden=hidden aria-label=label aria-valuemin=role.map(|_| "0") aria-valuemax=role.map(|_| "100") aria-valuenow=percent>
            {part("protected", proven)}
            {part("moving", moving)}
        </div>
    }
}

fn part(class: &'static str, share: Signal<f64>) -> impl IntoView {
    let width = move || {
        let permille = permille(share.get());
        format!("{}.{}%", permille / 10, permille % 10)
    };
    view! { <i class=class hidden=move || share.get() <= 0.0 style=("--share", width)></i> }
}

/// Rounded down, so that nothing looks complete before it is. An integer, because formatting fractions costs
/// kilobytes.
fn permille(share: f64) -> u64 {
    (share.clamp(0.0, 1.0) * 1000.0) as u64
}
