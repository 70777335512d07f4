//! The paired browsers that may upload to this server, and how to revoke their access.

use browser::window::{Device, devices, local_time, revoke};
use engine::Intent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::shown::Model;
use kit::{Button, Card, Dialog, Inside, Skeleton, Weight};

/// What the server answered about the list.
#[derive(Clone, PartialEq)]
enum DevicesAnswer {
    Nothing,
    Devices(Vec<Device>),
    NoAnswer,
}

#[component]
pub fn Devices(model: Model) -> impl IntoView {
    let heard = RwSignal::new(DevicesAnswer::Nothing);
    ask(heard);
    let lines = move || match heard.get() {
        DevicesAnswer::Nothing => view! { <Skeleton height="3.25rem" count=2 /> }.into_any(),
        DevicesAnswer::NoAnswer => view! { <NoAnswer heard /> }.into_any(),
        DevicesAnswer::Devices(devices) => {
            let lines =
                in_order(devices).into_iter().map(move |device| view! { <Line model device heard /> });
            view! {
                <Card inside=Inside::Rows>
                    <ul>{lines.collect_view()}</ul>
                </Card>
                <p class="hint under">
                    "These browsers may send photos to your server. To add one, run " <code>"safelight pair"</code>
                    " on the server and open the link there."
                </p>
            }
            .into_any()
        }
    };
    view! { <section aria-label="Devices">{lines}</section> }
}

#[component]
fn NoAnswer(heard: RwSignal<DevicesAnswer>) -> impl IntoView {
    view! {
        <p class="hint" role="alert">"Your server did not say which browsers are paired with it."</p>
        <div class="under"><Button press=move || ask(heard)>"Ask again"</Button></div>
    }
}

#[component]
fn Line(model: Model, device: Device, heard: RwSignal<DevicesAnswer>) -> impl IntoView {
    let Device { id, name, last_used, is_this } = device;
    let open = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let words = if is_this { &SIGN_OUT } else { &REVOKE };
    let dialog = format!("end-{id}");
    let act = Callback::new(move |()| {
        let id = id.clone();
        open.set(false);
        spawn_local(async move {
            failed.set(!revoke(&id).await);
            ask(heard);
            if is_this {
                // The engine asks the server, which answers that it is signed out.
                model.dispatch(Intent::BackUpNow);
            }
        });
    });
    let title = format!("{} “{name}”?", words.question);
    view! {
        <li class="item">
            <div class="grow">
                <span class="name">{name.clone()}{is_this.then_some(" (this browser)")}</span>
                <p>{format!("Last used {}", local_time(last_used))}</p>
                <p role="alert">{move || failed.get().then_some("The server did not answer. Try again.")}</p>
            </div>
            <Button press=move || open.set(true)>{words.name}</Button>
            <Dialog id=dialog open title about=words.means.to_owned()>
                <button class="button" type="button" autofocus on:click=move |_| open.set(false)>"Keep"</button>
                <Button weight=Weight::Primary press=act>{words.sure}</Button>
            </Dialog>
        </li>
    }
}

/// The words for ending a browser's access.
struct Ending {
    name: &'static str,
    question: &'static str,
    means: &'static str,
    sure: &'static str,
}

const SIGN_OUT: Ending = Ending {
    name: "Sign out",
    question: "Sign out",
    means: "This browser stops backing up until it is paired again. Nothing is deleted.",
    sure: "Sign out this browser",
};

const REVOKE: Ending = Ending {
    name: "Revoke access",
    question: "Revoke the access of",
    means: "It can no longer send photos to your server or read them, until it is paired again. Nothing is deleted.",
    sure: "Revoke it now",
};

fn ask(heard: RwSignal<DevicesAnswer>) {
    spawn_local(async move {
        let answer = devices().await.map_or(DevicesAnswer::NoAnswer, DevicesAnswer::Devices);
        // The screen may be gone by then.
        _ = heard.try_set(answer);
    });
}

/// This browser first, then the most recently used.
fn in_order(mut devices: Vec<Device>) -> Vec<Device> {
    devices.sort_by_key(|device| (!device.is_this, std::cmp::Reverse(device.last_used)));
    devices
}
