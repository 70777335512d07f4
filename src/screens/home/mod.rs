//! Home answers in one second: is everything safe, what is happening, what is needed.

mod asked;
mod closing;
mod folders;
mod hero;
mod inviting;
mod leaving;
mod now;
mod requests;
mod runs;
mod status;

use leptos::html;
use leptos::prelude::*;

use crate::shell::arrive;
use crate::shown::Model;
pub use closing::keep_awake;
use folders::ByFolder;
use hero::Hero;
pub use hero::Lamp;
use inviting::Inviting;
use leaving::Leaving;
use now::Now;
use requests::Requests;
use runs::LastRuns;
pub use runs::icon as wake_icon;
pub use status::Status;

#[component]
pub fn Home(model: Model) -> impl IntoView {
    let heading = NodeRef::<html::H1>::new();
    arrive("Home".to_owned().into(), heading);
    let is_any = model.is(|view| !view.folders.is_empty());
    view! {
        <div class="screen">
            <Hero model heading />
            <Show when=move || is_any.get()>
                <Numbers model />
            </Show>
            <div class="now-and-needs">
                <Now model />
                <div class="requests">
                    <Requests model />
                    <Inviting model />
                    <Leaving model />
                </div>
            </div>
            <Show when=move || is_any.get()>
                <ByFolder model />
                <LastRuns model />
            </Show>
        </div>
    }
}

use crate::address::{Listing, Section};
use crate::words::numbers::count;
use engine::{Filter, Tally};
use kit::{Glyph, Icon, Mark, Standing};

/// The four numbers, each a link to its files. They always add up.
#[component]
fn Numbers(model: Model) -> impl IntoView {
    let listed = |filter| Listing::Files(filter).address();
    let photos = Section::Photos.address().to_owned();
    view! {
        <div class="numbers">
            {number(model, Standing::Protected, photos, |tally| tally.protected)}
            {number(model, Standing::Remaining, listed(Filter::Remaining), |tally| tally.remaining)}
            {number(model, Standing::Skipped, listed(Filter::Skipped), |tally| tally.skipped)}
            {number(model, Standing::Problems, listed(Filter::Problems), |tally| tally.problems)}
        </div>
    }
}

fn number(model: Model, standing: Standing, href: String, of: fn(&Tally) -> u64) -> impl IntoView {
    let number = model.view(move |view| of(&view.tally));
    view! {
        <a href=href class:none=move || number.get() == 0>
            <b>{move || count(number.get())}</b>
            " "
            <span><Mark standing />{move || standing.named(number.get())}<Glyph icon=Icon::Right small=true /></span>
        </a>
    }
}
