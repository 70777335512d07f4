//! The rules that hold files back. Each is off until the person turns it on, except the one for mobile data.

use std::num::NonZeroU64;

use browser::window::can_see_power;
use engine::{GateRules, Intent, QuietHours, VideosInBackground};
use leptos::prelude::*;

use super::clock::{minute_of, time_of};
use crate::shown::Model;
use kit::{Card, Inside, Select, Switch};

#[component]
pub fn Sending(model: Model) -> impl IntoView {
    let sheet = Sheet::open(model);
    let rules = sheet.rules;
    view! {
        <h2 class="group-head">"Connection"</h2>
        <Card inside=Inside::Rows>
            <Switch
                id="metered-photos"
                name="Photos over mobile data"
                hint="Also while the browser’s Data Saver is on."
                on=Memo::new(move |_| rules.get().metered_photos)
                turn=move |on| sheet.change(|rules| rules.metered_photos = on)
            />
            <Switch
                id="metered-videos"
                name="Videos over mobile data"
                hint="They are by far the largest."
                on=Memo::new(move |_| rules.get().metered_videos)
                turn=move |on| sheet.change(|rules| rules.metered_videos = on)
            />
            <RateLimit model />
        </Card>
        <p class="hint under">"Desktop browsers usually do not report whether a connection is metered."</p>
        <Power sheet />
        <h2 class="group-head">"Time"</h2>
        <Card inside=Inside::Rows><Quiet sheet /></Card>
        <h2 class="group-head">"In the background"</h2>
        <Card inside=Inside::Rows><Videos sheet /></Card>
    }
}

/// The rules as set here. Includes a change that the view does not show yet, so the next change does not undo it.
#[derive(Clone, Copy)]
struct Sheet {
    model: Model,
    rules: Memo<GateRules>,
    unheard: RwSignal<Option<GateRules>>,
}

impl Sheet {
    fn open(model: Model) -> Sheet {
        let unheard = RwSignal::new(None);
        let heard = model.view(|view| Some(view.settings.gates));
        Effect::new(move |_| {
            if unheard.get().is_some() && heard.get() == unheard.get() {
                unheard.set(None);
            }
        });
        let rules = Memo::new(move |_| unheard.get().or(heard.get()).unwrap_or_default());
        Sheet { model, rules, unheard }
    }

    fn change(self, change: impl FnOnce(&mut GateRules)) {
        let mut rules = self.rules.get_untracked();
        change(&mut rules);
        self.unheard.set(Some(rules));
        self.model.dispatch(Intent::SetGates(rules));
    }
}

/// In megabits per second, as internet contracts state them.
const RATES_MBIT: [u64; 7] = [1, 2, 5, 10, 20, 50, 100];
const BYTES_PER_MBIT: u64 = 125_000;

#[component]
fn RateLimit(model: Model) -> impl IntoView {
    let limit = model.view(|view| view.settings.rate_limit);
    let value = Signal::derive(move || limit.get().map_or(0, |rate| rate.get() / BYTES_PER_MBIT).to_string());
    let choose = move |chosen: String| {
        let mbit: u64 = chosen.parse().unwrap_or(0);
        model.dispatch(Intent::LimitRate(NonZeroU64::new(mbit * BYTES_PER_MBIT)));
    };
    let rates = RATES_MBIT.map(|mbit| (mbit.to_string(), format!("{mbit} Mbit/s")));
    let options = with_first(("0", "No limit"), rates);
    view! {
        <Select id="rate" name="Upload speed" hint="A limit leaves bandwidth for others at home. It takes effect at once." options value choose />
    }
}

fn with_first<const N: usize>(first: (&str, &str), others: [(String, String); N]) -> Vec<(String, String)> {
    std::iter::once((first.0.to_owned(), first.1.to_owned())).chain(others).collect()
}

