//! Shows one photo or film from the server in large, with a download of the original.

use std::sync::Arc;

use browser::window::{Photo, photo_time};
use leptos::html::Dialog;
use leptos::prelude::*;

use crate::words::library::is_shown_by_browsers;
use crate::words::numbers::bytes;

/// The photos of a month, and the index of the one that is shown.
pub type Viewed = Option<(Arc<Vec<Photo>>, usize)>;

#[component]
pub fn Viewer(viewed: RwSignal<Viewed>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        if viewed.with(Option::is_some) && !dialog.open() {
            // Fails only if it is already open.
            _ = dialog.show_modal();
        }
    });
    let step = move |by: isize| {
        viewed.update(|viewed| {
            if let Some((photos, at)) = viewed {
                *at = at.saturating_add_signed(by).min(photos.len().saturating_sub(1));
            }
        });
    };
    let close = move |_| {
        if let Some(dialog) = dialog.get_untracked() {
            dialog.close();
        }
    };
    let photo =
        move || viewed.with(|viewed| viewed.as_ref().and_then(|(photos, at)| photos.get(*at).cloned()));
    view! {
        <dialog
            class="viewer"
            node_ref=dialog
            aria-label="Photo"
            on:close=move |_| viewed.set(None)
            on:keydown=move |event| match event.key().as_str() {
                "ArrowLeft" => step(-1),
                "ArrowRight" => step(1),
                _ => {}
            }
        >
            {move || photo().map(|photo| view! { <Shown photo /> })}
            <div class="row">
                <button aria-label="Newer" on:click=move |_| step(-1)>"‹"</button>
                <button aria-label="Older" on:click=move |_| step(1)>"›"</button>
                {move || photo().map(|photo| view! {
                    <a class="button" href=original(&photo.id) download=photo.name>"Download"</a>
                })}
                <button on:click=close>"Close"</button>
            </div>
        </dialog>
    }
}

#[component]
fn Shown(photo: Photo) -> impl IntoView {
    let Photo { id, name, is_image, taken, is_date_doubtful, bytes: size } = photo;
    let failed = RwSignal::new(false);
    let doubt = if is_date_doubtful { " (the camera’s clock was probably not set)" } else { "" };
    let about = format!("{}{doubt} · {}", photo_time(taken), bytes(size));
    let picture = if is_image {
        let source = if is_shown_by_browsers(&name) {
            original(&id)
        } else {
            format!("/api/assets/{id}/thumbnail?size=preview")
        };
        view! { <img src=source alt=name.clone() on:error=move |_| failed.set(true) /> }.into_any()
    } else {
        let source = original(&id);
        view! { <video src=source controls=true on:error=move |_| failed.set(true)></video> }.into_any()
    };
    view! {
        <figure>
            <div hidden=move || failed.get()>{picture}</div>
            <Show when=move || failed.get()>
                <p class="hint" role="status">"This browser cannot show this kind of file. The download is the original."</p>
            </Show>
            <figcaption>
                <span class="path">{name}</span>
                <span class="hint">{about}</span>
            </figcaption>
        </figure>
    }
}

fn original(id: &str) -> String {
    format!("/api/assets/{id}/original")
}
