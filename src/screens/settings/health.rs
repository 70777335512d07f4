//! The chain of conditions for a backup while Safelight is closed, link by link, and a test of it.

use browser::window::{self, PushFault, PushLook, local_time};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::clock::{local_minute, minute_of, time_of, utc_minute};
use crate::screens::folders::{HiddenLooks, allow};
use crate::shown::{Model, Shown};
use crate::words::health::{
    Link, Mend, Notifications, Pushes, Seen, State, System, chain, hindrance, tested,
};
use kit::{Badge, Button, Card, Inside, Size, Skeleton, Tone};

/// What the last look at the browser found, and any error since then.
#[derive(Clone, Copy)]
struct Look {
    model: Model,
    chain: RwSignal<Option<window::Chain>>,
    push: RwSignal<Option<PushLook>>,
    trouble: RwSignal<Option<String>>,
}

#[component]
pub fn Health(model: Model) -> impl IntoView {
    let look =
        Look { model, chain: RwSignal::new(None), push: RwSignal::new(None), trouble: RwSignal::new(None) };
    model.keep_runs();
    Effect::new(move |_| {
        // These affect what the browser allows.
        model.install.track();
        model.waking.track();
        look.again();
    });
    view! {
        <section class="health" aria-label="Background health">
            <Links look />
            <HiddenLooks model />
            <Test look />
        </section>
    }
}

#[component]
fn Links(look: Look) -> impl IntoView {
    let links = Memo::new(move |_| look.links());
    let is_known = move || links.with(|links| !links.is_empty());
    view! {
        <Show when=is_known fallback=|| view! { <Skeleton height="3.25rem" count=8 /> }>
            <Card inside=Inside::Rows>
                <ul class="chain">{move || links.get().into_iter().map(|link| line(look, link)).collect_view()}</ul>
            </Card>
        </Show>
        <p class="fault under" role="alert">{move || look.trouble.get()}</p>
    }
}

fn line(look: Look, link: Link) -> impl IntoView {
    let Link { name, state, says, mend } = link;
    let button = mend.map(|mend| {
        let label = format!("{}: {name}", mend.name());
        view! { <Button size=Size::Small label press=move || look.mend(mend)>{mend.name()}</Button> }
    });
    let tone = if state == State::Bad { Tone::Asks } else { Tone::Remark };
    view! {
        <li class="item link" data-state=state.name()>
            <div class="grow">
                <span class="name">
                    <span class="path">{name}</span>
                    <span class="state"><Badge tone>{state.words()}</Badge></span>
                </span>
                <p class="reason">{says}</p>
            </div>
            {button}
        </li>
    }
}

#[component]
fn Test(look: Look) -> impl IntoView {
    let said = RwSignal::new(None::<String>);
    let model = look.model;
    let is_pushed = move || look.pushed().is_some();
    let test = move || {
        spawn_local(async move {
            said.set(Some(if window::test_background().await { CLOSE_NOW } else { NOBODY }.into()))
        });
    };
    let push = move || {
        spawn_local(async move {
            said.set(Some(if window::try_push().await { CLOSE_SOON } else { NO_PUSH }.into()))
        });
    };
    let hindered = model.view(move |view| hindrance(view, model.waking.get()).map(str::to_owned));
    let is_hindered = Signal::derive(move || hindered.with(Option::is_some));
    let last = Memo::new(move |_| model.runs.with(|runs| tested(runs, &local_time)));
    view! {
        <h2 class="group-head">"Test it"</h2>
        <Card inside=Inside::Rows>
            <div class="item">
                <div class="grow">
                    <span class="name">"Background backup"</span>
                    <p data-testid="tested">{move || last.get().map(|last| format!("Last test: {last}"))}</p>
                    <p role="status" data-testid="test">{move || hindered.get().or(said.get())}</p>
                </div>
                <Button disabled=is_hindered press=test>"Test background backup now"</Button>
                <Show when=is_pushed>
                    <Button disabled=is_hindered press=push>"Have the server wake it in ten seconds"</Button>
                </Show>
            </div>
            <Daily look />
        </Card>
    }
}

/// A time of day at which the server wakes the app, whether or not the device was silent.
#[component]
fn Daily(look: Look) -> impl IntoView {
    let value = move || look.pushed()?.daily_at.map(|minute| time_of(local_minute(minute)));
    let change = move |event| {
        let minute = minute_of(&event_target_value(&event)).map(utc_minute);
        spawn_local(async move {
            let done = window::push_daily(minute).await;
            look.trouble.set((!done).then(|| NO_ANSWER.into()));
            look.again();
        });
    };
    view! {
        <div class="item" hidden=move || look.pushed().is_none()>
            <div class="grow">
                <label class="name" for="daily">"Have the server wake it every day at"</label>
                <p>"Clear the field to stop this. The time shifts by an hour with daylight saving."</p>
            </div>
            <input id="daily" class="input" type="time" prop:value=move || value().unwrap_or_default() on:change=change />
        </div>
    }
}

