//! A report for support, made on request.

use engine::Incident;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::{Model, Shown};
use crate::words::report::{Names, Surroundings, report};
use browser::channel::ToEngine;
use browser::window;
use kit::{Button, Card, Inside, Row, Switch};

#[component]
pub fn Report(model: Model) -> impl IntoView {
    let names = RwSignal::new(false);
    let asked = RwSignal::new(false);
    let copied = RwSignal::new(None);
    // The answer to the click on the button.
    Effect::new(move |_| {
        if let Some(incidents) = model.incidents.get()
            && asked.get_untracked()
        {
            asked.set(false);
            copy(model, &incidents, names.get_untracked(), copied);
        }
    });
    let ask = move || {
        asked.set(true);
        model.say(ToEngine::Incidents);
    };
    view! {
        <Card inside=Inside::Rows>
            <Row
                name="Report".to_owned()
                about="It says what this browser can do, how the backup is going and what went wrong recently. It is only copied: you decide who gets it.".to_owned()
            >
                <span role="status" class="soft small">{move || copied.get()}</span>
                <Button press=ask>"Copy report"</Button>
            </Row>
            <Switch
                id="report-names"
                name="Include names of files and folders"
                hint="Without them, the report says only how many there are."
                on=names
                turn=move |on| names.set(on)
            />
        </Card>
    }
}

fn copy(model: Model, incidents: &[Incident], names: bool, copied: RwSignal<Option<&'static str>>) {
    let names = if names { Names::Told } else { Names::LeftOut };
    let surroundings = Surroundings {
        version: env!("CARGO_PKG_VERSION"),
        browser: window::user_agent(),
        abilities: window::abilities(),
        now: browser::now(),
    };
    let text = model.shown.with_untracked(|shown| match shown {
        Shown::View(view) => Some(report(&surroundings, view, incidents, names, window::iso_time)),
        Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => None,
    });
    let Some(text) = text else { return };
    spawn_local(async move {
        let done = window::copy(&text).await;
        copied.set(Some(if done { "Copied." } else { "The browser did not allow copying." }));
    });
}
