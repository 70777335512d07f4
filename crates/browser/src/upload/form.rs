//! A whole file as Immich's upload form.

use engine::RequestEnd;
use protocol::immich::{self, UploadAnswer, field};
use wasm_bindgen::JsValue;
use web_sys::FormData;

use super::parcel::{Carrier, Content, Parcel};
use super::{Cargo, Moved};
use crate::Fault;

/// How we are known to a 2.x server, which wants a device; 3.x ignores it.
const DEVICE: &str = "safelight";

pub(super) async fn upload(
    carrier: &dyn Carrier,
    cargo: Cargo<'_>,
    tell: &dyn Fn(Moved),
) -> Result<RequestEnd<UploadAnswer>, Fault> {
    let headers = [(immich::CHECKSUM_HEADER, cargo.digest.to_string())];
    let form = form(cargo)?;
    let parcel = Parcel {
        method: "POST",
        path: immich::path::ASSETS,
        headers: &headers,
        content: Content::Form(&form),
        size: cargo.size(),
    };
    let told = |sent| tell(Moved::To(sent));
    let answer = carrier.carry(parcel, &told).await?;
    Ok(answer.map_or(RequestEnd::Stalled, |answer| answer.end()))
}

/// Every text field before the file: Immich judges the type when the file begins.
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
