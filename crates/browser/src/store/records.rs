//! Single records: a folder, the settings. And their earlier forms, which are read for ever.

use engine::{AccountId, FolderRules, Settings};
use js_sys::Reflect;
use wasm_bindgen::{JsCast, JsValue};

use crate::bindings::{DirectoryHandle, object};
use crate::{Fault, json, wire};

/// The form of the settings' bytes.
pub(super) const SETTINGS_FORM: u8 = 7;
/// It had one answer for all folders where there is one for each now: the same bytes, of a folder that is none. And when all
/// was well where there is now since when it is not: a wait that is over with the next backup.
const SETTINGS_FORM_6: u8 = 6;
/// The bytes of earlier forms end before those of what was added since.
const SETTINGS_FORM_5: u8 = 5;
const SETTINGS_FORM_4: u8 = 4;
const SETTINGS_FORM_3: u8 = 3;
const SETTINGS_FORM_2: u8 = 2;
/// What was added since form 2, as if nobody had set it: the screen is not kept awake; it goes on in the background; the
/// rules of the gates; the power; nothing is known of folders without a page; a gigabyte of copies; notices, but not of the
/// first backup, which may be long done.
const ADDED: [u8; 21] = [0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0x80, 0x94, 0xeb, 0xdc, 3, 1, 1, 0, 0, 0];

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
    let bytes = wire::bytes_of(record);
    let Some((form, settings)) = bytes.split_first() else { return Ok(settings_of_form_1(record)) };
    let added = match *form {
        SETTINGS_FORM | SETTINGS_FORM_6 => &[],
        SETTINGS_FORM_5 => &ADDED[9..],
        SETTINGS_FORM_4 => &ADDED[2..],
        SETTINGS_FORM_3 => &ADDED[1..],
        SETTINGS_FORM_2 => &ADDED[..],
        _ => return Err(Fault::new("EncodingError", "settings of a later version")),
    };
    wire::decode_bytes(&[settings, added].concat())
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
