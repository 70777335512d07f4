//! Short notices that are shown once: the answer to what the person just did, or a new version.

use leptos::prelude::*;

use crate::shown::Model;
use browser::channel::Notice;
use kit::{Button, Weight};

#[component]
pub fn Notices(model: Model) -> impl IntoView {
    let text = move || model.notice.get().map(|notice| sentence(&notice));
    view! {
        <div role="log">
            <Show when=move || model.notice.with(Option::is_some)>
                <div class="toast">
                    <p>{text}</p>
                    <Button weight=Weight::Quiet press=move || model.notice.set(None)>"Dismiss"</Button>
                </div>
            </Show>
            <Show when=move || model.new_version.with(Option::is_some)>
                <Update model />
            </Show>
        </div>
    }
}

/// Offers the update, never forces it, and never applies it during an upload: once accepted, it waits until nothing
/// is active.
#[component]
fn Update(model: Model) -> impl IntoView {
    let agreed = RwSignal::new(false);
    let busy = model.is(|view| !view.active.is_empty());
    Effect::new(move |_| {
        if agreed.get() && !busy.get() {
            model
                .new_version
                .with(|version| version.iter().for_each(browser::app_shell::NewVersion::take_over));
        }
    });
    view! {
        <div class="toast">
            <Show
                when=move || agreed.get()
                fallback=move || view! {
                    <p>"A new version of Safelight is ready."</p>
                    <Button press=move || agreed.set(true)>"Update"</Button>
                }
            >
                <p>"Safelight updates once no file is being sent. Choose “Pause” to update at once."</p>
            </Show>
        </div>
    }
}

fn sentence(notice: &Notice) -> String {
    match notice {
        Notice::AlreadyAdded { name } => format!("“{name}” is already being backed up."),
        Notice::InsideAnother { name, outer } => {
            format!("“{name}” is inside “{outer}”, which is already being backed up.")
        }
        Notice::TookIn { name, inner } => {
            format!("“{inner}” is inside “{name}” and is now backed up as part of it.")
        }
        Notice::FolderNotKept { why } => {
            format!("The folder was not added: the browser would not keep it. ({why})")
        }
        Notice::DropFailed { count } => {
            let (items, were) = if *count == 1 { ("item", "was") } else { ("items", "were") };
            format!("{count} dropped {items} could not be read and {were} left out.")
        }
        Notice::OtherFolder { name } => {
            format!("That was another folder. Choose “{name}” itself, so that its names can be compared.")
        }
        Notice::ShareEmpty => "Nothing arrived: what you shared has no photos or videos.".into(),
        Notice::ShareFailed => {
            "What you shared was not added: the browser has no room for it, or Safelight has never been opened here. It is \
             still where it was."
                .into()
        }
        Notice::PickerFailed { why } => format!("The folder could not be opened. ({why})"),
    }
}
