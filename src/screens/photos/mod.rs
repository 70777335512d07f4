//! The photos on the server, by month. Months far outside the viewport are empty boxes of the right height, so twenty
//! years of photos cost no more than one screen of them.

mod viewer;

use std::sync::Arc;

use browser::window::{Gallery, Month, NearSight, Photo, gallery, months, photos_of, when_resized};
use leptos::html::Div;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_split::wasm_split;

use super::later::{Loaded, later};
use crate::address::Section;
use crate::shell::Screen;
use crate::words::library::{kind_of, month_of};
use crate::words::numbers::files;
use kit::{Button, EmptyState, Icon, Skeleton};
use viewer::{Viewed, Viewer};

/// A month is rendered in blocks of this many photos, since it may have a thousand.
const PHOTOS_IN_BLOCK: usize = 120;
/// The approximate width of a tile with its gap. It is never wider than a third of the window.
const TILE_PIXELS: i32 = 132;
const FEWEST_COLUMNS: i32 = 3;

/// The grid of tiles for the width of the window.
#[derive(Clone, Copy, PartialEq)]
struct Layout {
    columns: i32,
    tile_pixels: i32,
}

/// What the server answered about the months.
#[derive(Clone, PartialEq)]
enum MonthsAnswer {
    Nothing,
    Months(Vec<Month>),
    Immich(Option<String>),
    NoAnswer,
}

async fn hear() -> MonthsAnswer {
    match gallery().await {
        Some(Gallery::Ours) => months().await.map_or(MonthsAnswer::NoAnswer, MonthsAnswer::Months),
        Some(Gallery::Immich(address)) => MonthsAnswer::Immich(address),
        None => MonthsAnswer::NoAnswer,
    }
}

#[component]
pub fn Photos() -> impl IntoView {
    let heard = RwSignal::new(MonthsAnswer::Nothing);
    let ask = move || {
        heard.set(MonthsAnswer::Nothing);
        spawn_local(async move {
            let answer = hear().await;
            // The screen may be gone by then.
            _ = heard.try_set(answer);
        });
    };
    ask();
    let body = move || match heard.get() {
        MonthsAnswer::Months(months) if !months.is_empty() => later(grid(months)).into_any(),
        MonthsAnswer::Nothing => view! { <Skeleton height="8.75rem" count=4 /> }.into_any(),
        MonthsAnswer::Months(_) => {
            let about = "Once a file is backed up, it appears here.".to_owned();
            view! { <EmptyState icon=Icon::Photos title="No photos yet".to_owned() about /> }.into_any()
        }
        MonthsAnswer::NoAnswer => view! {
            <EmptyState icon=Icon::Photos title="Your server did not answer".to_owned()>
                <Button press=ask>"Ask again"</Button>
            </EmptyState>
        }
        .into_any(),
        MonthsAnswer::Immich(address) => view! { <ElsewhereShown address /> }.into_any(),
    };
    view! { <Screen title=Section::Photos.name().to_owned()>{body}</Screen> }
}

/// Immich shows its photos itself.
#[component]
fn ElsewhereShown(address: Option<String>) -> impl IntoView {
    let about =
        if address.is_some() { "" } else { "Set “External domain” in Immich to see its address here." };
    let link = address.map(|address| view! { <a href=address.clone()>{address.clone()}</a> });
    view! {
        <EmptyState icon=Icon::Photos title="Immich shows them itself".to_owned() about=about.to_owned()>{link}</EmptyState>
    }
}

#[wasm_split(photos, wasm_split_path = ::leptos::wasm_split, fallible)]
fn grid(months: Vec<Month>) -> Loaded {
    Ok(view! { <Months months /> }.into_any())
}

