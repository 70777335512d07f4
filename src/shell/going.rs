//! Going to another address, from anywhere in a screen.

use std::rc::Rc;

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

type Navigate = Rc<dyn Fn(&str, NavigateOptions)>;

#[derive(Clone, Copy)]
pub struct Go(StoredValue<Navigate, LocalStorage>);

impl Go {
    /// Called while a component is made.
    pub fn from_here() -> Go {
        let navigate = use_navigate();
        Go(StoredValue::new_local(Rc::new(move |to: &str, options| navigate(to, options))))
    }

    /// To another screen.
    pub fn to(self, address: &str) {
        self.go(address, NavigateOptions::default());
    }

    /// To something on this screen, which Back closes.
    pub fn within(self, address: &str) {
        self.go(address, NavigateOptions { scroll: false, ..NavigateOptions::default() });
    }

    /// The same place, told otherwise: nothing to go back to.
    pub fn instead(self, address: &str) {
        self.go(address, NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    }

    fn go(self, address: &str, options: NavigateOptions) {
        self.0.with_value(|navigate| navigate(address, options));
    }
}
