//! Keys that work everywhere: `g` and a letter goes to a screen, `/` searches, `?` lists the keys.

use gloo::events::EventListener;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos_router::hooks::use_navigate;
use web_sys::KeyboardEvent;

use crate::address::Section;
use kit::{Button, Dialog};

#[component]
pub fn Keys() -> impl IntoView {
    let open = RwSignal::new(false);
    let after_g = StoredValue::new(false);
    let navigate = use_navigate();
    let press = EventListener::new(&document(), "keydown", move |event| {
        let event: &KeyboardEvent = event.unchecked_ref();
        if is_taken(event) {
            return;
        }
        let key = event.key();
        let goes = after_g.get_value();
        after_g.set_value(key == "g");
        match key.as_str() {
            "?" => open.set(true),
            "/" if browser::window::focus_search() => event.prevent_default(),
            key if goes => {
                let section = Section::ALL.into_iter().find(|section| section.key() == key);
                section.into_iter().for_each(|section| navigate(section.address(), Default::default()));
            }
            _ => {}
        }
    });
    let press = StoredValue::new_local(Some(press));
    on_cleanup(move || press.update_value(|press| drop(press.take())));
    let title = "Keys";
    let about = || {
        let goes = Section::ALL.map(|section| format!("g {} {}", section.key(), section.name()));
        format!("{} · / Search · ? This list · Esc Close", goes.join(" · "))
    };
    view! {
        <Dialog id="keys" open title=title.to_owned() about=Signal::derive(about)>
            <Button press=move || open.set(false)>"Close"</Button>
        </Dialog>
    }
}

/// Whether the key belongs to something else: to a field, to the browser, or to a dialog.
fn is_taken(event: &KeyboardEvent) -> bool {
    let with_others = event.ctrl_key() || event.meta_key() || event.alt_key();
    with_others || event.default_prevented() || browser::window::is_typing()
}
