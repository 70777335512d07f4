//! The buttons: add a folder, back up now, pause.

use engine::{Headline, Intent};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::parts::folder_input::FolderInput;
use crate::shown::{Model, Shown};
use browser::channel::{Notice, ToEngine};

#[component]
pub fn Controls(model: Model) -> impl IntoView {
    let ready = model.is(|view| view.headline != Headline::Unpaired);
    let has_folders = model.is(|view| !view.folders.is_empty());
    let stopped = move || model.shown.with(|shown| matches!(shown, Shown::Stopped(_)));
    let outdated = move || model.shown.with(|shown| matches!(shown, Shown::OtherVersion));
    view! {
        <Show when=move || ready.get()>
            <div class="controls">
                <AddFolder model />
                <Show when=move || has_folders.get()>
                    <button on:click=move |_| model.dispatch(Intent::BackUpNow)>"Back up now"</button>
                    <PauseButton model />
                </Show>
            </div>
        </Show>
        <Show when=stopped>
            <div class="controls">
                <button class="primary" on:click=move |_| model.say(ToEngine::Restart)>"Try again"</button>
            </div>
        </Show>
        <Show when=outdated>
            <div class="controls">
                <button class="primary" on:click=move |_| _ = window().location().reload()>"Reload"</button>
            </div>
        </Show>
    }
}

#[component]
fn PauseButton(model: Model) -> impl IntoView {
    let paused = model.is(|view| view.settings.paused);
    let turn = move |_| model.dispatch(if paused.get() { Intent::Resume } else { Intent::Pause });
    view! { <button on:click=turn>{move || if paused.get() { "Resume" } else { "Pause" }}</button> }
}

/// The folder picker. Browsers without one get a one-time upload, labelled as such.
#[component]
fn AddFolder(model: Model) -> impl IntoView {
    if browser::window::can_keep_folders() {
        let first = model.is(|view| view.folders.is_empty());
        view! {
            <button class:primary=move || first.get() on:click=move |_| pick(model)>"Add folder"</button>
        }
        .into_any()
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
        <div class="once">
            <FolderInput name="Upload a folder once" primary=true take />
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
