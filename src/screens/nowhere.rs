//! An address that no screen has.

use leptos::prelude::*;

use crate::address::Section;
use crate::shell::Screen;
use kit::{ButtonLink, EmptyState, Icon};

#[component]
pub fn Nowhere() -> impl IntoView {
    #[cfg(debug_assertions)]
    if window().location().pathname().is_ok_and(|path| path == "/kit") {
        return view! { <kit::shown::KitPage /> }.into_any();
    }
    view! {
        <Screen title="There is nothing here".to_owned()>
            <EmptyState icon=Icon::Search title="This address leads nowhere".to_owned() about="It may be from an older version of Safelight.".to_owned()>
                <ButtonLink href=Section::Home.address()>"Go to Home"</ButtonLink>
            </EmptyState>
        </Screen>
    }
    .into_any()
}
