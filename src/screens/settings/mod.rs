//! The settings, one page for each subject. Switches hold at once.

mod about;
mod appearance;
mod backup;
mod clock;
mod devices;
mod health;
mod notifications;
mod report;
mod sending;

use leptos::prelude::*;
use leptos::wasm_split::wasm_split;
use leptos_router::hooks::use_params_map;

use super::later::{Loaded, later};
use crate::address::{Page, Section};
use crate::shell::{Back, Screen};
use crate::shown::Model;
use engine::Intent;
use kit::{Button, Card, Glyph, Icon, Inside, Row, Weight};

#[component]
pub fn Settings(model: Model) -> impl IntoView {
    let params = use_params_map();
    let page = Memo::new(move |_| {
        let last = params.with(|params| params.get("page").unwrap_or_default());
        Page::called(&last).unwrap_or(Page::Backup)
    });
    // On a phone each page is a screen of its own.
    let title = Signal::derive(move || {
        let page = page.get();
        if page == Page::Backup { Section::Settings.name().to_owned() } else { page.name().to_owned() }
    });
    move || {
        let page = page.get();
        let back = (page != Page::Backup)
            .then(|| Back(Section::Settings.address().into(), Section::Settings.name()));
        view! {
            <Screen title group=Section::Settings.name().to_owned() back=back>
                <div class="settings" data-page=page.last()>
                    <Subjects page />
                    <div class="settings-page">{later(body(model, page))}</div>
                </div>
            </Screen>
        }
    }
}

#[component]
fn Subjects(page: Page) -> impl IntoView {
    let entry = |entry: Page| {
        view! {
            <li>
                <a href=entry.address() aria-current=(entry == page).then_some("page")>
                    {entry.name()}
                    <Glyph icon=Icon::Right small=true />
                </a>
            </li>
        }
    };
    view! {
        <nav class="subnav" aria-label="Settings">
            <ul>{Page::ALL.map(entry).collect_view()}</ul>
        </nav>
    }
}

#[wasm_split(settings, wasm_split_path = ::leptos::wasm_split, fallible)]
fn body(model: Model, page: Page) -> Loaded {
    Ok(match page {
        Page::Backup => view! { <KnownSettings model><backup::Backup model /></KnownSettings> }.into_any(),
        Page::Sending => view! { <KnownSettings model><sending::Sending model /></KnownSettings> }.into_any(),
        Page::Notifications => {
            view! { <KnownSettings model><notifications::Notifications model /></KnownSettings> }.into_any()
        }
        Page::Appearance => view! { <appearance::Appearance /> }.into_any(),
        Page::Devices => view! { <devices::Devices model /> }.into_any(),
        Page::Health => view! { <health::Health model /> }.into_any(),
        Page::About => view! { <about::About model /> }.into_any(),
    })
}

/// The person's choices; or, if they cannot be read, no default in their place.
#[component]
fn KnownSettings(model: Model, children: ChildrenFn) -> impl IntoView {
    let unreadable = model.is(|view| view.settings_unreadable);
    let children = StoredValue::new(children);
    view! {
        <Show when=move || !unreadable.get() fallback=move || view! { <Unreadable model /> }>
            {children.with_value(|children| children())}
        </Show>
    }
}

#[component]
fn Unreadable(model: Model) -> impl IntoView {
    view! {
        <Card inside=Inside::Rows>
            <Row
                name="Your settings can’t be read".to_owned()
                about="They can’t be read from this browser’s storage. To avoid acting against your wishes, Safelight uploads nothing until you start again with the standard settings.".to_owned()
            >
                <Button weight=Weight::Primary press=move || model.dispatch(Intent::ResetSettings)>
                    "Use standard settings"
                </Button>
            </Row>
        </Card>
    }
}
