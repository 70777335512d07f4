//! The last runs as a strip.

use browser::window::local_time;
use engine::{Run, Wake};
use leptos::prelude::*;

use crate::address::Listing;
use crate::shown::Model;
use crate::words::history;
use kit::{Glyph, Icon};

const SHOWN: usize = 4;

#[component]
pub fn LastRuns(model: Model) -> impl IntoView {
    model.keep_runs();
    let is_any = move || model.runs.with(|runs| !runs.is_empty());
    // The history is heard of when a run begins or ends; the view knows how far the current one is.
    let current = model.view(|view| view.run.clone());
    let last = move || {
        let mut runs = model.runs.with(|runs| runs.iter().take(SHOWN).cloned().collect::<Vec<_>>());
        if let (Some(first), Some(now)) = (runs.first_mut(), current.get())
            && first.began == now.began
        {
            *first = now;
        }
        runs
    };
    view! {
        <Show when=is_any>
            <section class="section" aria-labelledby="last-runs">
                <div class="section-head">
                    <h2 id="last-runs">"Last runs"</h2>
                    <a href=Listing::History.address()>"All runs"</a>
                </div>
                <div class="runs-strip">{move || last().into_iter().map(line).collect_view()}</div>
            </section>
        </Show>
    }
}

fn line(run: Run) -> impl IntoView {
    let when = if run.ended.is_none() { "Now".to_owned() } else { local_time(run.began) };
    view! {
        <a href=Listing::History.address()>
            <Glyph icon=icon(run.woken_by) />
            <b>{when}</b>
            <span>{history::wake(run.woken_by)}</span>
            <span>{history::in_short(&run)}</span>
        </a>
    }
}

/// What woke a run.
pub fn icon(wake: Wake) -> Icon {
    match wake {
        Wake::Opened | Wake::Resumed | Wake::SignedIn | Wake::NetworkBack => Icon::Window,
        Wake::Asked | Wake::Tested => Icon::Cursor,
        Wake::FolderAdded | Wake::FolderBack | Wake::FilesChanged => Icon::Folder,
        Wake::Scheduled => Icon::Again,
        Wake::Sync | Wake::PeriodicSync | Wake::Left | Wake::Fetched => Icon::Moon,
        Wake::Push => Icon::Server,
    }
}
