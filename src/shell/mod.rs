//! The frame of every screen: the navigation, what is said on top of it, and the target for drops. Each screen stands
//! in its `main`.

pub mod dropping;
mod going;
pub mod held;
mod keys;
mod navigation;
mod notices;
mod screen;
mod spoken;

use leptos::prelude::*;

use crate::shown::Model;
pub use dropping::DropTarget;
pub use going::Go;
use held::Held;
use keys::Keys;
use navigation::Navigation;
use notices::Notices;
pub use screen::{Back, Screen, arrive, begin};
use spoken::{ShortHeadline, Spoken};

/// The children are the screens.
#[component]
pub fn Shell(model: Model, children: Children) -> impl IntoView {
    view! {
        <a class="skip button primary" href="#main" rel="external">"Skip to content"</a>
        <div class="shell">
            <Navigation model />
            <main id="main" class="main" tabindex="-1">
                <ShortHeadline model />
                {children()}
            </main>
        </div>
        <div class="toasts">
            <Held model />
            <Notices model />
        </div>
        <Spoken model />
        <Keys />
    }
}
