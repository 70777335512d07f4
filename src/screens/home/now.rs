//! What is happening now: the files on their way, the speed over the last minutes, and the time left.

use engine::{FileId, Headline, Stage};
use gloo::timers::callback::Interval;
use leptos::prelude::*;

use crate::shown::Model;
use crate::words::now::{Speeds, left, so_far};
use crate::words::numbers::bytes;
use kit::{Card, Meter};

const SAMPLE_MS: u32 = 2_000;

#[component]
pub fn Now(model: Model) -> impl IntoView {
    let is_busy = model.is(|view| !view.active.is_empty() || view.headline == Headline::BackingUp);
    view! {
        <Show when=move || is_busy.get()>
            <Running model />
        </Show>
    }
}

#[component]
fn Running(model: Model) -> impl IntoView {
    let account = model.view(so_far);
    let share = model.view(|view| {
        let whole = view.tally.protected_bytes + view.tally.remaining_bytes;
        let moving: u64 =
            view.active.iter().filter(|job| job.stage == Stage::Sending).map(|job| job.done).sum();
        (whole > 0).then(|| {
            let of_whole = |bytes: u64| bytes as f64 / whole as f64;
            (of_whole(view.tally.protected_bytes), of_whole(moving.min(view.tally.remaining_bytes)))
        })
    });
    let part =
        move |of: fn((f64, f64)) -> f64| Signal::derive(move || share.get().map(of).unwrap_or_default());
    view! {
        <section aria-labelledby="now">
            <Card>
                <div class="section-head">
                    <h2 id="now">"Now"</h2>
                    <span class="soft small">{account}</span>
                </div>
                <Meter proven=part(|(proven, _)| proven) moving=part(|(_, moving)| moving) label="Protected share of the bytes" />
                <Jobs model />
                <Speed model />
            </Card>
        </section>
    }
}

#[component]
fn Jobs(model: Model) -> impl IntoView {
    let active = model.view(|view| view.active.clone());
    view! {
        <ul class="jobs">
            <For
                each=move || active.get()
                key=|job| (job.file, job.stage == Stage::Sending)
                children=move |job| view! { <Job model file=job.file path=job.path stage=job.stage size=job.size /> }
            />
        </ul>
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
    let share = Signal::derive(move || done.get() as f64 / size.max(1) as f64);
    view! {
        <li>
            <span class="soft">{verb}</span>
            <span class="clip" title=path>{name}</span>
            <Meter proven=0.0 moving=share />
            <span class="amount">{move || format!("{} of {}", bytes(done.get()), bytes(size))}</span>
        </li>
    }
}

/// The speed over the last five minutes, as far as this page saw it.
#[component]
fn Speed(model: Model) -> impl IntoView {
    let rate = model.view(|view| view.bytes_per_second);
    let left = model.view(left);
    let speeds = RwSignal::new(Speeds::default());
    let sample = move || {
        let rate = rate.get_untracked().unwrap_or_default();
        speeds.update(|speeds| speeds.add(rate));
    };
    let clock = StoredValue::new_local(Some(Interval::new(SAMPLE_MS, sample)));
    on_cleanup(move || clock.update_value(|clock| drop(clock.take())));
    let curve = Memo::new(move |_| speeds.with(Speeds::curve));
    let is_drawn = move || curve.with(|curve| !curve.is_empty());
    view! {
        <div class="facts-now" hidden=move || rate.get().is_none()>
            <div>
                <b>{move || rate.get().map(|rate| format!("{}/s", bytes(rate)))}</b>
                <span class="soft small">{left}</span>
            </div>
            <svg class="plot" viewBox="0 0 300 48" preserveAspectRatio="none" role="img" hidden=move || !is_drawn() aria-label=move || speeds.with(Speeds::words)>
                <path class="area" d=move || curve.with(|curve| if curve.is_empty() { String::new() } else { format!("{curve}V48H0z") }) />
                <path class="curve" d=curve />
            </svg>
            <p class="axis" aria-hidden="true" hidden=move || !is_drawn()>
                <span>{move || speeds.with(Speeds::since)}</span>
                <span>"now"</span>
            </p>
        </div>
    }
}