/// Where the battery cannot be read, these rules would hold everything back forever, so only one that is set is shown.
#[component]
fn Power(sheet: Sheet) -> impl IntoView {
    let rules = sheet.rules;
    let has_charging = move || can_see_power() || rules.get().only_charging;
    let has_floor = move || can_see_power() || rules.get().battery_floor.is_some();
    view! {
        <Show when=move || has_charging() || has_floor()>
            <h2 class="group-head">"Power"</h2>
            <Card inside=Inside::Rows>
                <Show when=has_charging>
                    <Switch
                        id="charging"
                        name="Only while charging"
                        hint="While Safelight is closed, it relies on what it saw within the last half hour."
                        on=Memo::new(move |_| rules.get().only_charging)
                        turn=move |on| sheet.change(|rules| rules.only_charging = on)
                    />
                </Show>
                <Show when=has_floor>
                    <Battery sheet />
                </Show>
            </Card>
        </Show>
    }
}

const FLOORS: [&str; 4] = ["20", "30", "50", "80"];

#[component]
fn Battery(sheet: Sheet) -> impl IntoView {
    let value = Signal::derive(move || sheet.rules.get().battery_floor.unwrap_or_default().to_string());
    let choose = move |chosen: String| {
        sheet.change(|rules| rules.battery_floor = chosen.parse().ok().filter(|floor| *floor > 0));
    };
    let floors = FLOORS.map(|floor| (floor.to_owned(), format!("At {floor}%")));
    let options = with_first(("0", "Never"), floors);
    view! {
        <Select id="battery" name="Stop when the battery is low" hint="Unless it is charging." options value choose />
    }
}

#[component]
fn Videos(sheet: Sheet) -> impl IntoView {
    let value = Signal::derive(move || {
        let chosen = match sheet.rules.get().videos_in_background {
            VideosInBackground::Never => "never",
            VideosInBackground::WhereResumable => "resumable",
            VideosInBackground::Always => "always",
        };
        chosen.to_owned()
    });
    let choose = move |chosen: String| {
        let wanted = match chosen.as_str() {
            "never" => VideosInBackground::Never,
            "always" => VideosInBackground::Always,
            _ => VideosInBackground::WhereResumable,
        };
        sheet.change(|rules| rules.videos_in_background = wanted);
    };
    let others = [("resumable", "If they can resume"), ("always", "Always")];
    let options =
        with_first(("never", "Never"), others.map(|(value, name)| (value.to_owned(), name.to_owned())));
    view! {
        <Select
            id="videos"
            name="Videos in the background"
            hint="The browser allows a few minutes at a time. If your server keeps partial uploads, a long video \
                resumes where it stopped."
            options
            value
            choose
        />
    }
}

/// The default quiet hours: the night.
const NIGHT: QuietHours = QuietHours { from: 22 * 60, to: 7 * 60 };

#[component]
fn Quiet(sheet: Sheet) -> impl IntoView {
    let set = move |hours| sheet.change(|rules| rules.quiet_hours = hours);
    let hours = move || sheet.rules.get().quiet_hours;
    let edit = move |event: web_sys::Event, of: fn(&mut QuietHours) -> &mut u16| {
        let Some(mut hours) = hours() else { return };
        let field: web_sys::HtmlInputElement = event_target(&event);
        match minute_of(&field.value()) {
            Some(minute) => {
                *of(&mut hours) = minute;
                set(Some(hours));
            }
            // If the field was cleared, show the current value again.
            None => field.set_value(&time_of(*of(&mut hours))),
        }
    };
    view! {
        <Switch
            id="quiet"
            name="Quiet hours"
            hint="Nothing is read or sent during these hours. Same start and end: all day."
            on=Memo::new(move |_| hours().is_some())
            turn=move |on: bool| set(on.then_some(NIGHT))
        />
        <div class="item" role="group" aria-labelledby="quiet-name" hidden=move || hours().is_none()>
            <label class="line">
                "From"
                <input
                    class="input"
                    type="time"
                    prop:value=move || hours().map(|hours| time_of(hours.from))
                    on:change=move |event| edit(event, |hours| &mut hours.from)
                />
            </label>
            <label class="line">
                "to"
                <input
                    class="input"
                    type="time"
                    prop:value=move || hours().map(|hours| time_of(hours.to))
                    on:change=move |event| edit(event, |hours| &mut hours.to)
                />
            </label>
        </div>
    }
}
