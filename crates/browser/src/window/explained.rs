//! Remembers which explanations the person has seen, so that each is shown once. Only this browser's page needs it.

const MARK: &str = "explained-";

pub fn was_explained(topic: &str) -> bool {
    kept(topic).is_some()
}

/// If nothing can be stored, the explanation is shown again next time.
pub fn note_explained(topic: &str) {
    if let Some(storage) = storage() {
        _ = storage.set_item(&format!("{MARK}{topic}"), "yes");
    }
}

fn kept(topic: &str) -> Option<String> {
    storage()?.get_item(&format!("{MARK}{topic}")).ok().flatten()
}

fn storage() -> Option<web_sys::Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
