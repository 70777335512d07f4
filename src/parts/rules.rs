//! The rules that hold files back. Each is off until the person turns it on, except the one for mobile data.

use browser::window::can_see_power;
use engine::{GateRules, Intent, QuietHours, VideosInBackground};
use leptos::prelude::*;

use crate::parts::settings::{Choice, Switch};
use crate::shown::Model;

#[component]
pub fn Rules(model: Model) -> impl IntoView {
    let sheet = Sheet::open(model);
    let rules = sheet.rules;
    let change = move |change: fn(&mut GateRules, bool), on| sheet.change(|rules| change(rules, on));
    view! {
        <details class="rules">
            <summary>"Rules for when files may be sent"</summary>
            <Switch
                id="metered-photos"
                name="Photos over mobile data"
                hint="Also while the browser’s Data Saver is on. Desktop browsers usually do not report whether a \
                    connection is metered."
                on=Memo::new(move |_| rules.get().metered_photos)
                turn=move |on| change(|rules, on| rules.metered_photos = on, on)
            />
            <Switch
                id="metered-videos"
                name="Videos over mobile data"
                hint="They are by far the largest."
                on=Memo::new(move |_| rules.get().metered_videos)
                turn=move |on| change(|rules, on| rules.metered_videos = on, on)
            />
            // Where the battery cannot be read, this rule would hold everything back forever.
            <Show when=move || can_see_power() || rules.get().only_charging>
                <Switch
                    id="charging"
                    name="Only while charging"
                    hint="While Safelight is closed, it relies on what it saw within the last half hour."
                    on=Memo::new(move |_| rules.get().only_charging)
                    turn=move |on| change(|rules, on| rules.only_charging = on, on)
                />
            </Show>
            <Show when=move || can_see_power() || rules.get().battery_floor.is_some()>
                <Battery sheet />
            </Show>
            <Quiet sheet />
            <Videos sheet />
        </details>
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

const FLOORS: [&str; 4] = ["20", "30", "50", "80"];

#[component]
fn Battery(sheet: Sheet) -> impl IntoView {
    let value = Signal::derive(move || sheet.rules.get().battery_floor.unwrap_or_default().to_string());
    let choose = move |chosen: String| {
        sheet.change(|rules| rules.battery_floor = chosen.parse().ok().filter(|floor| *floor > 0));
    };
    let choices = FLOORS.map(|floor| (floor, format!("At {floor}%")));
    view! {
        <Choice id="battery" name="Stop when the battery is low" hint="Unless it is charging." value choose>
            <option value="0">"Never"</option>
            {choices.map(|(floor, name)| view! { <option value=floor>{name}</option> })}
        </Choice>
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
    view! {
        <Choice
            id="videos"
            name="Videos in the background"
            hint="The browser allows a few minutes at a time. If your server keeps partial uploads, a long video \
                resumes where it stopped."
            value
            choose
        >
            <option value="never">"Never"</option>
            <option value="resumable">"If they can resume"</option>
            <option value="always">"Always"</option>
        </Choice>
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
        <div class="row hours" role="group" aria-labelledby="quiet" hidden=move || hours().is_none()>
            <label>
                "From "
                <input
                    type="time"
                    prop:value=move || hours().map(|hours| time_of(hours.from))
                    on:change=move |event| edit(event, |hours| &mut hours.from)
                />
            </label>
            <label>
                "to "
                <input
                    type="time"
                    prop:value=move || hours().map(|hours| time_of(hours.to))
                    on:change=move |event| edit(event, |hours| &mut hours.to)
                />
            </label>
        </div>
    }
}

/// Parses "22:05", the value format of a time input.
pub fn minute_of(time: &str) -> Option<u16> {
    let (hour, minute) = time.split_once(':')?;
    Some(hour.parse::<u16>().ok()? * 60 + minute.get(..2)?.parse::<u16>().ok()?)
}

pub fn time_of(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}
