//! Keeps the screen on, and so the computer awake, while something asks for it. The browser releases the lock whenever
//! the page is hidden, so it is requested again on return.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use crate::spawn;
use gloo::events::EventListener;
use wasm_bindgen::JsCast;
use web_sys::{Document, VisibilityState};

use crate::bindings::{WakeLock, has_global, request_wake_lock};

pub struct Awake(Rc<State>);

struct State {
    document: Document,
    wanted: Cell<bool>,
    held: RefCell<Option<WakeLock>>,
}

impl Awake {
    pub fn is_possible() -> bool {
        has_global("WakeLockSentinel")
    }

    /// None if the browser has no wake lock.
    pub fn new() -> Option<Awake> {
        let document = web_sys::window()?.document().filter(|_| Self::is_possible())?;
        let state =
            Rc::new(State { document: document.clone(), wanted: Cell::default(), held: RefCell::default() });
        let again = Rc::clone(&state);
        // Lives as long as the page.
        EventListener::new(&document, "visibilitychange", move |_| again.see_to_it()).forget();
        Some(Awake(state))
    }

    pub fn set(&self, wanted: bool) {
        self.0.wanted.set(wanted);
        self.0.see_to_it();
    }
}

impl State {
    fn is_visible(&self) -> bool {
        self.document.visibility_state() == VisibilityState::Visible
    }

    fn is_held(&self) -> bool {
        self.held.borrow().as_ref().is_some_and(|held| !held.released())
    }

    fn see_to_it(self: &Rc<State>) {
        if !self.wanted.get() {
            self.let_go();
        } else if self.is_visible() && !self.is_held() {
            let state = Rc::clone(self);
            spawn(async move { state.hold().await });
        }
    }

    async fn hold(&self) {
        // A battery saver may refuse it. It is requested again when the page is next shown.
        let Ok(lock) = request_wake_lock("screen").await else { return };
        let before = self.held.replace(Some(lock.unchecked_into()));
        before.into_iter().for_each(|before| _ = before.release());
        if !self.wanted.get() {
            self.let_go();
        }
    }

    fn let_go(&self) {
        if let Some(held) = self.held.take() {
            // A lock that the browser ended is already released.
            _ = held.release();
        }
    }
}
