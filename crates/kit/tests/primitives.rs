//! The primitives of the screens, each shown in a real browser: their names and roles, their states, and what they
//! tell.

#![cfg(target_arch = "wasm32")]

use leptos::html::Input;
use leptos::prelude::*;
use leptos::task::tick;
use safelight_kit::{
    Badge, Button, ButtonLink, Card, Choice, Dialog, EmptyState, Field, Icon, Inside, Mark, Meter, Request,
    Row, Select, Size, Skeleton, Standing, Switch, Tone, Weight,
};
use wasm_bindgen::JsCast;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};
use web_sys::{Element, Event, HtmlElement, HtmlInputElement, HtmlSelectElement};

wasm_bindgen_test_configure!(run_in_browser);

#[wasm_bindgen_test]
async fn a_button_tells_of_presses_unless_it_is_busy_or_disabled() {
    let (presses, busy, disabled) = (RwSignal::new(0), RwSignal::new(false), RwSignal::new(false));
    let place = shown(move || {
        view! {
            <Button weight=Weight::Primary size=Size::Small disabled busy press=move || presses.update(|presses| *presses += 1)>
                "Retry"
            </Button>
        }
    });
    let button = find(&place, "button.primary.small");
    assert_eq!(button.text_content().as_deref(), Some("Retry"));
    button.click();
    assert_eq!(presses.get_untracked(), 1);

    busy.set(true);
    tick().await;
    assert_eq!(button.get_attribute("aria-busy").as_deref(), Some("true"));
    button.click();
    disabled.set(true);
    busy.set(false);
    tick().await;
    assert!(button.has_attribute("disabled"));
    button.click();
    assert_eq!(presses.get_untracked(), 1);
}

#[wasm_bindgen_test]
fn a_button_link_leads_somewhere_and_says_if_that_is_not_ours() {
    let place = shown(|| {
        view! {
            <ButtonLink href="/folders">"Folders"</ButtonLink>
            <ButtonLink href="/elsewhere" is_elsewhere=true>"Sign in"</ButtonLink>
        }
    });
    assert!(!find(&place, "a[href='/folders']").has_attribute("rel"));
    assert_eq!(find(&place, "a[href='/elsewhere']").get_attribute("rel").as_deref(), Some("external"));
}

