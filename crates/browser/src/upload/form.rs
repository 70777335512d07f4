//! A whole file as Immich's upload form.

use protocol::immich::field;
use wasm_bindgen::JsValue;
use web_sys::FormData;

use super::Cargo;

/// The device id that a 2.x server requires; 3.x ignores it.
const DEVICE: &str = "safelight";

/// Every text field comes before the file, because Immich checks the type as soon as the file begins.
pub(crate) fn form(cargo: Cargo<'_>) -> Result<FormData, JsValue> {
    let (name, modified) = (cargo.name(), cargo.modified());
    let form = FormData::new()?;
    form.append_with_str(field::DEVICE_ASSET_ID, cargo.path)?;
    form.append_with_str(field::DEVICE_ID, DEVICE)?;
    form.append_with_str(field::FILE_CREATED_AT, &modified)?;
    form.append_with_str(field::FILE_MODIFIED_AT, &modified)?;
    form.append_with_str(field::IS_FAVORITE, "false")?;
    form.append_with_str(field::FILENAME, name)?;
    form.append_with_blob_and_filename(field::ASSET_DATA, cargo.file, name)?;
    Ok(form)
}
