//! The button for something that only the person can do.

use browser::channel::ToEngine;
use browser::window::SIGN_IN;
use engine::Filter;
use leptos::prelude::*;

use crate::address::{self, Listing, Page};
use crate::screens::folders::allow;
use crate::shown::Model;
use crate::words::needs::Need;
use kit::{Button, ButtonLink, Size, Weight};

pub fn button_for(model: Model, need: &Need, weight: Weight, size: Size) -> AnyView {
    match *need {
        Need::Permission { folder, .. } => {
            view! { <Button weight size press=move || allow(model, folder)>"Allow access"</Button> }
                .into_any()
        }
        Need::Unreachable { folder, .. } => {
            let again = move || model.say(ToEngine::Regranted(folder));
            view! { <Button weight size press=again>"Check again"</Button> }.into_any()
        }
        Need::Once { folder, .. } | Need::Rules { folder, .. } | Need::Hidden { folder, .. } => {
            view! { <ButtonLink weight size href=address::folder(folder)>"Open folder"</ButtonLink> }
                .into_any()
        }
        Need::Problems { .. } => {
            let list = Listing::Files(Filter::Problems).address();
            view! { <ButtonLink weight size href=list>"See problems"</ButtonLink> }.into_any()
        }
        Need::Settings => {
            view! { <ButtonLink weight size href=Page::Backup.address()>"Open settings"</ButtonLink> }
                .into_any()
        }
        // A page of the server, or of what is in front of it.
        Need::SignIn => {
            view! { <ButtonLink weight size href=SIGN_IN is_elsewhere=true>"Sign in"</ButtonLink> }.into_any()
        }
    }
}