#[wasm_bindgen_test]
async fn a_switch_has_a_name_a_hint_and_two_states() {
    let on = RwSignal::new(false);
    let place = shown(move || {
        view! { <Switch id="test" name="Foreground backup" hint="What it does." on turn=move |now| on.set(now) /> }
    });
    let switch = find(&place, "[role=switch]");
    assert_eq!(named(&switch, "aria-labelledby"), "Foreground backup");
    assert_eq!(named(&switch, "aria-describedby"), "What it does.");
    assert_eq!(switch.get_attribute("aria-checked").as_deref(), Some("false"));
    // The whole row is its label.
    find(&place, "label").click();
    tick().await;
    assert!(on.get_untracked());
    assert_eq!(switch.get_attribute("aria-checked").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
async fn a_choice_is_one_group_of_radio_buttons() {
    let value = RwSignal::new("system".to_owned());
    let options = vec![("system", "As the system".to_owned()), ("dark", "Dark".to_owned())];
    let place = shown(move || {
        view! { <Choice id="theme" name="Theme" hint="" options value choose=move |chosen| value.set(chosen) /> }
    });
    assert_eq!(named(&find(&place, "[role=radiogroup]"), "aria-labelledby"), "Theme");
    let dark: HtmlInputElement = find(&place, "input[value=dark]").unchecked_into();
    dark.click();
    tick().await;
    assert_eq!(value.get_untracked(), "dark");
    assert!(dark.checked());
    value.set("system".to_owned());
    tick().await;
    assert!(!dark.checked(), "it shows what holds, not what was pressed");
}

#[wasm_bindgen_test]
async fn a_select_shows_and_tells_its_value() {
    let value = RwSignal::new("20".to_owned());
    let options = [("0", "No limit"), ("20", "20 Mbit/s")]
        .map(|(value, name)| (value.to_owned(), name.to_owned()))
        .to_vec();
    let place = shown(move || {
        view! { <Select id="rate" name="Upload speed" hint="A limit." options value choose=move |chosen| value.set(chosen) /> }
    });
    let select: HtmlSelectElement = find(&place, "select").unchecked_into();
    assert_eq!(find(&place, "label[for=rate]").inner_text(), "Upload speed");
    assert_eq!(select.value(), "20");
    select.set_value("0");
    select.dispatch_event(&Event::new("change").unwrap()).unwrap();
    tick().await;
    assert_eq!(value.get_untracked(), "0");
}

#[wasm_bindgen_test]
async fn a_field_says_what_is_wrong_and_that_it_is() {
    let fault = RwSignal::new(None::<String>);
    let input = NodeRef::<Input>::new();
    let place = shown(move || {
        view! { <Field id="code" label="Pairing code" input fault>"Where to find it."</Field> }
    });
    let field = find(&place, "input");
    assert_eq!(find(&place, "label[for=code]").inner_text(), "Pairing code");
    assert!(!field.has_attribute("aria-invalid"));
    fault.set(Some("That code is wrong.".into()));
    tick().await;
    assert_eq!(field.get_attribute("aria-invalid").as_deref(), Some("true"));
    assert!(find(&place, "[role=alert]").inner_text().contains("That code is wrong."));
    let described = field.get_attribute("aria-describedby").unwrap();
    assert!(described.split(' ').all(|id| place.query_selector(&format!("#{id}")).unwrap().is_some()));
}

#[wasm_bindgen_test]
async fn a_meter_shows_its_parts_and_is_full_only_when_complete() {
    let (proven, moving) = (RwSignal::new(0.0), RwSignal::new(0.0));
    let place = shown(move || view! { <Meter proven moving label="Protected" /> });
    let meter = find(&place, "[role=meter]");
    let part = |class: &str| find(&place, class);
    assert!(part(".protected").hidden() && part(".moving").hidden());
    proven.set(0.9999);
    moving.set(0.0001);
    tick().await;
    assert_eq!(meter.get_attribute("aria-valuenow").as_deref(), Some("100"));
    assert_eq!(part(".protected").style().get_property_value("--share").unwrap(), "99.9%");
    assert!(!part(".moving").hidden(), "anything above nothing can be seen");
    proven.set(1.0);
    moving.set(0.0);
    tick().await;
    assert_eq!(part(".protected").style().get_property_value("--share").unwrap(), "100.0%");
}

#[wasm_bindgen_test]
async fn a_dialog_opens_closes_and_tells_when_the_browser_closes_it() {
    let open = RwSignal::new(false);
    let place = shown(move || {
        view! {
            <Dialog id="question" open title="Remove it?".to_owned() about="What stays.".to_owned()>
                <Button press=move || open.set(false)>"Keep"</Button>
            </Dialog>
        }
    });
    let dialog: web_sys::HtmlDialogElement = find(&place, "dialog").unchecked_into();
    assert!(!dialog.open());
    open.set(true);
    tick().await;
    assert!(dialog.open());
    assert_eq!(named(&dialog, "aria-labelledby"), "Remove it?");
    dialog.dispatch_event(&Event::new("close").unwrap()).unwrap();
    assert!(!open.get_untracked());
    tick().await;
    assert!(!dialog.open());
}

#[wasm_bindgen_test]
fn rows_requests_and_empty_places_say_their_words_in_order() {
    let place = shown(|| {
        view! {
            <Card inside=Inside::Rows><Row name="Report".to_owned() about="It is only copied.".to_owned()>"Copy"</Row></Card>
            <Request title="2 files need you".to_owned() about="They are not protected.".to_owned()>"See problems"</Request>
            <EmptyState icon=Icon::Tick title="No problems".to_owned() about="All is well.".to_owned() />
        }
    });
    let words = place.text_content().unwrap();
    assert_eq!(
        words,
        "ReportIt is only copied.Copy!2 files need youThey are not protected.See problemsNo problemsAll is well."
    );
    assert_eq!(find(&place, ".call").get_attribute("aria-hidden").as_deref(), Some("true"));
}

#[wasm_bindgen_test]
fn marks_badges_and_skeletons_are_told_apart_by_their_shape() {
    let standings =
        [Standing::Protected, Standing::Moving, Standing::Remaining, Standing::Skipped, Standing::Problems];
    let place = shown(move || {
        view! {
            {standings.map(|standing| view! { <Mark standing /> }).collect_view()}
            <Badge>"in use"</Badge>
            <Badge tone=Tone::Asks>"12"</Badge>
            <Skeleton height="3rem" count=3 />
        }
    });
    for standing in standings {
        assert!(find(&place, &format!(".mark.{}", standing.name())).has_attribute("aria-hidden"));
    }
    assert_eq!(find(&place, ".badge.ink").inner_text(), "12");
    assert_eq!(place.query_selector_all(".skeleton").unwrap().length(), 3);
    assert!(find(&place, ".stack").has_attribute("aria-hidden"), "nothing is read of what is not there yet");
}

/// Shows a view at the end of the page, and returns the element that holds it.
fn shown<V: IntoView + 'static>(view: impl FnOnce() -> V + 'static) -> HtmlElement {
    let place: HtmlElement = document().create_element("div").unwrap().unchecked_into();
    document().body().unwrap().append_child(&place).unwrap();
    leptos::mount::mount_to(place.clone(), view).forget();
    place
}

fn find(place: &Element, selector: &str) -> HtmlElement {
    let found = place.query_selector(selector).unwrap();
    found.unwrap_or_else(|| panic!("no {selector} in {}", place.inner_html())).unchecked_into()
}

/// The text of the element that names this one.
fn named(element: &Element, attribute: &str) -> String {
    let id = element.get_attribute(attribute).unwrap();
    document().get_element_by_id(&id).unwrap().text_content().unwrap()
}
