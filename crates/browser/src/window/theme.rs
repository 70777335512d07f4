//! The theme that the person chose for this device. It is applied before the first paint, by `page.js`, and whenever
//! it changes.

use web_sys::{Element, Storage};

/// Also read by `page.js`.
const KEY: &str = "theme";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Theme {
    /// As the system has it.
    System,
    Light,
    Dark,
}

impl Theme {
    fn name(self) -> Option<&'static str> {
        match self {
            Theme::System => None,
            Theme::Light => Some("light"),
            Theme::Dark => Some("dark"),
        }
    }
}

pub fn chosen_theme() -> Theme {
    let kept = storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    let chosen = [Theme::Light, Theme::Dark].into_iter().find(|theme| theme.name() == kept.as_deref());
    chosen.unwrap_or(Theme::System)
}

/// Takes effect at once. If nothing can be stored, it lasts until the page is closed.
pub fn choose_theme(theme: Theme) {
    let Some(root) = root() else { return };
    // Refused only for names that are no names.
    _ = match theme.name() {
        Some(name) => root.set_attribute("data-theme", name),
        None => root.remove_attribute("data-theme"),
    };
    if let Some(storage) = storage() {
        _ = match theme.name() {
            Some(name) => storage.set_item(KEY, name),
            None => storage.remove_item(KEY),
        };
    }
}

fn root() -> Option<Element> {
    web_sys::window()?.document()?.document_element()
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
