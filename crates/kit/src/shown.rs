//! Every primitive in every state, on one page, for people and tests. Only in development builds.

use leptos::html;
use leptos::prelude::*;

use crate::*;

#[component]
pub fn KitPage() -> impl IntoView {
    view! {
        <div class="screen">
            <header class="head"><h1>"Kit"</h1></header>
            {section("Buttons", buttons().into_any())}
            {section("Fields", fields().into_any())}
            {section("Rows", rows().into_any())}
            {section("Marks and meters", marks().into_any())}
            {section("Requests and dialogs", requests().into_any())}
            {section("Waiting and empty", waiting().into_any())}
            {section("Icons", icons().into_any())}
        </div>
    }
}

fn section(name: &'static str, view: AnyView) -> impl IntoView {
    view! {
        <section class="section" aria-label=name>
            <div class="section-head"><h2>{name}</h2></div>
            {view}
        </section>
    }
}

fn buttons() -> impl IntoView {
    let nothing = || {};
    view! {
        <div class="stack">
            <div class="line">
                <Button weight=Weight::Primary press=nothing>"Primary"</Button>
                <Button press=nothing>"Secondary"</Button>
                <Button weight=Weight::Quiet press=nothing>"Quiet"</Button>
                <ButtonLink href="/kit">"Link"</ButtonLink>
            </div>
            <div class="line">
                <Button disabled=true press=nothing>"Disabled"</Button>
                <Button busy=true press=nothing>"Retrying"</Button>
                <Button size=Size::Small press=nothing>"Small"</Button>
                <Button size=Size::Small weight=Weight::Primary press=nothing>"Small, primary"</Button>
            </div>
            <div class="line">
                <Badge>"in use"</Badge>
                <Badge tone=Tone::Asks>"12"</Badge>
            </div>
        </div>
    }
}

fn fields() -> impl IntoView {
    let (calm, wrong) = (NodeRef::<html::Input>::new(), NodeRef::<html::Input>::new());
    view! {
        <Card>
            <div class="stack">
                <Field id="kit-calm" label="Name" input=calm>"A hint below the field."</Field>
                <Field id="kit-wrong" label="Pairing code" input=wrong class="code" placeholder="XXXX-XXXX-XXXX" fault=Some("That code is wrong. Ask for a new one.".to_owned()) />
            </div>
        </Card>
    }
}

fn rows() -> impl IntoView {
    let (on, off) = (RwSignal::new(true), RwSignal::new(false));
    let (chosen, selected) = (RwSignal::new("b".to_owned()), RwSignal::new("b".to_owned()));
    let words = || [("a", "First"), ("b", "Second")];
    view! {
        <Card inside=Inside::Rows>
            <Row name="A row".to_owned() about="With a line about it.".to_owned()>
                <Button size=Size::Small press=|| {}>"Do it"</Button>
            </Row>
            <Switch id="kit-on" name="A switch" hint="It is on." on turn=move |now| on.set(now) />
            <Switch id="kit-off" name="Another switch" hint="It is off." on=off turn=move |now| off.set(now) />
            <Switch id="kit-dead" name="A switch that cannot work here" hint="Why it cannot." on=false turn=|_| {} disabled=true />
            <Choice id="kit-choice" name="A choice" hint="Of two or three words." options=words().map(|(value, name)| (value, name.to_owned())).to_vec() value=chosen choose=move |now| chosen.set(now) />
            <Select id="kit-select" name="A longer choice" hint="Of more words." options=words().map(|(value, name)| (value.to_owned(), name.to_owned())).to_vec() value=selected choose=move |now| selected.set(now) />
        </Card>
    }
}

fn marks() -> impl IntoView {
    let all =
        [Standing::Protected, Standing::Moving, Standing::Remaining, Standing::Skipped, Standing::Problems];
    let legend = all.map(|standing| view! { <span><Mark standing />{standing.name()}</span> });
    view! {
        <Card>
            <div class="stack">
                <div class="account">{legend.collect_view()}</div>
                <Meter proven=0.62 moving=0.1 label="Protected" />
                <Meter proven=1.0 label="Complete" />
                <Meter proven=0.0 moving=0.0001 label="Hardly begun" />
                <Meter proven=0.0 label="Nothing yet" />
            </div>
        </Card>
    }
}

fn requests() -> impl IntoView {
    let open = RwSignal::new(false);
    view! {
        <div class="stack">
            <Request title="12 files need you".to_owned() about="What it means, in a sentence or two.".to_owned()>
                <Button size=Size::Small press=move || open.set(true)>"Open the dialog"</Button>
            </Request>
            <Dialog id="kit-dialog" open title="Stop backing up this folder?".to_owned() about="What stays and what goes.".to_owned()>
                <button class="button" type="button" autofocus on:click=move |_| open.set(false)>"Keep"</button>
                <Button weight=Weight::Primary press=move || open.set(false)>"Remove"</Button>
            </Dialog>
            <div class="toast"><p>"A toast says what was done."</p><Button weight=Weight::Quiet press=|| {}>"Undo"</Button></div>
        </div>
    }
}

fn waiting() -> impl IntoView {
    view! {
        <div class="stack">
            <Card><EmptyState icon=Icon::Tick title="No problems".to_owned() about="Every file is protected, or is on its way.".to_owned() /></Card>
            <Skeleton height="3.25rem" count=3 />
        </div>
    }
}

fn icons() -> impl IntoView {
    let all =
        Icon::ALL.map(|icon| view! { <span class="line small"><Glyph icon />{format!("{icon:?}")}</span> });
    view! { <div class="line">{all.collect_view()}</div> }
}
