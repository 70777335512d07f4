//! A screen: its heading, its title in the window, and the focus when the person arrives.

use leptos::html;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::address::Section;

/// Whether the first screen has been shown. Only later ones take the focus, because at the start it belongs to the
/// browser.
#[derive(Clone, Copy)]
struct Arrived(StoredValue<bool>);

/// Called once, above all screens.
pub fn begin() {
    provide_context(Arrived(StoredValue::new(false)));
    browser::window::keep_scroll();
}

/// Where a screen lies below another one: address and name.
#[derive(Clone)]
pub struct Back(pub String, pub &'static str);

/// The children are its body. `lead` is a line below the heading. Where there is room, a screen that belongs to a
/// `group` is headed by its group's name, because the list beside it shows its own.
#[component]
pub fn Screen(
    #[prop(into)] title: Signal<String>,
    #[prop(optional, into)] lead: MaybeProp<String>,
    #[prop(optional, into)] group: MaybeProp<String>,
    #[prop(optional_no_strip)] back: Option<Back>,
    #[prop(optional, into)] actions: Option<ViewFn>,
    children: Children,
) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    arrive(title, heading);
    let is_grouped = group.get_untracked().is_some();
    let back_class = if is_grouped { "back only-narrow" } else { "back" };
    let back = back.map(|Back(address, name)| {
        view! {
            <a class=back_class href=address>
                <kit::Glyph icon=kit::Icon::Left small=true />
                {name}
            </a>
        }
    });
    view! {
        <div class="screen">
            <header class="head">
                <div>
                    {back}
                    <h1 node_ref=heading tabindex="-1">
                        <span class="only-wide" hidden=!is_grouped>{move || group.get()}</span>
                        <span class:only-narrow=is_grouped>{title}</span>
                    </h1>
                    <p class="soft">{move || lead.get()}</p>
                </div>
                {actions.map(|actions| actions.run())}
            </header>
            {children()}
        </div>
    }
}

/// Names the window after the screen, and takes the focus to its heading.
pub fn arrive(title: Signal<String>, heading: NodeRef<html::H1>) {
    let path = use_location().pathname;
    // A photo opens and closes over the others, and gives the focus back to where it was.
    let path = Memo::new(move |_| {
        let photos = Section::Photos.address();
        path.with(|path| if path.starts_with(photos) { photos.to_owned() } else { path.clone() })
    });
    let Arrived(arrived) = expect_context();
    Effect::new(move |_| document().set_title(&format!("{} · Safelight", title.get())));
    Effect::new(move |_| {
        path.with(|_| ());
        let Some(heading) = heading.get() else { return };
        if arrived.get_value() {
            browser::window::focus_quietly(&heading);
        }
        arrived.set_value(true);
        browser::window::restore_scroll();
    });
}
