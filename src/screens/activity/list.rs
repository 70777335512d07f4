//! The files behind a number, listed by name, each with its reason.

use browser::channel::ToEngine;
use browser::window::clock_time;
use engine::{Filter, Intent, Problem, Reason, RowView};
use leptos::prelude::*;

use crate::kit::{Button, Card, EmptyState, Icon, Inside, Size, Skeleton};
use crate::shown::{Model, ROWS_AT_ONCE};
use crate::words::numbers::{bytes, count};
use crate::words::reasons;

#[component]
pub fn Files(model: Model, filter: Filter) -> impl IntoView {
    model.open.set(Some((filter, ROWS_AT_ONCE)));
    on_cleanup(move || model.open.set(None));
    // Requested again whenever the numbers change, so that the list stays current.
    let numbers = model.tally();
    Effect::new(move |_| {
        numbers.track();
        if let Some((filter, count)) = model.open.get() {
            model.say(ToEngine::Rows { filter, from: 0, count });
        }
    });
    let page = Memo::new(move |_| model.rows.get().filter(|page| page.filter == filter));
    let rows = move || page.get().map(|page| page.rows).unwrap_or_default();
    let total = Memo::new(move |_| page.with(|page| page.as_ref().map(|page| page.total)));
    let is_any = move || total.get().is_some_and(|total| total > 0);
    view! {
        <section class="list" aria-label=crate::address::Listing::Files(filter).name()>
            <Show when=is_any fallback=move || view! { <Nothing filter total /> }>
                <Tools model filter total />
                <Card inside=Inside::Rows>
                    <ul>
                        <For each=rows key=|row| (row.id, format!("{:?}", row.reason)) children=move |row| view! { <Line model row /> } />
                    </ul>
                </Card>
                <More model total />
            </Show>
        </section>
    }
}

#[component]
fn Tools(model: Model, filter: Filter, total: Memo<Option<u64>>) -> impl IntoView {
    let can_retry_all = move || filter == Filter::Problems && total.get() > Some(1);
    view! {
        <div class="line tools">
            <Show when=can_retry_all>
                <Button press=move || model.dispatch(Intent::RetryAll)>"Retry all"</Button>
            </Show>
            <Button press=move || model.save_list(Some(filter))>"Save list"</Button>
        </div>
    }
}

#[component]
fn Nothing(filter: Filter, total: Memo<Option<u64>>) -> impl IntoView {
    let (title, about) = match filter {
        Filter::Remaining => (
            "Nothing is waiting",
            "Every file that is to be backed up is protected, or is listed under “Problems”.",
        ),
        Filter::Problems => {
            ("No problems", "Every file that is to be backed up is protected, or is on its way.")
        }
        Filter::Skipped => ("Nothing is skipped", "Every file in your folders is to be backed up."),
        Filter::Hidden => {
            ("No hidden names", "No file is known that your browser hides and that is not protected.")
        }
    };
    view! {
        <Show when=move || total.get().is_some() fallback=|| view! { <div class="tools"><Skeleton height="3.25rem" count=6 /></div> }>
            <EmptyState icon=Icon::Tick title=title.to_owned() about=about.to_owned() />
        </Show>
    }
}

#[component]
fn More(model: Model, total: Memo<Option<u64>>) -> impl IntoView {
    let shown = move || model.open.get().map_or(0, |(_, count)| u64::from(count));
    let is_more = move || total.get().is_some_and(|total| total > shown());
    let show_more = move || {
        model.open.update(|open| {
            if let Some((_, count)) = open {
                *count += ROWS_AT_ONCE;
            }
        });
    };
    view! {
        <Show when=is_more>
            <div class="under">
                <Button press=show_more>{move || format!("Show more of {}", count(total.get().unwrap_or_default()))}</Button>
            </div>
        </Show>
    }
}

#[component]
fn Line(model: Model, row: RowView) -> impl IntoView {
    let retry = matches!(row.reason, Reason::Problem(problem) if problem != Problem::HiddenName);
    let id = row.id;
    let retry = retry.then(|| {
        view! {
            <Button size=Size::Small press=move || model.dispatch(Intent::Retry(id))>"Try again"</Button>
        }
    });
    view! {
        <li class="item">
            <div class="grow">
                <span class="name path">{format!("{}/{}", row.folder, row.path)}</span>
                <p class="reason">{reasons::reason(&row.reason, clock_time)}</p>
            </div>
            <span class="soft small">{row.size.map(bytes)}</span>
            {retry}
        </li>
    }
}
