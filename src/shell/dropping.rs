//! The whole window is a drop target. A dropped folder is kept and watched; dropped files are uploaded once.

use gloo::events::{EventListener, EventListenerOptions};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsCast;
use web_sys::DragEvent;

use crate::screens::folders::look_for_hidden;
use crate::shown::Model;
use browser::channel::Notice;
use browser::window::Listed;

#[component]
pub fn DropTarget(model: Model) -> impl IntoView {
    let over = RwSignal::new(false);
    on_drag("dragover", move |_| over.set(true));
    on_drag("dragenter", move |_| over.set(true));
    on_drag("dragleave", move |event| {
        // With no related target, the pointer has left the window.
        if event.related_target().is_none() {
            over.set(false);
        }
    });
    on_drag("drop", move |event| {
        over.set(false);
        take(model, &event);
    });
    view! {
        <Show when=move || over.get()>
            <div class="drop-here" aria-hidden="true">
                <p>"Drop to protect these folders"</p>
            </div>
        </Show>
    }
}

/// Without `preventDefault` the browser would open the dropped file instead of the app.
fn on_drag(name: &'static str, mut act: impl FnMut(DragEvent) + 'static) {
    let options = EventListenerOptions::enable_prevent_default();
    EventListener::new_with_options(&window(), name, options, move |event| {
        event.prevent_default();
        act(event.clone().unchecked_into());
    })
    .forget();
}

fn take(model: Model, event: &DragEvent) {
    let Some(transfer) = event.data_transfer() else { return };
    let dropped = browser::window::take_drop(&transfer);
    spawn_local(async move {
        let dropped = dropped.await;
        model.with_conversation(|conversation| {
            dropped.folders.iter().for_each(|(folder, _)| conversation.add_folder(folder.clone()));
            if !dropped.files.is_empty() {
                conversation.add_files("Dropped files", &dropped.files);
            }
        });
        if dropped.failed > 0 {
            model.notice.set(Some(Notice::DropFailed { count: dropped.failed }));
        }
        browser::window::ask_to_persist().await;
        for (folder, entry) in dropped.folders {
            look_for_hidden(model, &folder, Listed::Entry(entry)).await;
        }
    });
}
