//! Single records: a folder, the settings. And their earlier forms, which are read for ever.

use engine::{AccountId, FolderRules, Settings};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

use crate::bindings::{DirectoryHandle, object};
use crate::{Fault, json, wire};

/// The form of the settings' bytes.
pub(super) const SETTINGS_FORM: u8 = 4;
/// Their bytes end before those of what was added since: whether the screen is kept awake, and whether it goes on in the
/// background.
const SETTINGS_FORM_3: u8 = 3;
const SETTINGS_FORM_2: u8 = 2;

/// A folder as its record holds it.
pub(super) struct FolderRecord {
    pub handle: DirectoryHandle,
    pub rules: FolderRules,
}

impl FolderRecord {
    pub(super) fn to_js(&self) -> Result<JsValue, Fault> {
        Ok(object(&[("handle", &self.handle), ("rules", &wire::encode(&self.rules)?.into())]))
    }

    pub(super) fn from_js(record: &JsValue) -> Option<FolderRecord> {
        let part = |name: &str| Reflect::get(record, &name.into()).ok().filter(JsValue::is_object);
        let handle = part("handle")?.unchecked_into();
        // Folders of the first version have none.
        let rules = part("rules").and_then(|rules| wire::decode(&rules).ok()).unwrap_or_default();
        Some(FolderRecord { handle, rules })
    }
}

pub(super) fn settings_of(record: &JsValue) -> Result<Settings, Fault> {
    match wire::bytes_of(record).split_first() {
        Some((&SETTINGS_FORM, settings)) => wire::decode_bytes(settings),
        Some((&SETTINGS_FORM_3, settings)) => wire::decode_bytes(&[settings, &[1]].concat()),
        Some((&SETTINGS_FORM_2, settings)) => wire::decode_bytes(&[settings, &[0, 1]].concat()),
        Some(_) => Err(Fault::new("EncodingError", "settings of a later version")),
        None => Ok(settings_of_form_1(record)),
    }
}

/// The first version kept a plain object.
fn settings_of_form_1(record: &JsValue) -> Settings {
    let settings = Settings::default();
    Settings {
        foreground: json::flag(record, "foreground").unwrap_or(settings.foreground),
        paused: json::flag(record, "paused").unwrap_or(settings.paused),
        account: json::text(record, "account").map(AccountId),
        ..settings
    }
}
