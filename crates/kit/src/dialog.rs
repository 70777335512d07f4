//! A question in front of everything; on phones it rises from below. Escape closes it, and the focus returns to where
//! it was: the browser does both.

use leptos::html;
use leptos::prelude::*;

/// Open while `open` is true. The children are its buttons, the safe choice with `autofocus`.
#[component]
pub fn Dialog(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    open: RwSignal<bool>,
    #[prop(into)] title: Signal<String>,
    #[prop(into)] about: Signal<String>,
    children: ChildrenFn,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (open.get(), dialog.open()) {
            // Fails only if it is open already.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    let heading = format!("{id}-title");
    view! {
        <dialog class="sheet" node_ref=dialog aria-labelledby=heading.clone() on:close=move |_| open.set(false)>
            <h2 id=heading.clone()>{title}</h2>
            <p>{about}</p>
            <div class="line">{children()}</div>
        </dialog>
    }
}
