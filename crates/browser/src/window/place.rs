//! Where the person is on the page: how far they have scrolled, and what has the focus.
//!
//! The browser's own way to restore the scrolling fails here, because a screen is drawn only after it should have been
//! scrolled. So each address remembers its own place for as long as the tab lives.

use std::cell::Cell;
use std::rc::Rc;

use gloo::events::EventListener;
use gloo::timers::callback::Timeout;
use gloo::timers::future::TimeoutFuture;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{Element, Event, FocusOptions, HtmlElement, ScrollRestoration, Storage, Window};

use crate::spawn;

const MARK: &str = "scrolled-";
/// A screen that has not become long enough by then never will: two seconds at 60 frames a second.
const MOST_FRAMES: u32 = 120;
const A_FRAME_MS: u32 = 16;
/// Longer than it takes to show a screen that was shown before.
const ARRIVAL_MS: u32 = 500;
/// Rounding of half a pixel is not a difference.
const NEAR_PX: f64 = 2.0;

thread_local! {
    /// The next screen is one that the person comes back to, by Back, Forward or a reload.
    static COMES_BACK: Cell<bool> = const { Cell::new(true) };
    /// How often the person has pressed, turned or touched anything.
    static INPUTS: Cell<u32> = const { Cell::new(0) };
}

/// Notes the place of each address. Called once.
pub fn keep_scroll() {
    let Some(window) = web_sys::window() else { return };
    if let Ok(history) = window.history() {
        // If the browser refuses, it restores places itself, as well as it can.
        _ = history.set_scroll_restoration(ScrollRestoration::Manual);
    }
    let scrolled = window.clone();
    EventListener::new(&window, "scrollend", move |_| note(&scrolled)).forget();
    let left = window.clone();
    EventListener::new(&window, "pagehide", move |_| note(&left)).forget();
    for input in ["wheel", "touchstart", "pointerdown", "keydown"] {
        EventListener::new(&window, input, |_| INPUTS.set(INPUTS.get().wrapping_add(1))).forget();
    }
    EventListener::new(&window, "popstate", |_| {
        COMES_BACK.set(true);
        // Another part of the same screen brings no other screen.
        Timeout::new(ARRIVAL_MS, || _ = COMES_BACK.take()).forget();
    })
    .forget();
}

/// Goes to where the person was on this screen, if they come back to it. It waits until the screen is long enough, and
/// gives up as soon as they do anything themselves.
pub fn restore_scroll() {
    let Some(window) = web_sys::window().filter(|_| COMES_BACK.take()) else { return };
    let wanted = noted(&window).unwrap_or_default();
    spawn(async move {
        let inputs = INPUTS.get();
        for _ in 0..MOST_FRAMES {
            if INPUTS.get() != inputs {
                return;
            }
            if is_long_enough(&window, wanted) {
                return window.scroll_to_with_x_and_y(0.0, wanted);
            }
            TimeoutFuture::new(A_FRAME_MS).await;
        }
    });
}

fn is_long_enough(window: &Window, wanted: f64) -> bool {
    let height = window.inner_height().ok().and_then(|height| height.as_f64()).unwrap_or_default();
    let root = window.document().and_then(|document| document.document_element());
    root.is_some_and(|root| f64::from(root.scroll_height()) + NEAR_PX >= wanted + height)
}

fn note(window: &Window) {
    if let (Some(storage), Some(key)) = (storage(window), key(window)) {
        // A full storage costs only the place.
        _ = storage.set_item(&key, &(window.scroll_y().unwrap_or_default() as i64).to_string());
    }
}

fn noted(window: &Window) -> Option<f64> {
    let noted: i64 = storage(window)?.get_item(&key(window)?).ok()??.parse().ok()?;
    Some(noted as f64)
}

fn key(window: &Window) -> Option<String> {
    Some(format!("{MARK}{}", window.location().pathname().ok()?))
}

fn storage(window: &Window) -> Option<Storage> {
    window.session_storage().ok().flatten()
}

/// The part of an element that the window shows: from and to, in pixels from its top.
pub fn viewed_part(element: &Element) -> (f64, f64) {
    let top = element.get_bounding_client_rect().top();
    let window =
        web_sys::window().and_then(|window| window.inner_height().ok()).and_then(|height| height.as_f64());
    let bottom = window.unwrap_or_default() - top;
    (f64::max(-top, 0.0), f64::max(bottom, 0.0))
}

/// Scrolls as little as needed to show a part of an element, given in pixels.
pub fn scroll_into_view(element: &Element, top: f64, height: f64) {
    let Some(window) = web_sys::window() else { return };
    let (from, to) = viewed_part(element);
    let by = if top < from + height {
        top - from - height
    } else if top + 2.0 * height > to {
        top + 2.0 * height - to
    } else {
        return;
    };
    window.scroll_by_with_x_and_y(0.0, by);
}

/// Calls back when the person scrolls or the window's size changes, at most once for each frame, until it is dropped.
pub fn when_scrolled(tell: impl Fn() + 'static) -> Option<[EventListener; 2]> {
    let window = web_sys::window()?;
    let tell = Rc::new(tell);
    let due = Rc::new(Cell::new(false));
    let listener = |name: &'static str| {
        let (tell, due, window_of_frames) = (Rc::clone(&tell), Rc::clone(&due), window.clone());
        EventListener::new(&window, name, move |_| {
            if due.replace(true) {
                return;
            }
            let (tell, was_due) = (Rc::clone(&tell), Rc::clone(&due));
            let frame = Closure::once_into_js(move || {
                was_due.set(false);
                tell();
            });
            // Without frames nothing is seen.
            _ = window_of_frames.request_animation_frame(frame.unchecked_ref());
        })
    };
    Some([listener("scroll"), listener("resize")])
}

/// Gives the focus to an element without scrolling to it.
pub fn focus_quietly(element: &HtmlElement) {
    let options = FocusOptions::new();
    options.set_prevent_scroll(true);
    // Fails only for what cannot have the focus.
    _ = element.focus_with_options(&options);
}

/// Gives the focus to the screen's search field. False if it has none.
pub fn focus_search() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let field =
        document.and_then(|document| document.query_selector("main input[type=search]").ok().flatten());
    let field = field.and_then(|field| field.dyn_into::<HtmlElement>().ok());
    field.is_some_and(|field| field.focus().is_ok())
}

const TYPED_INTO: &str = "input:not([type=checkbox], [type=radio]), select, textarea, [contenteditable]";

/// Whether an event comes from a control inside the element that listens.
pub fn is_on_control(event: &Event) -> bool {
    let target = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    target.is_some_and(|target| target.matches("input, button, a, select").unwrap_or_default())
}

/// Whether keys belong to a field or to an open dialog.
pub fn is_typing() -> bool {
    let document = web_sys::window().and_then(|window| window.document());
    let Some(document) = document else { return false };
    let is_field =
        document.active_element().is_some_and(|element| element.matches(TYPED_INTO).unwrap_or_default());
    is_field || document.query_selector("dialog[open]").is_ok_and(|open| open.is_some())
}