impl Look {
    /// In two separate tasks, because a browser without a service worker is slow to report that.
    fn again(self) {
        spawn_local(async move { self.chain.set(Some(window::chain().await)) });
        spawn_local(async move { self.push.set(Some(window::push_state().await)) });
    }

    /// The subscription, if there is one.
    fn pushed(self) -> Option<window::PushState> {
        self.push.with(|push| match push {
            Some(PushLook::State(state)) if state.subscribed => Some(state.clone()),
            Some(PushLook::State(_) | PushLook::NoAnswer | PushLook::Missing) | None => None,
        })
    }

    fn links(self) -> Vec<Link> {
        let Some(seen) = self.chain.get().map(|seen| self.seen(&seen)) else { return Vec::new() };
        self.model.shown.with(|shown| match shown {
            Shown::View(view) => self.model.runs.with(|runs| chain(view, runs, &seen, &local_time)),
            Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => Vec::new(),
        })
    }

    fn seen(self, chain: &window::Chain) -> Seen {
        Seen {
            is_app: chain.is_app,
            can_install: self.model.install.with(Option::is_some),
            is_storage_kept: chain.is_storage_kept,
            has_service_worker: chain.has_service_worker,
            version: chain.version.clone(),
            new_version_waits: self.model.new_version.with(Option::is_some),
            notifications: match chain.notifications {
                window::Notifications::Allowed => Notifications::Allowed,
                window::Notifications::Refused => Notifications::Refused,
                window::Notifications::NotAsked => Notifications::NotAsked,
                window::Notifications::Missing => Notifications::Missing,
            },
            waking: self.model.waking.get(),
            pushes: match self.push.get() {
                None => Pushes::Unknown,
                Some(PushLook::Missing) => Pushes::Missing,
                Some(PushLook::NoAnswer) => Pushes::NoAnswer,
                Some(PushLook::State(state)) if state.subscribed => Pushes::On(state.outcome),
                Some(PushLook::State(state)) if state.endpoint.is_some() => Pushes::Gone,
                Some(PushLook::State(_)) => Pushes::Off,
            },
            can_leave: window::can_leave_to_browser(),
            system: System::of(&window::user_agent()),
        }
    }

    fn mend(self, mend: Mend) {
        self.trouble.set(None);
        match mend {
            Mend::Allow(folder) => return allow(self.model, folder),
            Mend::Install => return self.model.offer_to_install(),
            Mend::KeepStorage | Mend::Notify | Mend::BeginPushes | Mend::EndPushes => {}
        }
        spawn_local(async move {
            self.trouble.set(self.mended(mend).await.err());
            self.model.may_notify.set(window::may_notify(false).await);
            self.again();
        });
    }

    async fn mended(self, mend: Mend) -> Result<(), String> {
        let said = |done: bool, or: &str| if done { Ok(()) } else { Err(or.to_owned()) };
        match mend {
            Mend::KeepStorage => {
                said(window::ask_to_persist().await, "The browser did not agree. It does for installed apps.")
            }
            Mend::Notify => said(window::may_notify(true).await, REFUSED),
            Mend::EndPushes => said(window::end_pushes().await, NO_ANSWER),
            Mend::BeginPushes => {
                let Some(PushLook::State(state)) = self.push.get_untracked() else {
                    return Err(NO_ANSWER.into());
                };
                window::begin_pushes(&state).await.map_err(|fault| match fault {
                    PushFault::NotAllowed => REFUSED.into(),
                    PushFault::NoAnswer => NO_ANSWER.into(),
                    PushFault::NoService(why) => {
                        format!("The browser's push service cannot be used; it may be switched off. ({why})")
                    }
                })
            }
            Mend::Allow(_) | Mend::Install => Ok(()),
        }
    }
}

const CLOSE_NOW: &str = "Close Safelight now, with all its windows and tabs, within a minute. A few seconds later \
    it is woken and backs up as if you had been away. Open it again after half a minute: the result appears here, \
    with its time.";
const CLOSE_SOON: &str = "Close Safelight, with all its windows and tabs, within half a minute. The push comes in \
    ten seconds and waits for that. Open it again after a minute: the result appears at “Woken by your server”, \
    with its time.";
const NOBODY: &str = "There is nothing to wake: see above for what is missing.";
const NO_PUSH: &str = "Your server did not send a push: it may be unreachable, or the push service asked it to wait. \
    Try again later.";
const REFUSED: &str =
    "The browser blocks notifications here: see the site's settings, to the left of the address.";
const NO_ANSWER: &str = "Your server did not answer. Try again.";
