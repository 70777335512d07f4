//! The older way to choose a folder: its files are handed over once. Unlike the folder picker, it lists every name.

use browser::window::files_of;
use leptos::html::Input;
use leptos::prelude::*;
use web_sys::File;

use kit::{Button, Weight};

/// A button that asks for a folder. `take` receives its name, and its files with their paths in it.
#[component]
pub fn FolderInput(
    name: &'static str,
    #[prop(optional)] weight: Weight,
    take: impl Fn(String, Vec<(String, File)>) + 'static,
) -> impl IntoView {
    let input = NodeRef::<Input>::new();
    let choose = move || {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let chosen = move |_| {
        let Some(input) = input.get_untracked() else { return };
        let Some(list) = input.files() else { return };
        let (name, files) = files_of(&list);
        // Reset, so that choosing the same folder again fires a change event.
        input.set_value("");
        take(name, files);
    };
    view! {
        <Button weight press=choose>{name}</Button>
        <input type="file" prop:webkitdirectory=true multiple hidden node_ref=input on:change=chosen />
    }
}
