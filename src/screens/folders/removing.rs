//! Removing a folder, after a question: it is easy to overlook that a folder is no longer backed up.

use engine::{FolderId, Intent};
use leptos::prelude::*;

use crate::address::Section;
use crate::shell::Go;
use crate::shown::Model;
use kit::{Button, Dialog, Weight};

/// What removing means: the words for it.
#[derive(Clone, Copy)]
pub struct Removal {
    pub id: &'static str,
    pub name: &'static str,
    pub question: &'static str,
    pub means: &'static str,
    pub sure: &'static str,
}

pub const OF_FOLDER: Removal = Removal {
    id: "remove",
    name: "Remove",
    question: "Stop backing up this folder?",
    means: "No files are deleted, here or on the server. Safelight forgets which of them are protected.",
    sure: "Remove folder",
};

pub const OF_REST: Removal = Removal {
    id: "remove-rest",
    name: "Remove what is left",
    question: "Remove what is left?",
    means: "It is not backed up. It is removed from this browser, and is still where it came from.",
    sure: "Remove it",
};

#[component]
pub fn Remove(model: Model, folder: FolderId, removal: Removal) -> impl IntoView {
    let Removal { id, name, question, means, sure } = removal;
    let open = RwSignal::new(false);
    let go = Go::from_here();
    let remove = Callback::new(move |()| {
        open.set(false);
        model.dispatch(Intent::RemoveFolder(folder));
        go.to(Section::Folders.address());
    });
    view! {
        <Button press=move || open.set(true)>{name}</Button>
        <Dialog id open title=question.to_owned() about=means.to_owned()>
            <button class="button" type="button" autofocus on:click=move |_| open.set(false)>"Keep"</button>
            <Button weight=Weight::Primary press=remove>{sure}</Button>
        </Dialog>
    }
}
