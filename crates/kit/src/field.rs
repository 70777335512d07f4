//! A line of text with its label above, a hint below, and what is wrong with it.

use leptos::html::Input;
use leptos::prelude::*;

/// `id` is unique on the page. `class` is for fields of another look, such as codes.
#[component]
pub fn Field(
    id: &'static str,
    #[prop(into)] label: String,
    input: NodeRef<Input>,
    #[prop(optional)] class: &'static str,
    #[prop(optional, into)] placeholder: String,
    /// What is wrong, in a sentence that says what to do.
    #[prop(optional, into)]
    fault: MaybeProp<String>,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let (hint, told) = (format!("{id}-hint"), format!("{id}-fault"));
    let described = format!("{told} {hint}");
    let is_wrong = move || fault.get().map(|_| "true");
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <input
                id=id
                class=format!("input {class}")
                node_ref=input
                autocomplete="off"
                autocapitalize="none"
                spellcheck="false"
                placeholder=placeholder
                aria-invalid=is_wrong
                aria-describedby=described
            />
            <p class="fault" id=told role="alert">
                {move || fault.get().map(|fault| view! { <span class="call" aria-hidden="true">"!"</span><span>{fault}</span> })}
            </p>
            <div class="hint" id=hint>{children.map(|children| children())}</div>
        </div>
    }
}
