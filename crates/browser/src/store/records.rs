//! Single records: plain objects with the number of their format version.

use engine::record::{Newer, Record, Versioned};
use engine::{FolderId, FolderRules, Loaded, SavedFolder};
use js_sys::Reflect;
use serde::Serialize;
use serde_wasm_bindgen::{Deserializer, Serializer};
use wasm_bindgen::{JsCast, JsValue};

use crate::Fault;
use crate::bindings::{DirectoryHandle, object};
use crate::properties::{property, text};

pub(super) fn write<T: Record + Serialize>(record: T) -> Result<JsValue, Fault> {
    // As in JSON, a missing value is null.
    let written = Versioned::of(record).serialize(&Serializer::json_compatible());
    written.map_err(|error| Fault::new("EncodingError", error.to_string()))
}

pub(super) fn read<T: Record>(record: &JsValue) -> Result<Loaded<T>, Newer> {
    let form = property(record, "form").as_f64();
    engine::record::read(form, Deserializer::from(property(record, "record")))
}

/// A folder: `{ name, handle, rules }`. A handle cannot be serialized, so it is stored beside the rules. A folder
/// without a handle is still shown but cannot be reached.
pub(super) struct FolderRecord {
    pub name: String,
    pub handle: Option<DirectoryHandle>,
    pub rules: Loaded<FolderRules>,
}

/// A new folder's record.
pub(super) fn write_folder(handle: &DirectoryHandle, rules: FolderRules) -> Result<JsValue, Fault> {
    Ok(object(&[("name", &handle.name().into()), ("handle", handle), ("rules", &write(rules)?)]))
}

/// Changes only the rules in a folder's record.
pub(super) fn set_rules(record: &JsValue, rules: FolderRules) -> Result<(), Fault> {
    Reflect::set(record, &"rules".into(), &write(rules)?)?;
    Ok(())
}

impl FolderRecord {
    pub(super) fn read(record: &JsValue) -> Result<FolderRecord, Newer> {
        let handle = property(record, "handle");
        Ok(FolderRecord {
            name: text(record, "name").unwrap_or_default(),
            handle: handle.is_object().then(|| handle.unchecked_into()),
            rules: read(&property(record, "rules"))?,
        })
    }

    pub(super) fn saved(&self, id: FolderId) -> SavedFolder {
        SavedFolder { id, name: self.name.clone(), rules: self.rules.clone() }
    }
}
