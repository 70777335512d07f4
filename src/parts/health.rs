//! The chain that a backup hangs on while Safelight is closed, link by link, and a test of it.

use browser::channel::ToEngine;
use browser::window::{self, PushFault, local_time};
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::parts::folders::allow;
use crate::parts::section_head::SectionHead;
use crate::shown::{Desk, Shown};
use crate::words::health::{Link, Mend, Notifications, Pushes, Seen, System, chain, tested};

/// What was seen of the browser when somebody last looked, and what went wrong since.
#[derive(Clone, Copy)]
struct Look {
    desk: Desk,
    chain: RwSignal<Option<window::Chain>>,
    push: RwSignal<Option<Option<window::PushState>>>,
    trouble: RwSignal<Option<String>>,
}

#[component]
pub fn Health(desk: Desk) -> impl IntoView {
    let shown = desk.is(|view| !view.folders.is_empty());
    let open = RwSignal::new(false);
    let look =
        Look { desk, chain: RwSignal::new(None), push: RwSignal::new(None), trouble: RwSignal::new(None) };
    let toggle = move |()| {
        open.update(|open| *open = !*open);
        if open.get_untracked() {
            desk.say(ToEngine::Runs);
            look.again();
        }
    };
    view! {
        <Show when=move || shown.get()>
            <section class="health" aria-labelledby="health">
                <SectionHead id="health" name="Background health" open toggle />
                <Show when=move || open.get()>
                    <Links look />
                    <Test look />
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn Links(look: Look) -> impl IntoView {
    let links = Memo::new(move |_| look.links());
    view! {
        <div class="list">
            <ul>
                {move || links.get().into_iter().map(|link| line(look, link)).collect_view()}
            </ul>
        </div>
        <p role="alert">{move || look.trouble.get()}</p>
    }
}

fn line(look: Look, link: Link) -> impl IntoView {
    let Link { name, state, says, mend } = link;
    let button = mend.map(|mend| {
        view! { <button on:click=move |_| look.mend(mend)>{mend.name()}</button> }
    });
    view! {
        <li class="link" data-state=state.name()>
            <div>
                <span class="path">{name}</span>
                <span class="state">{state.words()}</span>
                <span class="reason">{says}</span>
            </div>
            {button}
        </li>
    }
}

#[component]
fn Test(look: Look) -> impl IntoView {
    let asked = RwSignal::new(None);
    let desk = look.desk;
    let is_pushed = move || look.push.with(|push| matches!(push, Some(Some(push)) if push.subscribed));
    let test = move |_| spawn_local(async move { asked.set(Some(window::test_background().await)) });
    let push = move |_| spawn_local(async move { asked.set(Some(window::try_push().await)) });
    let said = move || {
        asked.get().map(|asked| if asked {
            "Close Safelight now, every window and tab of it. A few seconds later it is woken and backs up as if you had \
             been away. Open it again after half a minute: what came of it stands here."
        } else {
            "There is nobody to wake: see what is missing above."
        })
    };
    let last = move || desk.runs.with(|runs| tested(runs, &local_time));
    view! {
        <div class="row">
            <button on:click=test>"Test background backup now"</button>
            <button hidden=move || !is_pushed() on:click=push>"Have the server wake it in ten seconds"</button>
        </div>
        <p class="hint" role="status" data-testid="test">{said}</p>
        <p class="hint" data-testid="tested">{move || last().map(|last| format!("The last test.{last}"))}</p>
    }
}

impl Look {
    fn again(self) {
        spawn_local(async move {
            self.chain.set(Some(window::chain().await));
            self.push.set(Some(window::push_state().await));
        });
    }

    fn links(self) -> Vec<Link> {
        let Some(seen) = self.chain.get().map(|seen| self.seen(&seen)) else { return Vec::new() };
        self.desk.shown.with(|shown| match shown {
            Shown::View(view) => self.desk.runs.with(|runs| chain(view, runs, &seen, &local_time)),
            Shown::Opening | Shown::Stopped(_) | Shown::OtherVersion => Vec::new(),
        })
    }

    fn seen(self, chain: &window::Chain) -> Seen {
        Seen {
            is_app: chain.is_app,
            can_install: self.desk.install.with(Option::is_some),
            is_storage_kept: chain.is_storage_kept,
            has_service_worker: chain.has_service_worker,
            new_version_waits: self.desk.new_version.with(Option::is_some),
            notifications: match chain.notifications {
                window::Notifications::Allowed => Notifications::Allowed,
                window::Notifications::Refused => Notifications::Refused,
                window::Notifications::NotAsked => Notifications::NotAsked,
                window::Notifications::Missing => Notifications::Missing,
            },
            waking: self.desk.waking.get(),
            pushes: match self.push.get() {
                None => Pushes::Unknown,
                Some(None) => Pushes::Missing,
                Some(Some(state)) if state.subscribed => Pushes::On(state.outcome),
                Some(Some(_)) => Pushes::Off,
            },
            system: System::of(&window::user_agent()),
        }
    }

    fn mend(self, mend: Mend) {
        self.trouble.set(None);
        match mend {
            Mend::Allow(folder) => return allow(self.desk, folder),
            Mend::Install => return self.desk.offer_to_install(),
            Mend::KeepStorage | Mend::Notify | Mend::BeginPushes | Mend::EndPushes => {}
        }
        spawn_local(async move {
            self.trouble.set(self.mended(mend).await.err());
            self.again();
        });
    }

    async fn mended(self, mend: Mend) -> Result<(), String> {
        let said = |done: bool, or: &str| if done { Ok(()) } else { Err(or.to_owned()) };
        match mend {
            Mend::KeepStorage => said(
                window::ask_to_persist().await,
                "The browser promised nothing. It does for installed apps.",
            ),
            Mend::Notify => said(window::may_notify(true).await, REFUSED),
            Mend::EndPushes => said(window::end_pushes().await, NO_ANSWER),
            Mend::BeginPushes => {
                let Some(Some(state)) = self.push.get_untracked() else { return Err(NO_ANSWER.into()) };
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

const REFUSED: &str =
    "The browser allows no notifications here: see the site's settings, to the left of the address.";
const NO_ANSWER: &str = "Your server did not answer. Try again.";
