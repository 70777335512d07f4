//! The paired browsers that may upload to this server, and how to revoke their access.

use browser::window::{Device, devices, local_time, revoke};
use engine::Intent;
use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::parts::section_head::SectionHead;
use crate::shown::Model;

/// What the server answered about the list.
#[derive(Clone, PartialEq)]
enum DevicesAnswer {
    Nothing,
    Devices(Vec<Device>),
    NoAnswer,
}

#[component]
pub fn Devices(model: Model) -> impl IntoView {
    let shown = model.is(|view| !view.folders.is_empty());
    let heard = RwSignal::new(DevicesAnswer::Nothing);
    let open = RwSignal::new(false);
    let toggle = move || {
        open.update(|open| *open = !*open);
        if open.get() {
            ask(heard);
        }
    };
    view! {
        <Show when=move || shown.get()>
            <section class="devices" aria-labelledby="devices">
                <SectionHead id="devices" name="Devices" open toggle />
                <Show when=move || open.get()>
                    <p class="hint">
                        {move || match heard.get() {
                            DevicesAnswer::Nothing => "Asking your server…",
                            DevicesAnswer::Devices(_) => "These browsers may send photos to your server.",
                            DevicesAnswer::NoAnswer => "Your server did not say which browsers are paired with it.",
                        }}
                    </p>
                    <div class="list">
                        <ul>
                            {move || {
                                let line = |device| view! { <Line model device heard /> };
                                listed(&heard.get()).into_iter().map(line).collect_view()
                            }}
                        </ul>
                    </div>
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn Line(model: Model, device: Device, heard: RwSignal<DevicesAnswer>) -> impl IntoView {
    let Device { id, name, last_used, is_this } = device;
    let sure = RwSignal::new(false);
    let failed = RwSignal::new(false);
    let (ask_first, really) =
        if is_this { ("Sign out", "Sign out this browser") } else { ("Revoke access", "Revoke it now") };
    let act = move |_| {
        if !sure.get() {
            return sure.set(true);
        }
        let id = id.clone();
        spawn_local(async move {
            failed.set(!revoke(&id).await);
            sure.set(false);
            ask(heard);
            if is_this {
                // The engine asks the server, which answers that it is signed out.
                model.dispatch(Intent::BackUpNow);
            }
        });
    };
    view! {
        <li>
            <div>
                <span class="path">{name}{is_this.then_some(" (this browser)")}</span>
                <span class="reason">{format!("Last used {}", local_time(last_used))}</span>
                <Show when=move || failed.get()>
                    <span class="reason" role="alert">"The server did not answer. Try again."</span>
                </Show>
            </div>
            <div class="row">
                <Show when=move || sure.get()>
                    <button class="quiet" on:click=move |_| sure.set(false)>"Keep"</button>
                </Show>
                <button on:click=act>{move || if sure.get() { really } else { ask_first }}</button>
            </div>
        </li>
    }
}

fn ask(heard: RwSignal<DevicesAnswer>) {
    spawn_local(async move {
        heard.set(devices().await.map_or(DevicesAnswer::NoAnswer, DevicesAnswer::Devices));
    });
}

/// This browser first, then the most recently used.
fn listed(heard: &DevicesAnswer) -> Vec<Device> {
    let DevicesAnswer::Devices(devices) = heard else { return Vec::new() };
    let mut devices = devices.clone();
    devices.sort_by_key(|device| (!device.is_this, std::cmp::Reverse(device.last_used)));
    devices
}