#[component]
fn Months(months: Vec<Month>) -> impl IntoView {
    let viewed = Viewed::follow_address();
    let grid = NodeRef::<Div>::new();
    let layout = RwSignal::new(Layout::within(TILE_PIXELS * FEWEST_COLUMNS));
    let measure = move || {
        if let Some(grid) = grid.get_untracked() {
            layout.set(Layout::within(grid.client_width()));
        }
    };
    Effect::new(move |_| {
        grid.track();
        measure();
    });
    let resized = StoredValue::new_local(when_resized(measure));
    on_cleanup(move || resized.update_value(|resized| drop(resized.take())));
    view! {
        <div class="months" node_ref=grid>
            {months.into_iter().map(|month| view! { <MonthPart month layout viewed /> }).collect_view()}
        </div>
        <Viewer viewed />
    }
}

impl Layout {
    fn within(pixels: i32) -> Layout {
        let columns = (pixels / TILE_PIXELS).max(FEWEST_COLUMNS);
        Layout { columns, tile_pixels: pixels / columns }
    }

    fn height_of(self, photos: usize) -> usize {
        photos.div_ceil(self.columns as usize) * self.tile_pixels as usize
    }
}

#[component]
fn MonthPart(month: Month, layout: RwSignal<Layout>, viewed: Viewed) -> impl IntoView {
    let Month { start, count } = month;
    let title = month_of(&start);
    let photos = RwSignal::new(None::<Arc<Vec<Photo>>>);
    let asked = StoredValue::new(false);
    let ask = move || {
        if !asked.get_value() {
            asked.set_value(true);
            let start = start.clone();
            spawn_local(async move {
                let heard = photos_of(&start).await;
                // After a failure, ask again when the month comes near again.
                asked.set_value(heard.is_some());
                photos.set(heard.map(Arc::new));
            });
        }
    };
    let blocks = (0..count).step_by(PHOTOS_IN_BLOCK).map(|from| {
        let ask = ask.clone();
        let to = (from + PHOTOS_IN_BLOCK).min(count);
        view! { <Block from to layout photos ask=move || ask() viewed /> }
    });
    view! {
        <section>
            <h2>{title}<span class="hint">{files(count as u64)}</span></h2>
            {blocks.collect_view()}
        </section>
    }
}

#[component]
fn Block(
    from: usize,
    to: usize,
    layout: RwSignal<Layout>,
    photos: RwSignal<Option<Arc<Vec<Photo>>>>,
    ask: impl Fn() + 'static,
    viewed: Viewed,
) -> impl IntoView {
    let place = NodeRef::<Div>::new();
    let near = RwSignal::new(false);
    let sight = StoredValue::new_local(None);
    let ask = StoredValue::new_local(ask);
    Effect::new(move |_| {
        let Some(place) = place.get() else { return };
        let watched = NearSight::watch(&place, move |is_near| {
            near.set(is_near);
            if is_near {
                ask.with_value(|ask| ask());
            }
        });
        sight.set_value(watched);
    });
    on_cleanup(move || sight.update_value(|sight| drop(sight.take())));
    let height = move || layout.get().height_of(to - from);
    let tiles = move || {
        photos.with(|photos| {
            let photos = photos.as_ref().filter(|_| near.get())?;
            let tile = |at: usize| photos.get(at).map(|photo| tile(photo, at, Arc::clone(photos), viewed));
            Some((from..to).filter_map(tile).collect_view())
        })
    };
    view! {
        <div class="tiles" node_ref=place style=("--columns", move || layout.get().columns.to_string())
            style=("--tile", move || format!("{}px", layout.get().tile_pixels))
            style=("min-height", move || format!("{}px", height()))
        >
            {tiles}
        </div>
    }
}

fn tile(photo: &Photo, at: usize, photos: Arc<Vec<Photo>>, viewed: Viewed) -> impl IntoView + use<> {
    let Photo { id, name, is_image, .. } = photo.clone();
    let (none, kind) = (RwSignal::new(!is_image), kind_of(&name));
    view! {
        <button class="tile" aria-label=name on:click=move |_| viewed.open(Arc::clone(&photos), at)>
            <Show when=move || !none.get() fallback=move || view! { <span class="hint">{kind.clone()}</span> }>
                <img src=format!("/api/assets/{id}/thumbnail") alt="" loading="lazy" on:error=move |_| none.set(true) />
            </Show>
        </button>
    }
}
