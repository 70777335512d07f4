//! The files that are being read and uploaded right now.

use engine::{FileId, Stage};
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::numbers::bytes;

#[component]
pub fn Activity(model: Model) -> impl IntoView {
    let active = model.view(|view| view.active.clone());
    view! {
        <Show when=move || active.with(|active| !active.is_empty())>
            <section class="activity" aria-labelledby="now">
                <h2 id="now">"Now"</h2>
                <ul>
                    <For
                        each=move || active.get()
                        key=|job| (job.file, job.stage == Stage::Sending)
                        children=move |job| view! { <Job model file=job.file path=job.path stage=job.stage size=job.size /> }
                    />
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Job(model: Model, file: FileId, path: String, stage: Stage, size: u64) -> impl IntoView {
    let done = model.view(move |view| {
        view.active.iter().find(|job| job.file == file && job.stage == stage).map_or(0, |job| job.done)
    });
    let verb = match stage {
        Stage::Reading => "Reading",
        Stage::Sending => "Sending",
    };
    let name = path.rsplit('/').next().unwrap_or(&path).to_owned();
    let progress = move || format!("{} of {}", bytes(done.get()), bytes(size));
    view! {
        <li>
            <span class="verb">{verb}</span>
            <span class="path" title=path.clone()>{name.clone()}</span>
            <progress
                max=size.to_string()
                prop:value=move || done.get() as f64
                aria-label=format!("{verb} {name}")
            ></progress>
            <span class="amount">{progress}</span>
        </li>
    }
}
