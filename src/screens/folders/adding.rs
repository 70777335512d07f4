//! The folder picker. Browsers without one get a one-time upload, labelled as such.

use browser::channel::Notice;
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::folder_input::FolderInput;
use crate::shown::Model;
use kit::{Button, Weight};

#[component]
pub fn AddFolder(model: Model) -> impl IntoView {
    if browser::window::can_keep_folders() {
        let first = model.is(|view| view.folders.is_empty());
        let weight = Signal::derive(move || if first.get() { Weight::Primary } else { Weight::Secondary });
        view! { <Button weight press=move || pick(model)>"Add folder"</Button> }.into_any()
    } else {
        view! { <UploadOnce model /> }.into_any()
    }
}

#[component]
fn UploadOnce(model: Model) -> impl IntoView {
    let take = move |name: String, files: Vec<_>| {
        model.with_conversation(|conversation| conversation.add_files(&name, &files));
    };
    view! {
        <div class="stack">
            <div><FolderInput name="Upload a folder once" weight=Weight::Primary take /></div>
            <p class="hint">
                "This browser cannot keep access to a folder, so this is not automatic: what you choose is "
                "uploaded now, and new files are not noticed. Chrome and Edge on a computer back up by themselves."
            </p>
        </div>
    }
}

fn pick(model: Model) {
    spawn_local(async move {
        match browser::window::pick_folder().await {
            Ok(Some(folder)) => {
                model.with_conversation(|conversation| conversation.add_folder(folder));
                browser::window::ask_to_persist().await;
            }
            Ok(None) => {}
            Err(fault) => model.notice.set(Some(Notice::PickerFailed { why: fault.to_string() })),
        }
    });
}
