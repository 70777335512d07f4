//! Shows one photo or film from the server in large, with a download of the original.

use std::sync::Arc;

use browser::window::{Photo, month_with, photo_time, photos_of};
use leptos::html::Dialog;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos_router::hooks::{use_location, use_params_map};

use crate::address::Section;
use crate::shell::Go;
use crate::words::library::is_shown_by_browsers;
use crate::words::numbers::bytes;
use kit::{Button, Glyph, Icon};

/// The photos of a month, and the index of the one that is shown.
type Opened = Option<(Arc<Vec<Photo>>, usize)>;

/// What the viewer shows. The address says the same, so that Back closes it and a link opens it.
#[derive(Clone, Copy)]
pub struct Viewed(RwSignal<Opened>, Go);

impl Viewed {
    pub fn follow_address() -> Viewed {
        let (params, query) = (use_params_map(), use_location().query);
        let opened: RwSignal<Opened> = RwSignal::new(None);
        let viewed = Viewed(opened, Go::from_here());
        Effect::new(move |_| {
            let id = params.with(|params| params.get("id"));
            let month = query.with(|query| query.get("month"));
            let shown =
                opened.with_untracked(|opened| Some(opened.as_ref()?.0.get(opened.as_ref()?.1)?.id.clone()));
            match id {
                None => opened.set(None),
                Some(id) if shown.as_ref() == Some(&id) => {}
                Some(id) => spawn_local(async move { _ = opened.try_set(found(&id, month).await) }),
            }
        });
        viewed
    }

    pub fn open(self, photos: Arc<Vec<Photo>>, at: usize) {
        let Some(address) = photos.get(at).map(address_of) else { return };
        self.0.set(Some((photos, at)));
        self.1.within(&address);
    }

    /// Shows a neighbour, without an entry of its own in the history.
    fn step(self, by: isize) {
        self.0.update(|opened| {
            if let Some((photos, at)) = opened {
                *at = at.saturating_add_signed(by).min(photos.len().saturating_sub(1));
            }
        });
        if let Some(photo) = self.photo() {
            self.1.instead(&address_of(&photo));
        }
    }

    fn close(self) {
        self.1.instead(Section::Photos.address());
    }

    fn photo(self) -> Option<Photo> {
        self.0.with(|opened| opened.as_ref().and_then(|(photos, at)| photos.get(*at).cloned()))
    }
}

fn address_of(photo: &Photo) -> String {
    format!("{}/{}?month={}", Section::Photos.address(), photo.id, photo.month)
}

/// The photo with its neighbours. A link from elsewhere may not say the month.
async fn found(id: &str, month: Option<String>) -> Opened {
    let month = match month {
        Some(month) => month,
        None => month_with(id).await?,
    };
    let photos = photos_of(&month).await?;
    let at = photos.iter().position(|photo| photo.id == id)?;
    Some((Arc::new(photos), at))
}

#[component]
pub fn Viewer(viewed: Viewed) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    let is_open = Memo::new(move |_| viewed.0.with(Option::is_some));
    Effect::new(move |_| {
        let Some(dialog) = dialog.get() else { return };
        match (is_open.get(), dialog.open()) {
            // Fails only if it is open already.
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            (true, true) | (false, false) => {}
        }
    });
    // The browser closes it with Escape, and with Back on a phone.
    let closed = move |_| {
        if is_open.get_untracked() {
            viewed.close();
        }
    };
    view! {
        <dialog
            class="viewer"
            node_ref=dialog
            aria-label="Photo"
            on:close=closed
            on:keydown=move |event| match event.key().as_str() {
                "ArrowLeft" => viewed.step(-1),
                "ArrowRight" => viewed.step(1),
                _ => {}
            }
        >
            {move || viewed.photo().map(|photo| view! { <Shown photo /> })}
            <div class="line">
                <Button label="Newer" press=move || viewed.step(-1)>"‹"</Button>
                <Button label="Older" press=move || viewed.step(1)>"›"</Button>
                {move || viewed.photo().map(|photo| view! {
                    <a class="button" href=original(&photo.id) download=photo.name><Glyph icon=Icon::Download small=true />"Download"</a>
                })}
                <Button press=move || viewed.close()><Glyph icon=Icon::Close small=true />"Close"</Button>
            </div>
        </dialog>
    }
}

#[component]
fn Shown(photo: Photo) -> impl IntoView {
    let Photo { id, name, is_image, taken, is_date_doubtful, bytes: size, .. } = photo;
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
