//! Remembers what was explained to the person, so that it is explained once. A matter of this browser's page alone.

const MARK: &str = "explained-";

pub fn was_explained(topic: &str) -> bool {
    kept(topic).is_some()
}

/// Where nothing can be kept, it is explained again next time.
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
