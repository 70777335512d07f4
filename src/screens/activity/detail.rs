//! Everything about one file, and what can be done with it.

use browser::window::{clock_time, local_time};
use engine::{Chosen, Intent, Problem, Reason, RowView, SkipReason};
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::numbers::bytes;
use crate::words::reasons;
use kit::{Button, Dialog};

/// The file that was opened last. Its words stay while the dialog closes.
#[derive(Clone, Copy)]
pub struct Opened {
    row: RwSignal<Option<RowView>>,
    open: RwSignal<bool>,
}

impl Opened {
    pub fn new() -> Opened {
        Opened { row: RwSignal::new(None), open: RwSignal::new(false) }
    }

    pub fn show(self, row: Option<RowView>) {
        self.open.set(row.is_some());
        self.row.set(row);
    }
}

#[component]
pub fn Detail(model: Model, opened: Opened) -> impl IntoView {
    let Opened { row: opened, open } = opened;
    let title = Signal::derive(move || {
        opened.with(|row| {
            row.as_ref()
                .map_or_else(String::new, |row| row.path.rsplit('/').next().unwrap_or_default().into())
        })
    });
    let about = Signal::derive(move || {
        opened
            .with(|row| row.as_ref().map_or_else(String::new, |row| reasons::reason(&row.reason, clock_time)))
    });
    let act = move |intent: fn(Chosen) -> Intent| {
        if let Some(row) = opened.get_untracked() {
            model.dispatch(intent(Chosen::Files(vec![row.id])));
        }
        open.set(false);
    };
    let can =
        move |what: fn(Reason) -> bool| opened.with(|row| row.as_ref().is_some_and(|row| what(row.reason)));
    view! {
        <Dialog id="file" open title about>
            <dl class="facts">{move || opened.get().map(facts)}</dl>
            <Show when=move || can(may_be_retried)>
                <Button press=move || act(Intent::Retry)>"Try again"</Button>
            </Show>
            <Show when=move || can(may_be_skipped)>
                <Button press=move || act(Intent::Skip)>"Skip this file"</Button>
            </Show>
            <Show when=move || can(may_be_included)>
                <Button press=move || act(Intent::Include)>"Include again"</Button>
            </Show>
            <Button press=move || open.set(false)>"Close"</Button>
        </Dialog>
    }
}

fn facts(row: RowView) -> impl IntoView {
    let line = |name: &'static str, value: String| view! { <dt>{name}</dt><dd>{value}</dd> };
    let stamp = row.stamp.map(|stamp| {
        view! { {line("Size", bytes(stamp.size))} {line("Last changed", local_time(stamp.modified))} }
    });
    view! { {line("Folder", row.folder)} {line("Path", row.path)} {stamp} }
}

fn may_be_retried(reason: Reason) -> bool {
    match reason {
        Reason::Problem(problem) => problem != Problem::HiddenName,
        Reason::WaitsAfter { .. } => true,
        Reason::Skipped(_) | Reason::NotReadYet | Reason::NotSentYet | Reason::Sending => false,
    }
}

fn may_be_skipped(reason: Reason) -> bool {
    !matches!(reason, Reason::Skipped(_))
}

fn may_be_included(reason: Reason) -> bool {
    reason == Reason::Skipped(SkipReason::Chosen)
}
